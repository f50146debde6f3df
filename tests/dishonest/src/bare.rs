//! A prover whose salts and masks are known, or all zero: what its proofs give away is what hiding is for.
//!
//! The same upstream prover as the core's, with a generator that may be switched off. The core's own types name a
//! generator that cannot be, so the configuration is made once more here, and the proof handed over part by part.

use p3_batch_stark::{BatchProof, ProverData, StarkInstance, prove_batch};
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_fri::{BatchMultiOpening, CommitPhaseMultiStep, FriParameters, FriProof, HidingFriPcs};
use p3_matrix::dense::RowMajorMatrix;
use p3_merkle_tree::MerkleTreeHidingMmcs;
use p3_sha256::Sha256;
use p3_uni_stark::StarkConfig;
use plimsoll_core::blinds;
use plimsoll_core::body::{self, Proof};
use plimsoll_core::config::{Challenger, Compress, DIGEST, FieldHash, Profile, SALT_ELEMENTS, fresh_generator};
use plimsoll_core::error::{CoreError, Kind, Result};
use plimsoll_core::field::{Challenge, Val};
use plimsoll_core::refuse;
use plimsoll_core::shape::{LOG_ZK, ProofShape};
use plimsoll_core::table::TableSet;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng, TryCryptoRng, TryRng};
use std::convert::Infallible;

/// A generator from a seed of 32 bytes; the seed of zeros switches it off: it gives zeros, and so do its children.
pub enum Switched {
    Off,
    On(Box<StdRng>),
}

impl SeedableRng for Switched {
    type Seed = [u8; 32];

    fn from_seed(seed: [u8; 32]) -> Self {
        if seed == [0; 32] { Self::Off } else { Self::On(Box::new(StdRng::from_seed(seed))) }
    }
}

impl TryRng for Switched {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
        match self {
            Self::Off => Ok(0),
            Self::On(rng) => rng.try_next_u32(),
        }
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
        match self {
            Self::Off => Ok(0),
            Self::On(rng) => rng.try_next_u64(),
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), Infallible> {
        match self {
            Self::Off => {
                bytes.fill(0);
                Ok(())
            }
            Self::On(rng) => rng.try_fill_bytes(bytes),
        }
    }
}

impl TryCryptoRng for Switched {}

type Mmcs = MerkleTreeHidingMmcs<Val, u8, FieldHash, Compress, Switched, 2, DIGEST, SALT_ELEMENTS>;
type FoldMmcs = ExtensionMmcs<Val, Challenge, Mmcs>;
type Pcs = HidingFriPcs<Val, Radix2DitParallel<Val>, Mmcs, FoldMmcs, Switched>;
type Config = StarkConfig<Pcs, Challenge, Challenger>;

/// 32 bytes are the seed itself; none is a fresh one.
pub fn generator(seed: &[u8]) -> Result<Switched> {
    match <[u8; 32]>::try_from(seed) {
        Ok(seed) => Ok(Switched::from_seed(seed)),
        Err(_) if seed.is_empty() => Ok(Switched::from_seed(fresh_generator()?.random())),
        Err(_) => refuse!(Usage, "expected a seed of 32 bytes or of none, got {}", seed.len()),
    }
}

pub fn prove(
    set: &TableSet,
    mut traces: Vec<RowMajorMatrix<Val>>,
    public_values: &[Val],
    statement_digest: &[u8],
    profile: &Profile,
    fresh_blinds: bool,
    (salts, masks): (Switched, Switched),
) -> Result<Vec<u8>> {
    let shape = ProofShape::new(set, profile)?;
    if fresh_blinds {
        blinds::draw(set, &mut traces)?;
    }
    let publics = shape.public_values(public_values)?;
    let config = config(profile, statement_digest, salts, masks);
    let degree_bits: Vec<usize> = set.instances.iter().map(|i| i.log_height + LOG_ZK).collect();
    let data = ProverData::from_airs_and_degrees(&config, &shape.airs, &degree_bits)
        .map_err(|e| CoreError::new(Kind::Tables, e.to_string()))?;
    let references: Vec<&RowMajorMatrix<Val>> = traces.iter().collect();
    let instances = StarkInstance::new_multiple(&shape.airs, &references, &publics);
    let proof = prove_batch(&config, &instances, &data).map_err(|e| CoreError::new(Kind::Proving, e.to_string()))?;
    Ok(body::encode(&as_the_core_s(proof)))
}

fn config(profile: &Profile, statement_digest: &[u8], salts: Switched, masks: Switched) -> Config {
    let mmcs = Mmcs::new(FieldHash::new(Sha256), Compress::new(Sha256), profile.cap_height, salts);
    let fri = FriParameters {
        log_blowup: profile.log_blowup,
        log_final_poly_len: profile.log_final_poly_len,
        max_log_arity: profile.max_log_arity,
        num_queries: profile.queries,
        batch_proof_of_work_bits: 0,
        commit_proof_of_work_bits: 0,
        query_proof_of_work_bits: profile.query_pow_bits,
        mmcs: FoldMmcs::new(mmcs.clone()),
    };
    Config::new(
        Pcs::new(Radix2DitParallel::default(), mmcs, fri, profile.random_codewords, masks),
        Challenger::from_hasher(statement_digest.to_vec(), Sha256),
    )
}

/// The same parts under the core's types.
fn as_the_core_s(proof: BatchProof<Config>) -> Proof {
    let (codewords, fri) = proof.opening_proof;
    let input_openings = fri.input_openings.into_iter();
    let folds = fri.commit_phase_openings.into_iter();
    let fri = FriProof {
        batch_pow_witness: fri.batch_pow_witness,
        commit_phase_commits: fri.commit_phase_commits,
        commit_pow_witnesses: fri.commit_pow_witnesses,
        input_openings: input_openings
            .map(|o| BatchMultiOpening { opened_values: o.opened_values, opening_proof: o.opening_proof })
            .collect(),
        commit_phase_openings: folds
            .map(|o| CommitPhaseMultiStep { sibling_values: o.sibling_values, opening_proof: o.opening_proof })
            .collect(),
        final_poly: fri.final_poly,
        query_pow_witness: fri.query_pow_witness,
    };
    Proof {
        commitments: proof.commitments,
        opened_values: proof.opened_values,
        opening_proof: (codewords, fri),
        lookup_terminals: proof.lookup_terminals,
        degree_bits: proof.degree_bits,
        lookup_pow_witness: proof.lookup_pow_witness,
        ood_pow_witness: proof.ood_pow_witness,
    }
}
