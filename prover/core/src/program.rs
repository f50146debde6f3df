//! The witness program: for each path through a function, the steps that fill one row of its table. JSON from
//! `circuits/compiler`; it is the prover's own and proves nothing, so its errors are bugs, yet each is refused by name.

use crate::error::{CoreError, Kind, Result};
use crate::field::{P, Val};
use crate::poseidon::{OUTPUT_LANES, WIDTH};
use crate::refuse;
use crate::table::{BLINDS, Table, TableSet};
use p3_field::PrimeCharacteristicRing;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::slice;

/// A sum of coefficient * product of columns.
#[derive(Clone, Debug, Default)]
pub struct Poly {
    /// Coefficient, and the end of its columns in `columns`.
    terms: Vec<(Val, usize)>,
    columns: Vec<u32>,
}

impl Poly {
    fn work(&self) -> u64 {
        (1 + self.terms.len() + self.columns.len()) as u64
    }

    pub fn eval(&self, row: &[Val]) -> Val {
        let mut start = 0;
        let mut sum = Val::ZERO;
        for &(coefficient, end) in &self.terms {
            sum += self.columns[start..end].iter().fold(coefficient, |product, &c| product * row[c as usize]);
            start = end;
        }
        sum
    }
}

#[derive(Debug)]
pub enum Step {
    Set { column: usize, poly: Poly },
    Inverse { column: usize, poly: Poly },
    Branch { poly: Poly, nonzero: bool },
    Tape { column: usize },
    Limbs { poly: Poly, bits: u32, columns: Vec<u32> },
    Rom { rom: usize, index: Poly, columns: Vec<u32> },
    Poseidon { inputs: Vec<Poly>, columns: Vec<u32> },
    Call { function: usize, args: Vec<Poly>, columns: Vec<u32> },
}

impl Step {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::Inverse { .. } => "inverse",
            Self::Branch { .. } => "branch",
            Self::Tape { .. } => "tape",
            Self::Limbs { .. } => "limbs",
            Self::Rom { .. } => "rom",
            Self::Poseidon { .. } => "poseidon",
            Self::Call { .. } => "call",
        }
    }

    /// Terms evaluated and columns written, about; a permutation counts as what it takes, a lookup as what it keeps.
    fn work(&self) -> u64 {
        let (polys, columns, more): (&[Poly], &[u32], usize) = match self {
            Self::Set { poly, .. } | Self::Branch { poly, .. } => (slice::from_ref(poly), &[], 0),
            Self::Inverse { poly, .. } => (slice::from_ref(poly), &[], 64),
            Self::Tape { .. } => (&[], &[], 0),
            Self::Limbs { poly, columns, .. } => (slice::from_ref(poly), columns, 0),
            Self::Rom { index, columns, .. } => (slice::from_ref(index), columns, 8),
            Self::Poseidon { inputs, columns } => (inputs, columns, 256),
            Self::Call { args, columns, .. } => (args, columns, 8),
        };
        (1 + more + columns.len()) as u64 + polys.iter().map(Poly::work).sum::<u64>()
    }

    /// Whether abandoning the path after this step must take something back besides the tape's position.
    const fn has_effect(&self) -> bool {
        matches!(self, Self::Rom { .. } | Self::Poseidon { .. } | Self::Call { .. })
    }
}

/// One way through a function: a table. Column 0 is `active`, column 1 the depth.
#[derive(Debug)]
pub struct Path {
    pub table: usize,
    pub args: Vec<u32>,
    pub returns: Vec<Poly>,
    pub steps: Vec<Step>,
    /// About how much work one row is, in terms of polynomials: a bound on a run's time is counted in it.
    pub work: u64,
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    /// Indices of its paths, tried in this order.
    pub paths: Vec<usize>,
    /// A path may be abandoned at a branch after steps with effects.
    pub undoes: bool,
    /// Words that a call of it holds while it runs: a bound on a run's memory is counted in them.
    pub words: usize,
}

#[derive(Debug)]
pub struct Rom {
    pub name: String,
    pub table: usize,
}

#[derive(Debug)]
pub struct Program {
    pub functions: Vec<Function>,
    pub paths: Vec<Path>,
    pub roms: Vec<Rom>,
    pub main: usize,
    pub poseidon: usize,
    pub range: usize,
    pub root: usize,
}

