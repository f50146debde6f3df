"""Pure Python verifier: rebuilds the tables from pinned bytecode and checks proofs. Never imports the prover."""
