//! A program run on one tape: every table filled, padded to the heights of its instances, ready to be proven once.
//!
//! Heights come from the table set alone. How many rows a run uses never changes anything visible.

use crate::error::Result;
use crate::field::{Val, canonical};
use crate::poseidon::{self, COLUMNS};
use crate::program::Program;
use crate::refuse;
use crate::rows::Rows;
use crate::run::{Records, Run};
use crate::table::{BLINDS, Node, Table, TableSet};
use p3_field::{PrimeCharacteristicRing, PrimeField64};
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use std::collections::HashMap;

const RANGE_BUS: &str = "builtin:range_check";

pub struct Witness {
    pub set: TableSet,
    /// main's outputs: the public values.
    pub outputs: Vec<Val>,
    /// Rows used of each table.
    pub rows: Vec<usize>,
    /// One for each instance. Blind columns are zero until a proof draws them.
    pub traces: Vec<RowMajorMatrix<Val>>,
}

impl Witness {
    /// `lenient` is for forgeries: goes on where an honest run stops.
    pub fn run<B: AsRef<[u8]>>(
        tables: &[u8],
        program: &str,
        roms: &HashMap<String, B>,
        tape: &[u8],
        lenient: bool,
    ) -> Result<Self> {
        let set = TableSet::parse(tables)?;
        let program = Program::load(program, &set)?;
        let records = records(&program, &set, roms)?;
        if !tape.len().is_multiple_of(8) {
            return refuse!(Usage, "expected a tape of words of 8 bytes, got {} bytes", tape.len());
        }
        let mut run = Run::new(&program, &records, tape, &set, lenient)?;
        let outputs = run.main()?;
        let mut filled = vec![root_rows(&program, &set, &outputs)?];
        let range = &set.tables[program.range];
        let mut multiplicities = vec![0; range.periodic.first().map_or(0, Vec::len)];
        for function in &program.functions {
            for &path in &function.paths {
                run.rows[path].check()?;
                count_ranges(&run.rows[path], &function.name, range, &mut multiplicities, lenient)?;
            }
        }
        filled.push(public_rows(&set, program.range, &multiplicities)?);
        for (rom, reads) in program.roms.iter().zip(&run.reads) {
            let mut multiplicities = vec![0; set.tables[rom.table].periodic.first().map_or(0, Vec::len)];
            reads.iter().for_each(|&r| multiplicities[r as usize] += 1);
            filled.push(public_rows(&set, rom.table, &multiplicities)?);
        }
        filled.push(poseidon_rows(&set, program.poseidon, &run.permutations)?);
        filled.extend(run.rows);
        Self::assemble(set, outputs, filled)
    }

    fn assemble(set: TableSet, outputs: Vec<Val>, filled: Vec<Rows>) -> Result<Self> {
        let mut used = vec![0; set.tables.len()];
        let mut traces: Vec<Option<RowMajorMatrix<Val>>> = set.instances.iter().map(|_| None).collect();
        for rows in filled {
            let rows_used = rows.used;
            for (place, trace) in rows.into_traces() {
                used[set.instances[place].table] = rows_used;
                traces[place] = Some(trace);
            }
        }
        match traces.iter().position(Option::is_none) {
            Some(place) => refuse!(Program, "table {} has no part in the program", set.table(place).name),
            None => Ok(Self { set, outputs, rows: used, traces: traces.into_iter().flatten().collect() }),
        }
    }
}

/// The records of each read-only table as given, which must be those of the table's public columns.
fn records<B: AsRef<[u8]>>(program: &Program, set: &TableSet, roms: &HashMap<String, B>) -> Result<Vec<Records>> {
    if let Some(name) = roms.keys().find(|name| program.roms.iter().all(|r| r.name != **name)) {
        return refuse!(Program, "the program has no read-only table {name}");
    }
    let mut all = vec![];
    for rom in &program.roms {
        let table = &set.tables[rom.table];
        // The first public column is the address.
        let fields = table.periodic.len().saturating_sub(1);
        let bytes = roms.get(&rom.name).map_or(&[][..], AsRef::as_ref);
        let (words, rest) = bytes.as_chunks::<8>();
        if words.is_empty() || fields == 0 || !rest.is_empty() || words.len() % fields != 0 {
            return refuse!(Usage, "read-only table {}: expected records of {fields} words of 8 bytes", rom.name);
        }
        let values: Option<Vec<Val>> = words.iter().map(|w| canonical(u64::from_le_bytes(*w))).collect();
        let equal = values.as_ref().is_some_and(|values| {
            values.chunks_exact(fields).enumerate().all(|(address, record)| {
                let row = table.periodic.iter().map(|column| column.get(address).copied());
                row.eq([Some(Val::from_usize(address))].into_iter().chain(record.iter().map(|&v| Some(v))))
            })
        });
        match values {
            Some(values) if equal => all.push(Records { fields, values }),
            _ => return refuse!(Usage, "read-only table {}: the records are not those of the table", rom.name),
        }
    }
    Ok(all)
}

