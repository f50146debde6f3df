//! One executable for all tests of the core: linking upstream's code is most of their time.

mod common;
mod poseidon;
mod proofs;
mod rows;
mod tables;
