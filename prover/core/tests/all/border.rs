//! The border in short: every fuzzing harness on its seeds and on seeded mutants, and inputs made to hang the core, to
//! exhaust its stack or its memory. `make fuzz-rust` searches long, guided by coverage.

use crate::common::{Raw, RawMessage, RawSet, small};
use crate::harness::{PROGRAM_TABLES, PROOF, TEST, profile, proof, tables, witness};
use crate::mutants::Generator;
use plimsoll_core::error::{CoreError, Kind};
use plimsoll_core::guard::guarded;
use plimsoll_core::shape::ProofShape;
use plimsoll_core::table::TableSet;
use plimsoll_core::witness::Witness;
use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Of wall time; a shared machine may be slow, a hang is for ever.
const LONGEST: Duration = Duration::from_secs(30);

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Runs a harness on its seeds, of which the first `good` are accepted, and on mutants; how many were accepted.
fn replay(harness: fn(&[u8]) -> bool, seeds: &[Vec<u8>], good: usize, mutants: usize) -> usize {
    for (i, seed) in seeds.iter().enumerate() {
        assert_eq!(harness(seed), i < good, "seed {i}");
    }
    let mut generator = Generator(1);
    let mut accepted = 0;
    for number in 0..mutants {
        let data = generator.mutant(&seeds[number % seeds.len()]);
        let start = Instant::now();
        accepted += usize::from(harness(&data));
        assert!(start.elapsed() < LONGEST, "mutant {number}: {:?}", start.elapsed());
    }
    accepted
}

#[test]
fn mutated_tables_keep_the_property() {
    assert!(replay(tables, &seeds("tables"), 2, 300) > 0);
}

#[test]
fn mutated_programs_keep_the_property() {
    let mut inputs = seeds("witness");
    // By name: `short`, whose tape lacks a word, and `sum`.
    inputs.reverse();
    assert!(replay(witness, &inputs, 1, 1000) > 0);
}

#[test]
fn mutated_proofs_keep_the_property() {
    assert_eq!(replay(proof, &[PROOF.to_vec()], 1, 400), 0);
}

#[test]
fn mutated_profiles_keep_the_property() {
    assert!(replay(profile, &seeds("profile"), 2, 300) > 0);
}

/// What parsing says of the small tables with this change.
fn refusal(change: impl Fn(&mut RawSet)) -> CoreError {
    let mut set = small();
    change(&mut set);
    guarded(|| TableSet::parse(&set.bytes()).and_then(|set| ProofShape::new(&set, &TEST).map(drop))).unwrap_err()
}

#[test]
fn expressions_that_cannot_be_walked_are_rejected() {
    let doubled = |set: &mut RawSet| {
        let claims = &mut set.tables[1];
        let last = (0..60).fold(3, |node, _| claims.push(Raw::Pair(4, node, node)));
        claims.messages[0].fields[0] = last;
    };
    let deep = |set: &mut RawSet| {
        let claims = &mut set.tables[1];
        let last = (0..200_000).fold(3, |node, _| claims.push(Raw::Pair(4, node, 0)));
        claims.constraints.push(last);
    };
    let power = |set: &mut RawSet| {
        let claims = &mut set.tables[1];
        let last = (0..64).fold(3, |node, _| claims.push(Raw::Pair(6, node, node)));
        claims.constraints.push(last);
    };
    for (change, message) in
        [(doubled as fn(&mut RawSet), "nodes written out"), (deep, "nodes at most 4096 deep"), (power, "of degree 64")]
    {
        let error = refusal(change);
        assert!(error.kind == Kind::Tables && error.message.contains(message), "{error}");
    }
}

#[test]
fn too_many_instances_are_rejected() {
    let error = refusal(|set| set.instances.extend([(1, 8); 300]));
    assert!(error.message.contains("expected at most 256 instances, got 304"), "{error}");
}

