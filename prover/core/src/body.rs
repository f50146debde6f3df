//! The proof's canonical bytes (docs/protocol): fixed width, little-endian, every length implied by tables and profile
//! except the numbers of Merkle siblings, which follow from the query positions.
//!
//! `encode` and `decode` walk the same parts in the same order; keep them side by side.

use crate::config::{Config, DIGEST, SALT_ELEMENTS, ValMmcs};
use crate::error::{Kind, Result};
use crate::field::{Challenge, EXTENSION, Val};
use crate::reader::Reader;
use crate::shape::{LOG_ZK, ProofShape};
use p3_batch_stark::proof::OpenedValuesWithLookups;
use p3_batch_stark::{BatchCommitments, BatchOpenedValues, BatchProof, OpenedValues};
use p3_field::{BasedVectorSpace, PrimeField64};
use p3_fri::{BatchMultiOpening, CommitPhaseMultiStep, FriProof};
use p3_lookup::LookupTerminal;
use p3_merkle_tree::{MerkleCap, PrunedMerklePaths};

pub type Proof = BatchProof<Config>;
type Cap = MerkleCap<Val, [u8; DIGEST]>;
type Salts = Vec<Vec<Vec<Val>>>;

/// Widths of the matrices in the four input rounds (random, main, quotient, permutation), with the random codewords
/// that the hiding commitment appends, and the number of points each matrix is opened at.
fn input_rounds(shape: &ProofShape) -> [Vec<(usize, usize)>; 4] {
    let mut rounds: [Vec<(usize, usize)>; 4] = Default::default();
    for i in &shape.instances {
        rounds[0].push((EXTENSION, 1));
        rounds[1].push((i.width, 1));
        rounds[2].extend(std::iter::repeat_n((EXTENSION, 1), i.chunks));
        rounds[3].push((EXTENSION * (i.lookups + 1), 2));
    }
    rounds
}

struct Writer(Vec<u8>);

impl Writer {
    fn u32(&mut self, x: usize) {
        let x = u32::try_from(x).expect("no part of a proof has 2^32 items");
        self.0.extend(x.to_le_bytes());
    }

    fn val(&mut self, x: &Val) {
        self.0.extend(x.as_canonical_u64().to_le_bytes());
    }

    fn vals<'a>(&mut self, xs: impl IntoIterator<Item = &'a Val>) {
        xs.into_iter().for_each(|x| self.val(x));
    }

    fn ext(&mut self, x: &Challenge) {
        self.vals(x.as_basis_coefficients_slice() as &[Val]);
    }

    fn exts<'a>(&mut self, xs: impl IntoIterator<Item = &'a Challenge>) {
        xs.into_iter().for_each(|x| self.ext(x));
    }

    fn cap(&mut self, cap: &Cap) {
        cap.roots().iter().for_each(|digest| self.0.extend(digest));
    }

    fn merkle(&mut self, salts: &Salts, paths: &PrunedMerklePaths<u8, DIGEST>) {
        self.vals(salts.iter().flatten().flatten());
        self.u32(paths.sibling_hashes.len());
        paths.sibling_hashes.iter().for_each(|digest| self.0.extend(digest));
    }
}

pub fn encode(proof: &Proof) -> Vec<u8> {
    let mut w = Writer(vec![]);
    w.0.extend(proof.degree_bits.iter().map(|&bits| bits as u8));
    let c = &proof.commitments;
    for cap in [Some(&c.main), c.permutation.as_ref(), Some(&c.quotient_chunks), c.random.as_ref()] {
        w.cap(cap.expect("every proof has lookups and is hiding"));
    }
    for terminal in &proof.lookup_terminals {
        w.ext(&terminal.as_ref().expect("every table has blinds").0);
    }
    w.val(&proof.lookup_pow_witness.expect("every proof has lookups"));
    w.val(&proof.ood_pow_witness);
    for opened in &proof.opened_values.instances {
        let base = &opened.base_opened_values;
        w.exts(base.random.as_ref().expect("every proof is hiding"));
        w.exts(&base.trace_local);
        w.exts(base.quotient_chunks.iter().flatten());
        w.exts(&opened.permutation_local);
        w.exts(&opened.permutation_next);
    }
    let (codewords, fri) = &proof.opening_proof;
    w.exts(codewords.iter().flatten().flatten().flatten());
    w.val(&fri.batch_pow_witness);
    fri.commit_phase_commits.iter().for_each(|cap| w.cap(cap));
    w.vals(&fri.commit_pow_witnesses);
    w.exts(&fri.final_poly);
    w.val(&fri.query_pow_witness);
    for round in &fri.input_openings {
        w.vals(round.opened_values.iter().flatten().flatten());
        w.merkle(&round.opening_proof.0, &round.opening_proof.1);
    }
    for step in &fri.commit_phase_openings {
        w.exts(step.sibling_values.iter().flatten());
        w.merkle(&step.opening_proof.0, &step.opening_proof.1);
    }
    w.0
}

