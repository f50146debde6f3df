//! Rows spread over a table's instances, taken back and pushed again.

use crate::common::small;
use p3_field::PrimeCharacteristicRing;
use plimsoll_core::error::Kind;
use plimsoll_core::field::Val;
use plimsoll_core::rows::Rows;
use plimsoll_core::table::TableSet;

/// The table of two instances, of 512 and 256 rows of six columns.
const CLAIMS: usize = 1;

fn row(value: usize) -> [Val; 6] {
    [Val::from_usize(value); 6]
}

fn filled(n: usize) -> Rows {
    let mut rows = Rows::new(&TableSet::parse(&small().bytes()).unwrap(), CLAIMS).unwrap();
    (0..n).for_each(|i| rows.push(&row(i)).unwrap());
    rows
}

#[test]
fn rows_fill_the_instances_in_order_and_are_padded_with_zeros() {
    let traces = filled(600).into_traces();
    assert_eq!(traces.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(traces[0].1.values.len(), 512 * 6);
    assert_eq!(traces[1].1.values.len(), 256 * 6);
    assert_eq!(traces[0].1.values[511 * 6], Val::from_usize(511));
    assert_eq!(traces[1].1.values[87 * 6], Val::from_usize(599));
    assert!(traces[1].1.values[88 * 6..].iter().all(|&v| v == Val::ZERO));
}

#[test]
fn rows_taken_back_leave_no_trace() {
    for kept in [0, 100, 512, 550] {
        let mut rows = filled(600);
        rows.truncate(kept);
        (kept..700).for_each(|i| rows.push(&row(i)).unwrap());
        let values: Vec<Val> = rows.iter().map(|r| r[0]).collect();
        assert_eq!(values, (0..700).map(Val::from_usize).collect::<Vec<_>>());
    }
}

#[test]
fn rows_past_the_end_are_counted_and_refused() {
    let mut rows = filled(769);
    let error = rows.check().unwrap_err();
    assert_eq!(error.kind, Kind::Capacity);
    assert!(error.message.contains("at most 768 rows in this shape, got 769"), "{error}");
    rows.truncate(768);
    assert!(rows.check().is_ok());
}
