//! The interpreter: runs the program on a tape and fills a row for each call. It keeps its own stack, so that no tape
//! can make it run out of the machine's.
//!
//! Everything on the tape is secret, and messages reach logs: they say where a run stopped, never at which value.

use crate::error::{CoreError, Kind, Result};
use crate::field::{Val, canonical};
use crate::poseidon::{self, OUTPUT_LANES, WIDTH};
use crate::program::{Path, Program, Step};
use crate::refuse;
use crate::rows::Rows;
use crate::table::TableSet;
use p3_field::{Field, PrimeCharacteristicRing, PrimeField64};

/// Far above any tree's height and any account's rows, and a bound on memory.
const MAX_DEPTH: usize = 1 << 16;
/// What all calls that have not returned hold together: 128 MiB.
const MAX_STACK_WORDS: usize = 1 << 24;
/// Work that any run may do, and how many times what its tables' rows account for: a program that tries paths and
/// takes them back forever fills no row.
const FREE_WORK: u64 = 1 << 29;
const WORK_FACTOR: u64 = 4;

/// The records of a read-only table, row after row, and how many fields each has.
pub struct Records {
    pub fields: usize,
    pub values: Vec<Val>,
}

pub struct Run<'a> {
    program: &'a Program,
    records: &'a [Records],
    tape: &'a [u8],
    /// Words of the tape read so far.
    position: usize,
    /// For each path.
    pub rows: Vec<Rows>,
    pub permutations: Vec<[Val; WIDTH]>,
    /// For each read-only table, the addresses read.
    pub reads: Vec<Vec<u32>>,
    /// Forgeries only: goes on with a wrong row where an honest run stops.
    lenient: bool,
    /// Words held by the calls on the stack.
    held: usize,
    /// Work that is left to this run.
    left: u64,
}

/// What a path abandoned at a branch takes back.
struct Mark {
    rows: Vec<usize>,
    permutations: usize,
    reads: Vec<usize>,
}

struct Frame {
    function: usize,
    /// Which of the function's paths is being tried.
    candidate: usize,
    step: usize,
    args: Vec<Val>,
    row: Vec<Val>,
    start: usize,
    mark: Option<Mark>,
}

enum Next {
    Step,
    Call(usize, Vec<Val>),
    OtherPath,
}

impl<'a> Run<'a> {
    pub fn new(
        program: &'a Program,
        records: &'a [Records],
        tape: &'a [u8],
        set: &TableSet,
        lenient: bool,
    ) -> Result<Self> {
        let rows: Vec<Rows> = program.paths.iter().map(|p| Rows::new(set, p.table)).collect::<Result<_>>()?;
        Ok(Run {
            program,
            records,
            tape,
            position: 0,
            left: work_of(program, &rows),
            rows,
            permutations: vec![],
            reads: vec![vec![]; records.len()],
            lenient,
            held: 0,
        })
    }

    /// Runs main; its outputs. The whole tape must have been read.
    pub fn main(&mut self) -> Result<Vec<Val>> {
        let mut stack = vec![self.frame(self.program.main, vec![], 0)?];
        let outputs = loop {
            let depth = stack.len() - 1;
            let frame = stack.last_mut().expect("the stack empties only at main's return");
            let path = self.path(frame);
            let Some(step) = path.steps.get(frame.step) else {
                let returns: Vec<Val> = path.returns.iter().map(|p| p.eval(&frame.row)).collect();
                let p = self.program.functions[frame.function].paths[frame.candidate];
                self.rows[p].push(&frame.row)?;
                self.held -= self.program.functions[frame.function].words;
                stack.pop();
                let Some(caller) = stack.last_mut() else { break returns };
                if let Step::Call { columns, .. } = &self.path(caller).steps[caller.step] {
                    put(&mut caller.row, columns, &returns);
                }
                caller.step += 1;
                continue;
            };
            match self.step(step, frame).map_err(|e| self.located(e, frame, step))? {
                Next::Step => frame.step += 1,
                Next::OtherPath => self.other_path(frame, depth)?,
                Next::Call(..) if stack.len() >= MAX_DEPTH => {
                    return refuse!(Witness, "calls nest deeper than {MAX_DEPTH}");
                }
                Next::Call(function, args) => stack.push(self.frame(function, args, depth + 1)?),
            }
        };
        let words = self.tape.len() / 8;
        if self.position != words && !self.lenient {
            return refuse!(Witness, "expected the tape to be read to its end, {words} words, got {}", self.position);
        }
        Ok(outputs)
    }

