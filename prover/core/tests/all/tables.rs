//! What the canonical table bytes must not be. One fault a case.

use crate::common::{Raw, RawSet, small};
use plimsoll_core::error::Kind;
use plimsoll_core::table::TableSet;

#[test]
fn the_small_tables_parse() {
    let set = TableSet::parse(&small().bytes()).unwrap();
    assert_eq!(set.tables.len(), 3);
    assert_eq!(set.instances.iter().map(|i| i.height()).collect::<Vec<_>>(), [256, 512, 256, 256]);
}

fn rejected(bytes: &[u8], message: &str) {
    let error = TableSet::parse(bytes).expect_err(message);
    assert_eq!(error.kind, Kind::Tables);
    assert!(error.message.contains(message), "expected {message:?} in {:?}", error.message);
}

#[test]
fn every_truncation_and_any_byte_left_over_is_rejected() {
    let bytes = small().bytes();
    for n in 0..bytes.len() {
        assert!(TableSet::parse(&bytes[..n]).is_err(), "{n} bytes of {}", bytes.len());
    }
    rejected(&[&bytes[..], &[0]].concat(), "expected the end");
}

#[test]
fn every_fault_is_rejected() {
    type Fault = (&'static str, fn(&mut RawSet));
    let faults: [Fault; 23] = [
        ("field element below p", |s| s.tables[1].nodes[0] = Raw::Const(u64::MAX)),
        ("expected a column below", |s| s.tables[1].nodes[3] = Raw::Leaf(1, 6)),
        ("expected a public column below", |s| s.tables[1].nodes[3] = Raw::Leaf(2, 0)),
        ("expected a public value below", |s| s.tables[1].nodes[3] = Raw::Leaf(3, 0)),
        ("expected earlier nodes", |s| s.tables[1].nodes[3] = Raw::Pair(4, 3, 0)),
        ("expected a kind of 0 to 6", |s| s.tables[1].nodes[3] = Raw::Leaf(7, 0)),
        ("expected a node below", |s| s.tables[1].constraints.push(1000)),
        ("expected a node below", |s| s.tables[1].messages[0].fields[0] = 1000),
        ("expected a node below", |s| s.tables[1].messages[0].count = 1000),
        ("expected a weight of 0 or 1", |s| s.tables[1].messages[0].weight = 2),
        ("expected a column below", |s| s.tables[1].blinds[0] = 6),
        ("expected 3 blind columns", |s| s.tables[1].blinds.truncate(2)),
        ("expected each blind column", |s| s.tables[1].messages.truncate(3)),
        ("expected each blind column", |s| s.tables[1].messages[1].fields[0] = 1),
        ("expected at most 65536 columns", |s| s.tables[1].width = 1 << 17),
        ("and as many public values", |s| s.tables[1].publics = 1 << 17),
        ("expected degree 3", |s| s.tables[1].degree = 2),
        ("fields on bus rom:squares", |s| s.tables[1].messages[0].fields.truncate(1)),
        ("two tables are named", |s| s.tables[1].name = "root"),
        ("public columns of the table's height", |s| s.instances[0].1 = 9),
        ("expected an instance of one of 3 tables", |s| s.instances[0].0 = 3),
        ("expected an instance of one of 3 tables", |s| s.instances[1].1 = 7),
        ("expected at least one instance", |s| s.instances.clear()),
    ];
    for (message, fault) in faults {
        let mut set = small();
        fault(&mut set);
        rejected(&set.bytes(), message);
    }
}
