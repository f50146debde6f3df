//! Provable bits of security, term by term, by upstream's own calculation.
//!
//! A proof of several tables is reckoned as one table as high as all of them together (extended heights, rounded up to
//! a power of two), with the constraints, openings and messages of all of them. That is a union bound over the tables:
//! each term is an upper bound of the sum of the tables' own errors.

use crate::config::Profile;
use crate::error::Result;
use crate::field::EXTENSION;
use crate::shape::{LOG_ZK, ProofShape};
use crate::table::{DEGREE, TableSet};
use p3_batch_stark::num_batched_openings;
use p3_security::fri::FriRegime;
use p3_security::logup::{self, LogUpAir};
use p3_security::report::COLLISION_LABEL;
use p3_security::stark::proven_security_report;
use p3_security::{ErrorBits, GrindingSites, InstanceShape, SecurityTerm, StarkAirParams};
use p3_uni_stark::OpeningShape;

/// log2 of the extension's order, which is 2^192 less one part in 2^30.
const MODULUS_BITS: usize = 64 * EXTENSION;
/// SHA-256.
const COLLISION_RESISTANCE: usize = 128;
/// LogUp packs messages until a constraint has this degree.
const LOGUP_DEGREE: usize = DEGREE + 1;
/// The running sum is read at zeta and at the next point.
const POINTS: usize = 2;

/// What the terms are computed from, so that a twin can be compared input by input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// log2 of the sum of the extended heights, rounded up.
    pub log_height: usize,
    pub constraints: usize,
    /// The most committed quotient chunks of any table.
    pub chunks: usize,
    /// Columns times points batched in one combination, random codewords included.
    pub openings: usize,
    /// Messages a row of the one table, rounded up.
    pub messages: usize,
    /// Fields of the widest message.
    pub message_width: usize,
}

impl Inputs {
    pub fn new(set: &TableSet, profile: &Profile) -> Result<Self> {
        let shape = ProofShape::new(set, profile)?;
        let hiding = OpeningShape::hiding(profile.random_codewords);
        let (mut rows, mut lookups) = (0, 0);
        let mut inputs = Self { log_height: 0, constraints: 0, chunks: 0, openings: 0, messages: 0, message_width: 0 };
        for (air, i) in shape.airs.iter().zip(&shape.instances) {
            let extended = 1usize << (i.log_height + LOG_ZK);
            rows += extended;
            lookups += extended * air.0.messages.len();
            inputs.constraints += i.constraints;
            inputs.chunks = inputs.chunks.max(i.chunks);
            inputs.openings += num_batched_openings(i.width, false, 0, false, i.chunks, i.lookups, EXTENSION, hiding);
            let widest = air.0.messages.iter().map(|m| m.fields.len()).max().unwrap_or(0);
            inputs.message_width = inputs.message_width.max(widest);
        }
        inputs.log_height = rows.next_power_of_two().ilog2() as usize;
        inputs.messages = lookups.div_ceil(1 << inputs.log_height);
        Ok(inputs)
    }
}

/// Named terms in bits, those of the better of upstream's two proven regimes, and `minimum`.
pub fn terms(set: &TableSet, profile: &Profile) -> Result<Vec<(String, f64)>> {
    let inputs = Inputs::new(set, profile)?;
    let fri = FriRegime {
        log_blowup: profile.log_blowup,
        num_queries: profile.queries,
        log_final_poly_len: profile.log_final_poly_len,
        max_log_arity: profile.max_log_arity,
        commit_pow_bits: 0,
        query_pow_bits: profile.query_pow_bits,
    };
    let air = StarkAirParams {
        num_constraints: inputs.constraints,
        max_constraint_degree: LOGUP_DEGREE,
        num_quotient_chunks: inputs.chunks,
        max_combo: POINTS,
    };
    let shape = InstanceShape {
        log_trace_length: inputs.log_height,
        modulus_bits: MODULUS_BITS,
        // Out of the way while upstream looks for the best proximity parameter: capped at 128 bits it would call every
        // parameter equally good that reaches them, and report the last one's terms.
        collision_resistance: MODULUS_BITS,
        num_batched_functions: inputs.openings,
    };
    // The only work asked of a prover stands before the queries; the low-degree test's term counts it.
    let grinding = GrindingSites::NONE;
    let messages = LogUpAir { num_interactions: inputs.messages, max_message_width: inputs.message_width };
    let extras: Vec<_> = logup::security_term(&messages, &shape, &grinding).into_iter().collect();
    let report = proven_security_report(&fri, &air, &shape, &extras, &grinding);
    let regime = match report.ldr {
        Some(ldr) if ldr.security_bits() > report.udr.security_bits() => ldr,
        _ => report.udr,
    };
    let collision = SecurityTerm::new(COLLISION_LABEL, ErrorBits::from_log2(COLLISION_RESISTANCE as f64));
    let algebraic = regime.terms().iter().filter(|t| t.label != COLLISION_LABEL);
    let mut terms: Vec<(String, f64)> =
        algebraic.chain([&collision]).map(|t| (t.label.to_string(), t.bits.bits())).collect();
    let minimum = terms.iter().map(|(_, bits)| *bits).fold(f64::INFINITY, f64::min);
    terms.push(("minimum".into(), minimum));
    Ok(terms)
}
