//! What is fuzzed: the core's functions as Python calls them, behind the same guard (`guarded`), from bytes.
//!
//! Property: each call ends, within the fuzzer's bounds on time and memory, with a value or a `CoreError`. The core's
//! own code never panics, not even to be caught. Upstream's code may, where tables are at fault, which are always the
//! caller's own; never because of a proof. The tests of the core include this file and replay seeds and mutants.

use plimsoll_core::config::Profile;
use plimsoll_core::error::{Kind, Result};
use plimsoll_core::field::{Val, canonical};
use plimsoll_core::guard::guarded;
use plimsoll_core::shape::ProofShape;
use plimsoll_core::table::TableSet;
use plimsoll_core::verify::verify;
use plimsoll_core::witness::Witness;
use plimsoll_core::{body, security};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The tables, public values and statement of the proof that the Python verifier's tests are about.
pub const PROVEN_TABLES: &[u8] = include_bytes!("../seeds/tables/proven");
pub const PROOF: &[u8] = include_bytes!("../../../../tests/verifier/vectors/example.insecure-test-only.proof");
const PUBLIC_VALUES: [u64; 2] = [49, 7];
const STATEMENT: [u8; 32] = *include_bytes!("../seeds/statement");
/// A recursive program with every kind of step, and its tables.
pub const PROGRAM_TABLES: &[u8] = include_bytes!("../seeds/tables/program");
/// `insecure-test-only` of `verifier/profile.py`.
pub const TEST: Profile = Profile {
    log_blowup: 2,
    queries: 4,
    query_pow_bits: 0,
    log_final_poly_len: 5,
    max_log_arity: 3,
    random_codewords: 4,
    cap_height: 3,
};
/// Tables declare how many cells a witness has, and those are allocated: a caller who declares more wants more.
const MAX_CELLS: usize = 1 << 20;

/// Runs `f` at the border. `lenient`: a panic of upstream's code is a refusal. Whether `f` succeeded.
fn kept<T: Send>(lenient: bool, f: impl FnOnce() -> Result<T> + Send) -> Option<T> {
    match guarded(f) {
        Ok(value) => Some(value),
        Err(error) if error.kind == Kind::Panic && !(lenient && error.message.contains("(p3-")) => {
            panic!("the core panicked: {}", error.message)
        }
        Err(_) => None,
    }
}

/// Table bytes; what parses goes on to shape, security terms and a verification of some proof.
pub fn tables(data: &[u8]) -> bool {
    let Some(set) = kept(true, || TableSet::parse(data)) else { return false };
    kept(true, || ProofShape::new(&set, &TEST).map(drop));
    kept(true, || security::terms(&set, &TEST));
    let degrees: Vec<u8> = set.instances.iter().map(|i| i.log_height as u8 + 1).collect();
    let proof = [&degrees[..], &PROOF[PROOF.len().min(degrees.len())..]].concat();
    let publics = set.tables.iter().map(|table| table.publics).max().unwrap_or(0).min(1 << 16);
    kept(true, || verify(&set, &vec![Val::new(1); publics], &STATEMENT, &proof, &TEST));
    true
}

/// A witness program (JSON), a tape, the records of `squares` and table bytes, each with its length in front; the
/// small program's own where records or tables are left out.
pub fn witness(data: &[u8]) -> bool {
    let mut left = data;
    let mut part = || {
        let (length, rest) = left.split_at_checked(4).unwrap_or((&[0; 4], &[]));
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        let (part, rest) = rest.split_at(length.min(rest.len()));
        left = rest;
        part
    };
    let (program, tape, records, tables) = (part(), part(), part(), part());
    let tables = if tables.is_empty() { PROGRAM_TABLES } else { tables };
    let Ok(program) = std::str::from_utf8(program) else { return false };
    let squares: Vec<u8> = (0..256u64).flat_map(|i| (i * i).to_le_bytes()).collect();
    let records = if records.is_empty() { &squares } else { records };
    let Some(set) = kept(true, || TableSet::parse(tables)) else { return false };
    if cells(&set) > MAX_CELLS {
        return false;
    }
    let roms = HashMap::from([("squares".to_owned(), records)]);
    let honest = kept(false, || Witness::run(tables, program, &roms, tape, false)).is_some();
    kept(false, || Witness::run(tables, program, &roms, tape, true));
    honest
}

fn cells(set: &TableSet) -> usize {
    (0..set.instances.len()).map(|i| set.table(i).width << set.instances[i].log_height).sum()
}

/// A proof body for fixed tables: parsed, encoded to the same bytes, verified; only the one proof is accepted.
pub fn proof(data: &[u8]) -> bool {
    static SET: LazyLock<TableSet> = LazyLock::new(|| TableSet::parse(PROVEN_TABLES).expect("the seed's tables"));
    let values = PUBLIC_VALUES.map(Val::new);
    let encoded = kept(false, || {
        let shape = ProofShape::new(&SET, &TEST)?;
        body::decode(data, &shape).map(|proof| body::encode(&proof))
    });
    let accepted = kept(false, || verify(&SET, &values, &STATEMENT, data, &TEST)).is_some();
    if let Some(bytes) = &encoded {
        assert!(bytes == data, "two encodings of one proof");
    }
    assert!(!accepted || data == PROOF, "another proof of the statement was accepted");
    accepted
}

/// Parameters of a proof system (seven u64; what is missing is 1), then public values, a statement and a proof.
pub fn profile(data: &[u8]) -> bool {
    let (words, _) = data.as_chunks::<8>();
    let word = |i: usize| words.get(i).map_or(1, |w| u64::from_le_bytes(*w));
    let profile = Profile {
        log_blowup: word(0) as usize,
        queries: word(1) as usize,
        query_pow_bits: word(2) as usize,
        log_final_poly_len: word(3) as usize,
        max_log_arity: word(4) as usize,
        random_codewords: word(5) as usize,
        cap_height: word(6) as usize,
    };
    let values: Vec<Val> = [7, 8].into_iter().filter_map(|i| canonical(word(i))).collect();
    let rest = data.get(72..).unwrap_or(PROOF);
    let Some(set) = kept(false, || TableSet::parse(PROVEN_TABLES)) else { return false };
    let valid = kept(false, || profile.check()).is_some();
    let shaped = kept(false, || ProofShape::new(&set, &profile).map(drop)).is_some();
    let explained = kept(false, || security::terms(&set, &profile)).is_some();
    kept(false, || verify(&set, &values, &STATEMENT, rest, &profile));
    assert!(valid || !(shaped || explained), "a profile that is refused was used");
    shaped && explained
}
