//! One executable for all tests of the core: linking upstream's code is most of their time.

mod border;
mod common;
#[path = "../../fuzz/src/lib.rs"]
mod harness;
mod mutants;
mod poseidon;
mod proofs;
mod rows;
mod tables;