/// Messages of one column thrice: a terminal that one number hides, and fewer columns than a program takes for granted.
#[test]
fn one_column_as_three_blinds_is_rejected() {
    let error = refusal(|set| {
        let claims = &mut set.tables[1];
        claims.blinds = vec![3, 3, 3];
        claims.messages.truncate(1);
        let blind = |k| RawMessage { bus: "blind", fields: vec![k], count: 6, weight: 0 };
        claims.messages.extend((0..3).map(blind));
    });
    assert!(error.message.contains("expected each blind column as the count of one blind"), "{error}");
}

/// Runs a program whose `main` calls f with `n`; f's first path is of the table `sum.nz`, its second of `sum.z`.
fn run(n: u64, args: usize, first: &str, second: &str) -> CoreError {
    let (columns, one) = (vec![2; args], "[[\"1\", []]]");
    let call = vec![one.replace('1', &n.to_string()); args].join(", ");
    let program = format!(
        r#"{{"main": "main", "roms": {{"squares": {{"table": 6}}}}, "poseidon": 4, "range": 5, "root": 0, "paths": [
        {{"table": 1, "function": "main", "args": [], "returns": [{one}, {one}],
          "steps": [{{"op": "call", "function": "f", "args": [{call}], "columns": [3]}}]}},
        {{"table": 3, "function": "f", "args": {columns:?}, "returns": [{one}], "steps": [{first}]}},
        {{"table": 2, "function": "f", "args": {columns:?}, "returns": [{one}], "steps": [{second}]}}]}}"#
    );
    let squares: Vec<u8> = (0..256u64).flat_map(|i| (i * i).to_le_bytes()).collect();
    let roms = HashMap::from([("squares".to_owned(), squares)]);
    let start = Instant::now();
    let error = guarded(|| Witness::run(PROGRAM_TABLES, &program, &roms, &[], false).map(drop)).unwrap_err();
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
    error
}

#[test]
fn a_program_that_never_returns_is_rejected() {
    let error = run(1, 1, r#"{"op": "call", "function": "f", "args": [[["1", [2]]]], "columns": [4]}"#, "");
    assert!(error.kind == Kind::Witness && error.message.contains("calls nest deeper"), "{error}");
    let args = vec![r#"[["1", [2]]]"#; 1000].join(", ");
    let step = format!(r#"{{"op": "call", "function": "f", "args": [{args}], "columns": [4]}}"#);
    let error = run(1, 1000, &step, "");
    assert!(error.kind == Kind::Witness && error.message.contains("hold more than"), "{error}");
}

/// Two calls and then a branch that is never taken, sixty deep: 2^60 rows, each of which is taken back.
#[test]
fn a_program_that_takes_everything_back_is_rejected() {
    let call = r#"{"op": "call", "function": "f", "args": [[["1", [2]], ["-1", []]]], "columns": [4]}"#;
    let alive = r#"{"op": "branch", "poly": [["1", [2]]], "nonzero": true}"#;
    let never = r#"{"op": "branch", "poly": [], "nonzero": true}"#;
    let error = run(60, 1, &[alive, call, call, never].join(", "), "");
    assert!(error.kind == Kind::Witness && error.message.contains("more work than"), "{error}");
}

/// Two calls, all of which stand: as many rows as the tables do not have.
#[test]
fn a_program_of_endless_rows_is_rejected_for_its_capacity() {
    let call = r#"{"op": "call", "function": "f", "args": [[["1", [2]], ["-1", []]]], "columns": [4]}"#;
    let alive = r#"{"op": "branch", "poly": [["1", [2]]], "nonzero": true}"#;
    let error = run(60, 1, &[alive, call, call].join(", "), "");
    assert!(error.kind == Kind::Capacity && error.message.contains("take a larger shape class"), "{error}");
}

#[test]
fn a_table_of_two_parts_is_rejected() {
    let program = r#"{"main": "f", "roms": {}, "poseidon": 4, "range": 5, "root": 5, "paths": []}"#;
    let roms: HashMap<String, Vec<u8>> = HashMap::new();
    let error = guarded(|| Witness::run(PROGRAM_TABLES, program, &roms, &[], false).map(drop)).unwrap_err();
    assert!(error.message.contains("range_check has two parts"), "{error}");
}
