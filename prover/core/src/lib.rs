//! Plimsoll's Rust core: fills tables with a witness, proves them in zero knowledge, verifies with upstream's verifier.
//!
//! Tables and programs are data from Python (`circuits/`); nothing here knows what they mean.

pub mod air;
pub mod blinds;
pub mod body;
pub mod config;
pub mod error;
pub mod field;
pub mod guard;
pub mod poseidon;
pub mod program;
pub mod prove;
#[cfg(feature = "python")]
pub mod python;
pub mod reader;
pub mod rows;
pub mod run;
pub mod security;
pub mod shape;
pub mod stages;
pub mod table;
pub mod verify;
pub mod witness;
