"""Command line: thin click commands over the engine, the circuits, the prover and the verifier."""