fn cap(r: &mut Reader<'_>, shape: &ProofShape, log_rows: usize) -> Result<Cap> {
    Ok(Cap::new(r.digests(1 << shape.profile.cap_height.min(log_rows))?))
}

fn merkle(r: &mut Reader<'_>, queries: usize, matrices: usize) -> Result<(Salts, PrunedMerklePaths<u8, DIGEST>)> {
    let row = 8 * SALT_ELEMENTS;
    let salts = r.many(queries, row * matrices, |r| r.many(matrices, row, |r| r.vals(SALT_ELEMENTS)))?;
    let n = r.count(DIGEST)?;
    Ok((salts, PrunedMerklePaths { sibling_hashes: r.digests(n)? }))
}

/// Reads a proof of exactly this shape. Heights are read, never believed: `verify` compares them.
pub fn decode(bytes: &[u8], shape: &ProofShape) -> Result<Proof> {
    let mut reader = Reader::new(bytes, Kind::Encoding);
    let r = &mut reader;
    let rounds = input_rounds(shape);
    let queries = shape.profile.queries;
    let n = shape.instances.len();
    let degree_bits = r.many(n, 1, |r| r.u8().map(usize::from))?;
    let highest = shape.instances.iter().map(|i| i.log_height).max().unwrap_or(0);
    let log_rows = highest + LOG_ZK + shape.profile.log_blowup;
    let main = cap(r, shape, log_rows)?;
    let permutation = Some(cap(r, shape, log_rows)?);
    let quotient_chunks = cap(r, shape, log_rows)?;
    let random = Some(cap(r, shape, log_rows)?);
    let commitments = BatchCommitments { main, permutation, quotient_chunks, random };
    let lookup_terminals = r.many(n, 8 * EXTENSION, |r| r.ext().map(|x| Some(LookupTerminal(x))))?;
    let lookup_pow_witness = Some(r.val()?);
    let ood_pow_witness = r.val()?;
    let mut instances = Vec::with_capacity(n);
    for i in &shape.instances {
        let random = Some(r.exts(EXTENSION)?);
        let trace_local = r.exts(i.width)?;
        let quotient_chunks = r.many(i.chunks, 8 * EXTENSION * EXTENSION, |r| r.exts(EXTENSION))?;
        let permutation_local = r.exts(EXTENSION * (i.lookups + 1))?;
        let permutation_next = r.exts(EXTENSION * (i.lookups + 1))?;
        let base_opened_values =
            OpenedValues { trace_local, trace_next: None, preprocessed: None, quotient_chunks, random };
        instances.push(OpenedValuesWithLookups { base_opened_values, permutation_local, permutation_next });
    }
    let opened_values = BatchOpenedValues { instances };
    let mut codewords = vec![];
    for round in &rounds {
        let values = round.iter().map(|&(_, points)| {
            (0..points).map(|_| r.exts(shape.profile.random_codewords)).collect::<Result<Vec<_>>>()
        });
        codewords.push(values.collect::<Result<Vec<_>>>()?);
    }
    let batch_pow_witness = r.val()?;
    let commit_phase_commits = shape.rounds.iter().map(|f| cap(r, shape, f.log_rows)).collect::<Result<_>>()?;
    let commit_pow_witnesses = r.vals(shape.rounds.len())?;
    let final_poly = r.exts(1 << shape.profile.log_final_poly_len)?;
    let query_pow_witness = r.val()?;
    let mut input_openings = vec![];
    for round in &rounds {
        let row = |r: &mut Reader<'_>| {
            round.iter().map(|&(width, _)| r.vals(width + shape.profile.random_codewords)).collect::<Result<Vec<_>>>()
        };
        let opened_values = r.many(queries, 8 * round.len(), row)?;
        let opening_proof = merkle(r, queries, round.len())?;
        input_openings.push(BatchMultiOpening::<Val, ValMmcs> { opened_values, opening_proof });
    }
    let mut commit_phase_openings = vec![];
    for f in &shape.rounds {
        let siblings = (1 << f.log_arity) - 1;
        let sibling_values = r.many(queries, 8 * EXTENSION * siblings, |r| r.exts(siblings))?;
        commit_phase_openings.push(CommitPhaseMultiStep { sibling_values, opening_proof: merkle(r, queries, 1)? });
    }
    reader.finish()?;
    let fri = FriProof {
        batch_pow_witness,
        commit_phase_commits,
        commit_pow_witnesses,
        input_openings,
        commit_phase_openings,
        final_poly,
        query_pow_witness,
    };
    Ok(BatchProof {
        commitments,
        opened_values,
        opening_proof: (codewords, fri),
        lookup_terminals,
        degree_bits,
        lookup_pow_witness,
        ood_pow_witness,
    })
}