/// One active row with the outputs.
fn root_rows(program: &Program, set: &TableSet, outputs: &[Val]) -> Result<Rows> {
    let mut rows = Rows::new(set, program.root)?;
    let table = &rows.table;
    if outputs.len() != table.publics || table.width != 1 + outputs.len() + BLINDS {
        let (name, got) = (&table.name, outputs.len());
        return refuse!(Program, "table {name}: expected main to have {} outputs, got {got}", table.publics);
    }
    let mut row = vec![Val::ONE];
    row.extend_from_slice(outputs);
    row.extend([Val::ZERO; BLINDS]);
    rows.push(&row)?;
    Ok(rows)
}

/// A public table's full height: its multiplicities, then its public columns.
fn public_rows(set: &TableSet, table: usize, multiplicities: &[u64]) -> Result<Rows> {
    let mut rows = Rows::new(set, table)?;
    let table = rows.table.clone();
    if table.width != 1 + table.periodic.len() + BLINDS || rows.capacity != multiplicities.len() {
        return refuse!(Tables, "table {}: expected one instance of a multiplicity and public columns", table.name);
    }
    for (i, &n) in multiplicities.iter().enumerate() {
        let mut row = vec![Val::from_u64(n)];
        row.extend(table.periodic.iter().map(|column| column[i]));
        row.extend([Val::ZERO; BLINDS]);
        rows.push(&row)?;
    }
    Ok(rows)
}

/// One row a permutation; padding is the permutation of zero, required by nobody.
fn poseidon_rows(set: &TableSet, table: usize, permutations: &[[Val; poseidon::WIDTH]]) -> Result<Rows> {
    let mut rows = Rows::new(set, table)?;
    let width = rows.table.width;
    if width != 1 + COLUMNS + BLINDS {
        let name = &rows.table.name;
        return refuse!(
            Tables,
            "table {name}: expected {} columns of a permutation, got {width}",
            1 + COLUMNS + BLINDS
        );
    }
    rows.used = permutations.len();
    rows.check()?;
    let mut padding = vec![Val::ZERO; COLUMNS];
    poseidon::fill(&mut padding, &[Val::ZERO; poseidon::WIDTH]);
    let mut left = permutations;
    for part in rows.padded() {
        let (here, rest) = left.split_at(left.len().min(part.len() / width));
        left = rest;
        part.par_chunks_exact_mut(width).enumerate().for_each(|(i, row)| match here.get(i) {
            Some(input) => {
                row[0] = Val::ONE;
                poseidon::fill(&mut row[1..=COLUMNS], input);
            }
            None => row[1..=COLUMNS].copy_from_slice(&padding),
        });
    }
    Ok(rows)
}

/// Adds the range checks that the rows of a path require.
fn count_ranges(rows: &Rows, function: &str, range: &Table, counts: &mut [u64], lenient: bool) -> Result<()> {
    for message in rows.table.messages.iter().filter(|m| m.bus == RANGE_BUS) {
        let field = Expression::new(&rows.table, message.fields[0])?;
        let count = Expression::new(&rows.table, message.count)?;
        for (i, row) in rows.iter().enumerate() {
            if count.eval(row) == Val::ZERO {
                continue;
            }
            let value = field.eval(row);
            let index = value.as_canonical_u64() as usize;
            if range.periodic.first().is_some_and(|column| column.get(index) == Some(&value)) {
                counts[index] += 1;
            } else if !lenient {
                return refuse!(
                    Witness,
                    "function {function}, table {}, row {i}: expected a value below {} at a range check",
                    rows.table.name,
                    counts.len()
                );
            }
        }
    }
    Ok(())
}

/// A node of a table as a function of a row.
enum Expression<'a> {
    Column(usize),
    Tree(&'a Table, u32),
}

impl<'a> Expression<'a> {
    fn new(table: &'a Table, node: u32) -> Result<Self> {
        if reads_public(table, node) {
            return refuse!(Program, "table {}: a range check of a public value", table.name);
        }
        Ok(match table.nodes[node as usize] {
            Node::Column(c) => Self::Column(c as usize),
            _ => Self::Tree(table, node),
        })
    }

    fn eval(&self, row: &[Val]) -> Val {
        match *self {
            Self::Column(c) => row[c],
            Self::Tree(table, node) => tree(table, node, row),
        }
    }
}

/// Fields of messages are columns or short sums (upstream walks them as trees as well), so recursion stays shallow.
fn tree(table: &Table, node: u32, row: &[Val]) -> Val {
    match table.nodes[node as usize] {
        Node::Const(c) => c,
        Node::Column(c) => row[c as usize],
        Node::Add(a, b) => tree(table, a, row) + tree(table, b, row),
        Node::Sub(a, b) => tree(table, a, row) - tree(table, b, row),
        Node::Mul(a, b) => tree(table, a, row) * tree(table, b, row),
        Node::Periodic(_) | Node::Public(_) => unreachable!("refused when the expression was made"),
    }
}

fn reads_public(table: &Table, node: u32) -> bool {
    match table.nodes[node as usize] {
        Node::Const(_) | Node::Column(_) => false,
        Node::Periodic(_) | Node::Public(_) => true,
        Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) => reads_public(table, a) || reads_public(table, b),
    }
}