    fn path(&self, frame: &Frame) -> &'a Path {
        let program = self.program;
        &program.paths[program.functions[frame.function].paths[frame.candidate]]
    }

    fn frame(&mut self, function: usize, args: Vec<Val>, depth: usize) -> Result<Frame> {
        self.held += self.program.functions[function].words;
        if self.held > MAX_STACK_WORDS {
            return refuse!(Witness, "calls that nest hold more than {MAX_STACK_WORDS} words");
        }
        let mark = self.program.functions[function].undoes.then(|| Mark {
            rows: self.rows.iter().map(|r| r.used).collect(),
            permutations: self.permutations.len(),
            reads: self.reads.iter().map(Vec::len).collect(),
        });
        let mut frame = Frame { function, candidate: 0, step: 0, args, row: vec![], start: self.position, mark };
        self.begin(&mut frame, depth)?;
        Ok(frame)
    }

    /// Lays out the row of the frame's path: active, depth, arguments.
    fn begin(&mut self, frame: &mut Frame, depth: usize) -> Result<()> {
        let path = self.path(frame);
        let Some(left) = self.left.checked_sub(path.work) else {
            // Where a table is too low, that is what there is to say.
            self.rows.iter().try_for_each(Rows::check)?;
            return refuse!(Witness, "the run takes more work than the rows of its tables account for");
        };
        self.left = left;
        let p = self.program.functions[frame.function].paths[frame.candidate];
        frame.row.clear();
        frame.row.resize(self.rows[p].table.width, Val::ZERO);
        frame.row[0] = Val::ONE;
        frame.row[1] = Val::from_usize(depth);
        put(&mut frame.row, &path.args, &frame.args);
        frame.step = 0;
        Ok(())
    }

    /// Takes the frame's path back and tries the function's next one.
    fn other_path(&mut self, frame: &mut Frame, depth: usize) -> Result<()> {
        let function = &self.program.functions[frame.function];
        frame.candidate += 1;
        if frame.candidate == function.paths.len() {
            return refuse!(Witness, "no path of function {} fits its arguments and the tape", function.name);
        }
        self.position = frame.start;
        if let Some(mark) = &frame.mark {
            self.permutations.truncate(mark.permutations);
            self.rows.iter_mut().zip(&mark.rows).for_each(|(rows, &used)| rows.truncate(used));
            self.reads.iter_mut().zip(&mark.reads).for_each(|(reads, &n)| reads.truncate(n));
        }
        self.begin(frame, depth)
    }

    fn step(&mut self, step: &Step, frame: &mut Frame) -> Result<Next> {
        let row = &mut frame.row;
        match step {
            Step::Set { column, poly } => row[*column] = poly.eval(row),
            Step::Inverse { column, poly } => match poly.eval(row).try_inverse() {
                Some(inverse) => row[*column] = inverse,
                None if self.lenient => row[*column] = Val::ZERO,
                None => return refuse!(Witness, "division by zero"),
            },
            Step::Branch { poly, nonzero } => {
                if (poly.eval(row) != Val::ZERO) != *nonzero {
                    return Ok(Next::OtherPath);
                }
            }
            Step::Tape { column } => row[*column] = self.word()?,
            Step::Limbs { poly, bits, columns } => {
                let mut left = poly.eval(row).as_canonical_u64();
                for &c in columns {
                    row[c as usize] = Val::from_u64(left & ((1 << bits) - 1));
                    left >>= bits;
                }
                if left != 0 && !self.lenient {
                    return refuse!(Witness, "expected a value of {} limbs of {bits} bits", columns.len());
                }
            }
            Step::Rom { rom, index, columns } => {
                let records = &self.records[*rom];
                let index = index.eval(row).as_canonical_u64();
                let count = records.values.len() / records.fields;
                if index as usize >= count || columns.len() != records.fields {
                    return refuse!(
                        Witness,
                        "expected one of {count} records of {} fields for {} columns, got another",
                        records.fields,
                        columns.len()
                    );
                }
                let start = index as usize * records.fields;
                put(row, columns, &records.values[start..start + records.fields]);
                self.reads[*rom].push(index as u32);
            }
            Step::Poseidon { inputs, columns } => {
                let input: [Val; WIDTH] = std::array::from_fn(|i| inputs[i].eval(row));
                let output = poseidon::permute(input);
                put(row, columns, &OUTPUT_LANES.map(|lane| output[lane]));
                self.permutations.push(input);
            }
            Step::Call { function, args, .. } => {
                let args = args.iter().map(|a| a.eval(row)).collect();
                return Ok(Next::Call(*function, args));
            }
        }
        Ok(Next::Step)
    }

    fn word(&mut self) -> Result<Val> {
        let at = 8 * self.position;
        let Some(bytes) = self.tape.get(at..at + 8) else {
            return refuse!(Witness, "the tape ends after {} words", self.position);
        };
        let word = u64::from_le_bytes(bytes.try_into().expect("a slice of eight bytes"));
        let Some(value) = canonical(word) else {
            return refuse!(Witness, "word {} of the tape is no field element", self.position);
        };
        self.position += 1;
        Ok(value)
    }

    fn located(&self, e: CoreError, frame: &Frame, step: &Step) -> CoreError {
        if e.kind != Kind::Witness {
            return e;
        }
        let p = self.program.functions[frame.function].paths[frame.candidate];
        let message = format!(
            "function {}, table {}, row {}, step {} ({}), tape word {}: {}",
            self.program.functions[frame.function].name,
            self.rows[p].table.name,
            self.rows[p].used,
            frame.step,
            step.name(),
            self.position,
            e.message
        );
        CoreError::new(e.kind, message)
    }
}

/// What a run that fits the tables may do: every call may try each path of its function.
fn work_of(program: &Program, rows: &[Rows]) -> u64 {
    program.functions.iter().fold(FREE_WORK, |sum, function| {
        let calls: u64 = function.paths.iter().map(|&p| rows[p].capacity as u64).sum();
        let tried: u64 = function.paths.iter().map(|&p| program.paths[p].work).sum();
        sum.saturating_add(WORK_FACTOR.saturating_mul(calls).saturating_mul(tried))
    })
}

fn put(row: &mut [Val], columns: &[u32], values: &[Val]) {
    for (&c, &v) in columns.iter().zip(values) {
        row[c as usize] = v;
    }
}
