//! The proof system's types and parameters.
//!
//! Every random draw of a proof (Merkle salts, masks, blinds) comes from a generator seeded here from the operating
//! system, anew for each proof. A thread's generator would not do: it is not reseeded by a fork, so two worker
//! processes could mask two traces with the same numbers, and the difference of the proofs would open both.

use crate::error::{CoreError, Kind, Result};
use crate::field::{Challenge, EXTENSION, Val};
use crate::refuse;
use p3_challenger::{HashChallenger, SerializingChallenger64};
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_fri::{FriParameters, HidingFriPcs};
use p3_merkle_tree::MerkleTreeHidingMmcs;
use p3_sha256::Sha256;
use p3_symmetric::{CompressionFunctionFromHasher, SerializingHasher};
use p3_uni_stark::StarkConfig;
use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};

/// Random field elements hashed into each Merkle leaf: 4 x 64 bits, so that no leaf can be guessed.
pub const SALT_ELEMENTS: usize = 4;
pub const DIGEST: usize = 32;

pub type FieldHash = SerializingHasher<Sha256>;
pub type Compress = CompressionFunctionFromHasher<Sha256, 2, DIGEST>;
pub type ValMmcs = MerkleTreeHidingMmcs<Val, u8, FieldHash, Compress, StdRng, 2, DIGEST, SALT_ELEMENTS>;
pub type ChallengeMmcs = ExtensionMmcs<Val, Challenge, ValMmcs>;
pub type Challenger = SerializingChallenger64<Val, HashChallenger<u8, Sha256, DIGEST>>;
pub type Pcs = HidingFriPcs<Val, Radix2DitParallel<Val>, ValMmcs, ChallengeMmcs, StdRng>;
pub type Config = StarkConfig<Pcs, Challenge, Challenger>;

/// The parameters that a caller may choose; `verifier/profile.py` names the sets of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    pub log_blowup: usize,
    pub queries: usize,
    pub query_pow_bits: usize,
    pub log_final_poly_len: usize,
    pub max_log_arity: usize,
    pub random_codewords: usize,
    pub cap_height: usize,
}

impl Profile {
    /// Refuses what the proof system cannot run. Says nothing about security: see `security`.
    pub fn check(&self) -> Result<()> {
        let within = [
            ("log_blowup", self.log_blowup, 1..=4),
            ("queries", self.queries, 1..=1024),
            ("query_pow_bits", self.query_pow_bits, 0..=32),
            ("log_final_poly_len", self.log_final_poly_len, 0..=8),
            ("max_log_arity", self.max_log_arity, 1..=6),
            // One random codeword for each coordinate of an opened combination is the least that hides it.
            ("random_codewords", self.random_codewords, EXTENSION..=16),
            ("cap_height", self.cap_height, 0..=8),
        ];
        for (name, value, range) in within {
            if !range.contains(&value) {
                return refuse!(Profile, "expected {name} in {}..={}, got {value}", range.start(), range.end());
            }
        }
        Ok(())
    }

    /// For one proof: salts and masks from fresh operating-system randomness.
    pub fn proving(&self, statement_digest: &[u8]) -> Result<Config> {
        Ok(self.config(statement_digest, fresh_generator()?, fresh_generator()?))
    }

    /// For verifying and for shapes: draws nothing, so its generators are fixed.
    pub fn verifying(&self, statement_digest: &[u8]) -> Config {
        self.config(statement_digest, StdRng::from_seed([0; 32]), StdRng::from_seed([0; 32]))
    }

    fn config(&self, statement_digest: &[u8], salts: StdRng, masks: StdRng) -> Config {
        let mmcs = ValMmcs::new(FieldHash::new(Sha256), Compress::new(Sha256), self.cap_height, salts);
        let fri = FriParameters {
            log_blowup: self.log_blowup,
            log_final_poly_len: self.log_final_poly_len,
            max_log_arity: self.max_log_arity,
            num_queries: self.queries,
            batch_proof_of_work_bits: 0,
            commit_proof_of_work_bits: 0,
            query_proof_of_work_bits: self.query_pow_bits,
            mmcs: ChallengeMmcs::new(mmcs.clone()),
        };
        Config::new(
            Pcs::new(Radix2DitParallel::default(), mmcs, fri, self.random_codewords, masks),
            Challenger::from_hasher(statement_digest.to_vec(), Sha256),
        )
    }
}

/// A generator seeded with 32 bytes from the operating system.
pub fn fresh_generator() -> Result<StdRng> {
    StdRng::try_from_rng(&mut SysRng)
        .map_err(|e| CoreError::new(Kind::Proving, format!("the operating system gave no randomness: {e}")))
}
