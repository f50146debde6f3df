//! A writer of the canonical table bytes, and two small tables to break.
//!
//! `claims` requires (x, x^2) on each active row; `squares`, a public table, provides 256 of them. A public value is
//! the y of the first row of `root`, which its public column switches on.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use plimsoll_core::config::Profile;
use plimsoll_core::field::Val;

pub const ROWS: usize = 256;
pub const TEST: Profile = Profile {
    log_blowup: 2,
    queries: 4,
    query_pow_bits: 0,
    log_final_poly_len: 5,
    max_log_arity: 3,
    random_codewords: 4,
    cap_height: 3,
};

#[derive(Clone)]
pub enum Raw {
    Const(u64),
    Leaf(u8, u32),
    Pair(u8, u32, u32),
}

#[derive(Clone)]
pub struct RawMessage {
    pub bus: &'static str,
    pub fields: Vec<u32>,
    pub count: u32,
    pub weight: u8,
}

#[derive(Clone)]
pub struct RawTable {
    pub name: &'static str,
    pub width: u32,
    pub publics: u32,
    pub degree: u8,
    pub nodes: Vec<Raw>,
    pub constraints: Vec<u32>,
    pub messages: Vec<RawMessage>,
    pub blinds: Vec<u32>,
    pub periodic: Vec<Vec<u64>>,
}

#[derive(Clone)]
pub struct RawSet {
    pub tables: Vec<RawTable>,
    pub instances: Vec<(u32, u8)>,
}

fn text(out: &mut Vec<u8>, s: &str) {
    out.extend((s.len() as u16).to_le_bytes());
    out.extend(s.as_bytes());
}

fn u32s(out: &mut Vec<u8>, list: &[u32]) {
    list.iter().for_each(|x| out.extend(x.to_le_bytes()));
}

impl RawSet {
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = (self.tables.len() as u32).to_le_bytes().to_vec();
        self.tables.iter().for_each(|t| t.write(&mut out));
        u32s(&mut out, &[self.instances.len() as u32]);
        for &(table, log_height) in &self.instances {
            u32s(&mut out, &[table]);
            out.push(log_height);
        }
        out
    }
}

impl RawTable {
    fn write(&self, out: &mut Vec<u8>) {
        text(out, self.name);
        u32s(out, &[self.width, self.publics]);
        out.push(self.degree);
        u32s(out, &[self.nodes.len() as u32]);
        for node in &self.nodes {
            match *node {
                Raw::Const(c) => {
                    out.push(0);
                    out.extend(c.to_le_bytes());
                }
                Raw::Leaf(kind, a) => {
                    out.push(kind);
                    u32s(out, &[a]);
                }
                Raw::Pair(kind, a, b) => {
                    out.push(kind);
                    u32s(out, &[a, b]);
                }
            }
        }
        u32s(out, &[self.constraints.len() as u32]);
        u32s(out, &self.constraints);
        u32s(out, &[self.messages.len() as u32]);
        for m in &self.messages {
            text(out, m.bus);
            out.push(m.fields.len() as u8);
            u32s(out, &m.fields);
            u32s(out, &[m.count]);
            out.push(m.weight);
        }
        u32s(out, &[self.blinds.len() as u32]);
        u32s(out, &self.blinds);
        let length = self.periodic.first().map_or(0, Vec::len) as u32;
        u32s(out, &[self.periodic.len() as u32, length]);
        self.periodic.iter().flatten().for_each(|x| out.extend(x.to_le_bytes()));
    }
}

/// Nodes 0-2: the constants 0-2; then a node for each column.
fn start(name: &'static str, columns: u32) -> RawTable {
    let nodes = (0..3).map(Raw::Const).chain((0..columns + 3).map(|c| Raw::Leaf(1, c))).collect();
    let blinds: Vec<u32> = (columns..columns + 3).collect();
    RawTable {
        name,
        width: columns + 3,
        publics: 0,
        degree: 3,
        nodes,
        constraints: vec![],
        messages: vec![],
        blinds,
        periodic: vec![],
    }
}

impl RawTable {
    pub fn push(&mut self, node: Raw) -> u32 {
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    fn finish(mut self) -> Self {
        for (k, &column) in self.blinds.clone().iter().enumerate() {
            self.messages.push(RawMessage { bus: "blind", fields: vec![k as u32], count: 3 + column, weight: 0 });
        }
        self
    }
}

pub fn small() -> RawSet {
    let mut root = start("root", 2);
    root.publics = 1;
    root.periodic = vec![(0..ROWS as u64).map(|i| u64::from(i == 0)).collect()];
    let (active, y) = (3, 4);
    let first = root.push(Raw::Leaf(2, 0));
    let public = root.push(Raw::Leaf(3, 0));
    let off = root.push(Raw::Pair(5, active, first));
    let difference = root.push(Raw::Pair(5, y, public));
    let bound = root.push(Raw::Pair(6, first, difference));
    root.constraints = vec![off, bound];
    root.messages.push(RawMessage { bus: "rom:squares", fields: vec![2, y], count: active, weight: 1 });

    let mut claims = start("claims", 3);
    let (active, x, y) = (3, 4, 5);
    let off = claims.push(Raw::Pair(5, active, 1));
    let boolean = claims.push(Raw::Pair(6, active, off));
    claims.constraints = vec![boolean];
    claims.messages.push(RawMessage { bus: "rom:squares", fields: vec![x, y], count: active, weight: 1 });

    let mut squares = start("squares", 3);
    let (multiplicity, x, y) = (3, 4, 5);
    squares.periodic = vec![(0..ROWS as u64).collect(), (0..ROWS as u64).map(|i| i * i).collect()];
    for (k, column) in [x, y].into_iter().enumerate() {
        let public = squares.push(Raw::Leaf(2, k as u32));
        let zero = squares.push(Raw::Pair(5, column, public));
        squares.constraints.push(zero);
    }
    let count = squares.push(Raw::Pair(5, 0, multiplicity));
    squares.messages.push(RawMessage { bus: "rom:squares", fields: vec![x, y], count, weight: 0 });

    RawSet {
        tables: vec![root.finish(), claims.finish(), squares.finish()],
        instances: vec![(0, 8), (1, 9), (1, 8), (2, 8)],
    }
}

/// Honest traces of `small` with the public value 4, blinds zero. `root_rows` active rows of the root.
pub fn traces(root_height: usize, root_rows: usize) -> Vec<RowMajorMatrix<Val>> {
    let mut counts = [0u64; ROWS];
    counts[2] = root_rows as u64;
    let mut matrices = vec![];
    let stride = root_height / root_rows;
    let root = (0..root_height).flat_map(|i| if i % stride == 0 { [1, 4, 0, 0, 0] } else { [0; 5] });
    matrices.push((root.collect::<Vec<u64>>(), 5));
    for height in [512, 256] {
        let rows = (0..height).flat_map(|i: usize| {
            let x = (i * i + 3) as u64 % ROWS as u64;
            if i.is_multiple_of(7) {
                [0; 6]
            } else {
                counts[x as usize] += 1;
                [1, x, x * x, 0, 0, 0]
            }
        });
        matrices.push((rows.collect(), 6));
    }
    let squares = (0..ROWS as u64).flat_map(|i| [counts[i as usize], i, i * i, 0, 0, 0]);
    matrices.push((squares.collect(), 6));
    matrices
        .into_iter()
        .map(|(values, width)| RowMajorMatrix::new(values.into_iter().map(Val::from_u64).collect(), width))
        .collect()
}
