//! Proofs of two small tables: bytes and back, upstream's verdict, and the height check in front of it.

use crate::common::{ROWS, TEST, small, traces};
use p3_batch_stark::verify_batch;
use p3_field::PrimeCharacteristicRing;
use plimsoll_core::body::{decode, encode};
use plimsoll_core::error::Kind;
use plimsoll_core::field::{Challenge, Val};
use plimsoll_core::prove::prove;
use plimsoll_core::shape::ProofShape;
use plimsoll_core::stages::quiet;
use plimsoll_core::table::TableSet;
use plimsoll_core::verify::verify;

const STATEMENT: [u8; 32] = [7; 32];

fn honest() -> (TableSet, Vec<u8>) {
    let set = TableSet::parse(&small().bytes()).unwrap();
    let body = prove(&set, traces(ROWS, 1), &[Val::from_u64(4)], &STATEMENT, &TEST, true, &quiet()).unwrap();
    (set, body)
}

#[test]
fn an_honest_proof_is_accepted_and_its_bytes_are_canonical() {
    let (set, body) = honest();
    verify(&set, &[Val::from_u64(4)], &STATEMENT, &body, &TEST).unwrap();
    let shape = ProofShape::new(&set, &TEST).unwrap();
    assert_eq!(encode(&decode(&body, &shape).unwrap()), body);
}

#[test]
fn another_statement_or_public_value_is_rejected() {
    let (set, body) = honest();
    for (value, statement) in [(5, STATEMENT), (4, [8; 32])] {
        let error = verify(&set, &[Val::from_u64(value)], &statement, &body, &TEST).unwrap_err();
        assert_eq!(error.kind, Kind::Verification);
    }
}

#[test]
fn truncated_extended_and_flipped_bytes_are_rejected() {
    let (set, body) = honest();
    let kind = |bytes: &[u8]| verify(&set, &[Val::from_u64(4)], &STATEMENT, bytes, &TEST).map_err(|e| e.kind);
    for n in [0, 1, body.len() / 2, body.len() - 1] {
        assert_eq!(kind(&body[..n]), Err(Kind::Encoding));
    }
    assert_eq!(kind(&[&body[..], &[0]].concat()), Err(Kind::Encoding));
    // A stride without small factors meets every section of the proof.
    for at in (0..body.len()).step_by(97) {
        let mut bytes = body.clone();
        bytes[at] ^= 1;
        assert!(kind(&bytes).is_err(), "byte {at} of {}", body.len());
    }
}

#[test]
fn blinds_make_every_terminal_fresh_and_the_terminals_cancel() {
    let (set, first) = honest();
    let (_, second) = honest();
    let shape = ProofShape::new(&set, &TEST).unwrap();
    let terminals = |body: &[u8]| -> Vec<Challenge> {
        decode(body, &shape).unwrap().lookup_terminals.iter().map(|t| t.unwrap().0).collect()
    };
    let (first, second) = (terminals(&first), terminals(&second));
    assert_eq!(first.iter().copied().sum::<Challenge>(), Challenge::ZERO);
    assert!(first.iter().zip(&second).all(|(a, b)| a != b));
}

/// A root of twice the height, whose public column repeats: two active rows. Upstream alone accepts the proof.
#[test]
fn a_doubled_root_is_rejected_by_the_height_check_alone() {
    let honest = TableSet::parse(&small().bytes()).unwrap();
    let mut doubled = small();
    doubled.instances[0].1 += 1;
    let column = doubled.tables[0].periodic[0].clone();
    doubled.tables[0].periodic[0].extend(column);
    let doubled = TableSet::parse(&doubled.bytes()).unwrap();
    let publics = [Val::from_u64(4)];
    let body = prove(&doubled, traces(2 * ROWS, 2), &publics, &STATEMENT, &TEST, true, &quiet()).unwrap();

    let shape = ProofShape::new(&honest, &TEST).unwrap();
    let proof = decode(&body, &shape).unwrap();
    let values = shape.public_values(&publics).unwrap();
    let upstream = verify_batch(&TEST.verifying(&STATEMENT), &shape.airs, &proof, &values, &shape.data.common);
    assert!(upstream.is_ok(), "upstream reads heights from the proof");
    assert_eq!(verify(&honest, &publics, &STATEMENT, &body, &TEST).unwrap_err().kind, Kind::Heights);
}

#[test]
fn a_broken_constraint_or_bus_is_rejected() {
    let set = TableSet::parse(&small().bytes()).unwrap();
    // (trace, cell): active not boolean; a claim of another square; a multiplicity too high.
    for (trace, cell, value) in [(1, 0, 2), (1, 8, 1), (3, 0, 77)] {
        let mut traces = traces(ROWS, 1);
        traces[trace].values[cell] = Val::from_u64(value);
        let body = prove(&set, traces, &[Val::from_u64(4)], &STATEMENT, &TEST, true, &quiet()).unwrap();
        let error = verify(&set, &[Val::from_u64(4)], &STATEMENT, &body, &TEST).unwrap_err();
        assert_eq!(error.kind, Kind::Verification, "{error}");
    }
}

#[test]
fn blinds_that_do_not_cancel_are_rejected() {
    let set = TableSet::parse(&small().bytes()).unwrap();
    let mut traces = traces(ROWS, 1);
    traces[0].values[2] = Val::ONE;
    let body = prove(&set, traces, &[Val::from_u64(4)], &STATEMENT, &TEST, false, &quiet()).unwrap();
    let error = verify(&set, &[Val::from_u64(4)], &STATEMENT, &body, &TEST).unwrap_err();
    assert_eq!(error.kind, Kind::Verification, "{error}");
}

#[test]
fn a_table_whose_degree_the_rate_cannot_certify_is_rejected() {
    let mut set = small();
    let claims = &mut set.tables[1];
    let mut power = 3;
    for _ in 0..5 {
        power = claims.push(crate::common::Raw::Pair(6, power, 3));
    }
    claims.constraints.push(power);
    let set = TableSet::parse(&set.bytes()).unwrap();
    let error = ProofShape::new(&set, &TEST).err().unwrap();
    assert_eq!(error.kind, Kind::Tables, "{error}");
}
