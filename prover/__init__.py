"""Tape encoding, witness and proving jobs; the heavy work is done by the Rust core in `prover/core`."""