type RawPoly = Vec<(String, Vec<u32>)>;

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
enum RawStep {
    Set { column: usize, poly: RawPoly },
    Inverse { column: usize, poly: RawPoly },
    Branch { poly: RawPoly, nonzero: bool },
    Tape { column: usize },
    Limbs { poly: RawPoly, offset: String, bits: u32, columns: Vec<u32> },
    Rom { rom: String, index: RawPoly, columns: Vec<u32> },
    Poseidon { inputs: Vec<RawPoly>, columns: Vec<u32> },
    Call { function: String, args: Vec<RawPoly>, columns: Vec<u32> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPath {
    table: usize,
    function: String,
    args: Vec<u32>,
    returns: Vec<RawPoly>,
    steps: Vec<RawStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRom {
    table: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProgram {
    main: String,
    roms: BTreeMap<String, RawRom>,
    poseidon: usize,
    range: usize,
    root: usize,
    paths: Vec<RawPath>,
}

impl Program {
    pub fn load(json: &str, set: &TableSet) -> Result<Self> {
        let raw: RawProgram = serde_json::from_str(json).map_err(|e| CoreError::new(Kind::Program, e.to_string()))?;
        let mut names: HashMap<&str, usize> = HashMap::new();
        let mut functions: Vec<Function> = vec![];
        for (i, path) in raw.paths.iter().enumerate() {
            let f = *names.entry(&path.function).or_insert(functions.len());
            if f == functions.len() {
                functions.push(Function { name: path.function.clone(), paths: vec![], undoes: false, words: 0 });
            }
            functions[f].paths.push(i);
        }
        let roms: Vec<Rom> = raw.roms.iter().map(|(n, r)| Rom { name: n.clone(), table: r.table }).collect();
        let tables = [raw.poseidon, raw.range, raw.root].into_iter();
        let tables = tables.chain(roms.iter().map(|r| r.table)).chain(raw.paths.iter().map(|p| p.table));
        let mut parts = HashSet::new();
        for table in tables {
            let Some(found) = set.tables.get(table) else {
                return refuse!(Program, "expected a table below {}, got {table}", set.tables.len());
            };
            // Each part reserves its table's memory.
            if !parts.insert(table) {
                return refuse!(Program, "table {} has two parts in the program", found.name);
            }
        }
        let names_of = Names { functions: &names, roms: &roms };
        let paths = raw.paths.iter().map(|p| names_of.path(p, &set.tables[p.table])).collect::<Result<Vec<_>>>()?;
        for f in &mut functions {
            f.undoes = f.paths.len() > 1 && f.paths.iter().any(|&p| branches_late(&paths[p].steps));
            let row = f.paths.iter().map(|&p| set.tables[paths[p].table].width + paths[p].args.len()).max();
            f.words = row.unwrap_or(0) + if f.undoes { paths.len() + roms.len() } else { 0 };
        }
        let main = names_of.function(&raw.main)?;
        let (poseidon, range, root) = (raw.poseidon, raw.range, raw.root);
        let program = Self { functions, paths, roms, main, poseidon, range, root };
        program.check_calls()?;
        Ok(program)
    }

    /// Calls and main agree with their functions in the numbers of arguments and returns.
    fn check_calls(&self) -> Result<()> {
        let agrees = |function: usize, args: usize, returns: Option<usize>| {
            self.functions[function]
                .paths
                .iter()
                .map(|&p| &self.paths[p])
                .all(|p| p.args.len() == args && returns.unwrap_or(p.returns.len()) == p.returns.len())
        };
        let calls = self.paths.iter().flat_map(|p| &p.steps).filter_map(|step| match step {
            Step::Call { function, args, columns } => Some((*function, args.len(), Some(columns.len()))),
            _ => None,
        });
        for (function, args, returns) in calls.chain([(self.main, 0, None)]) {
            if !agrees(function, args, returns) {
                let name = &self.functions[function].name;
                return refuse!(Program, "function {name} is called with {args} arguments for {returns:?} values");
            }
        }
        Ok(())
    }
}

fn branches_late(steps: &[Step]) -> bool {
    let last = steps.iter().rposition(|s| matches!(s, Step::Branch { .. })).unwrap_or(0);
    steps[..last].iter().any(Step::has_effect)
}

struct Names<'a> {
    functions: &'a HashMap<&'a str, usize>,
    roms: &'a [Rom],
}

impl Names<'_> {
    fn function(&self, name: &str) -> Result<usize> {
        self.functions.get(name).copied().ok_or_else(|| CoreError::new(Kind::Program, format!("no function {name}")))
    }

    fn path(&self, raw: &RawPath, table: &Table) -> Result<Path> {
        // Blind columns are drawn, never computed: a step may not touch them.
        let columns = Columns { free: table.width - BLINDS, place: &table.name };
        let steps: Vec<Step> = raw.steps.iter().map(|s| self.step(s, &columns)).collect::<Result<_>>()?;
        let (args, returns) = (columns.list(&raw.args)?, columns.polys(&raw.returns)?);
        let values = returns.iter().map(Poly::work).chain(steps.iter().map(Step::work)).sum::<u64>();
        let work = values + (table.width + args.len()) as u64;
        Ok(Path { table: raw.table, args, returns, steps, work })
    }

    fn step(&self, raw: &RawStep, columns: &Columns<'_>) -> Result<Step> {
        Ok(match raw {
            RawStep::Set { column, poly } => Step::Set { column: columns.one(*column)?, poly: columns.poly(poly)? },
            RawStep::Inverse { column, poly } => {
                Step::Inverse { column: columns.one(*column)?, poly: columns.poly(poly)? }
            }
            RawStep::Branch { poly, nonzero } => Step::Branch { poly: columns.poly(poly)?, nonzero: *nonzero },
            RawStep::Tape { column } => Step::Tape { column: columns.one(*column)? },
            RawStep::Limbs { poly, offset, bits, columns: to } => {
                if !(1..=63).contains(bits) {
                    return refuse!(Program, "table {}: limbs of {bits} bits", columns.place);
                }
                let mut poly = columns.poly(poly)?;
                poly.terms.push((element(offset)?, poly.columns.len()));
                Step::Limbs { poly, bits: *bits, columns: columns.list(to)? }
            }
            RawStep::Rom { rom, index, columns: to } => {
                let Some(rom) = self.roms.iter().position(|r| r.name == *rom) else {
                    return refuse!(Program, "table {}: no read-only table {rom}", columns.place);
                };
                Step::Rom { rom, index: columns.poly(index)?, columns: columns.list(to)? }
            }
            RawStep::Poseidon { inputs, columns: to } => {
                if inputs.len() != WIDTH || to.len() != OUTPUT_LANES.len() {
                    return refuse!(Program, "table {}: a permutation with {} inputs", columns.place, inputs.len());
                }
                Step::Poseidon { inputs: columns.polys(inputs)?, columns: columns.list(to)? }
            }
            RawStep::Call { function, args, columns: to } => Step::Call {
                function: self.function(function)?,
                args: columns.polys(args)?,
                columns: columns.list(to)?,
            },
        })
    }
}

/// The columns that a path's steps may name.
struct Columns<'a> {
    free: usize,
    place: &'a str,
}

impl Columns<'_> {
    fn one(&self, column: usize) -> Result<usize> {
        match column < self.free {
            true => Ok(column),
            false => refuse!(Program, "table {}: expected a column below {}, got {column}", self.place, self.free),
        }
    }

    fn list(&self, columns: &[u32]) -> Result<Vec<u32>> {
        columns.iter().map(|&c| self.one(c as usize).map(|_| c)).collect()
    }

    fn poly(&self, raw: &RawPoly) -> Result<Poly> {
        let mut poly = Poly::default();
        for (coefficient, columns) in raw {
            poly.columns.extend(self.list(columns)?);
            poly.terms.push((element(coefficient)?, poly.columns.len()));
        }
        Ok(poly)
    }

    fn polys(&self, raw: &[RawPoly]) -> Result<Vec<Poly>> {
        raw.iter().map(|p| self.poly(p)).collect()
    }
}

/// A decimal integer of absolute value below p.
fn element(text: &str) -> Result<Val> {
    let value: Option<i128> = text.parse().ok();
    match value.filter(|v| v.unsigned_abs() < P.into()) {
        Some(v) => Ok(Val::from_i128(v)),
        None => refuse!(Program, "expected a decimal integer between -p and p, got {text:?}"),
    }
}
