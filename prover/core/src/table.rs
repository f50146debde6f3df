//! Tables as data. The canonical bytes (`circuits/tables.py`) are the ones whose digest stands in the statement, so
//! what is digested is what is proven; parsing refuses whatever `TableSet.encode` would not write.

use crate::error::{Kind, Result};
use crate::field::Val;
use crate::reader::Reader;
use crate::refuse;
use p3_field::PrimeCharacteristicRing;
use std::collections::HashMap;
use std::sync::Arc;

pub const BLIND_BUS: &str = "blind";
/// Blind columns of a table: as many as the extension has coordinates, so that its LogUp terminal is uniform.
pub const BLINDS: usize = 3;
/// Degree of constraints, and the hint that lets upstream pack messages three to a fraction column.
pub const DEGREE: usize = 3;
/// The hiding budget 2 * (queries + 3 * points) needs 2^8 rows; above 2^24 no machine of ours proves.
pub const LOG_HEIGHTS: std::ops::RangeInclusive<u8> = 8..=24;
/// A bound far above any table's columns and public values: sizes computed from it cannot overflow, and upstream makes
/// a list of them.
pub const MAX_WIDTH: usize = 1 << 16;
/// Each table of a program has one instance or two; each instance costs memory before any proof is read.
pub const MAX_INSTANCES: usize = 256;
/// Far above what the compiler writes (275 for a permutation): upstream walks and frees expressions recursively.
const MAX_NODE_DEPTH: u32 = 1 << 12;
/// Upstream adds degrees up in machine words. What a constraint may have is another matter (`shape`).
const MAX_NODE_DEGREE: u32 = 64;
/// Messages are walked as trees, in which a node that is used twice counts twice: forty doublings would never end.
const MAX_MESSAGE_NODES: u64 = 1 << 13;

/// One expression; operands are indices of earlier nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    Const(Val),
    Column(u32),
    Periodic(u32),
    Public(u32),
    Add(u32, u32),
    Sub(u32, u32),
    Mul(u32, u32),
}

/// A tuple on a bus; a positive count requires it, a negative one provides it.
#[derive(Clone, Debug)]
pub struct Message {
    pub bus: String,
    pub fields: Vec<u32>,
    pub count: u32,
    pub weight: u8,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub width: usize,
    pub publics: usize,
    pub nodes: Vec<Node>,
    pub constraints: Vec<u32>,
    pub messages: Vec<Message>,
    pub blinds: [u32; BLINDS],
    /// Public columns of the table's full height.
    pub periodic: Vec<Vec<Val>>,
}

/// One matrix of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    pub table: usize,
    pub log_height: usize,
}

impl Instance {
    pub const fn height(&self) -> usize {
        1 << self.log_height
    }
}

#[derive(Clone, Debug)]
pub struct TableSet {
    pub tables: Vec<Arc<Table>>,
    pub instances: Vec<Instance>,
}

impl TableSet {
    /// Parses the canonical bytes. Errors are of kind `tables` and name the table and the byte.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut r = Reader::new(bytes, Kind::Tables);
        let n = r.count(1)?;
        let tables = r.many(n, 1, |r| table(r).map(Arc::new))?;
        let n = r.count(5)?;
        if n > MAX_INSTANCES {
            return Err(r.error(format!("expected at most {MAX_INSTANCES} instances, got {n}")));
        }
        let instances = r.many(n, 5, |r| {
            let instance = Instance { table: r.u32()? as usize, log_height: 0 };
            let log_height = r.u8()?;
            if instance.table >= tables.len() || !LOG_HEIGHTS.contains(&log_height) {
                return Err(r.error(format!(
                    "expected an instance of one of {} tables with a height of 2^{} to 2^{} rows, got table {} and \
                     2^{log_height}",
                    tables.len(),
                    LOG_HEIGHTS.start(),
                    LOG_HEIGHTS.end(),
                    instance.table
                )));
            }
            Ok(Instance { log_height: log_height.into(), ..instance })
        })?;
        r.finish()?;
        let set = Self { tables, instances };
        set.check()?;
        Ok(set)
    }

    /// The table of an instance.
    pub fn table(&self, instance: usize) -> &Arc<Table> {
        &self.tables[self.instances[instance].table]
    }

    /// What no table can break alone: names, heights of public columns, and widths of buses.
    fn check(&self) -> Result<()> {
        if self.instances.is_empty() {
            return refuse!(Tables, "expected at least one instance, got none");
        }
        let mut names = HashMap::new();
        // p3 pads tuples with zeros on the left: (0, x) and (x) on one bus would be the same message.
        let mut widths: HashMap<&str, usize> = HashMap::new();
        for table in &self.tables {
            if names.insert(&table.name, ()).is_some() {
                return refuse!(Tables, "two tables are named {}", table.name);
            }
            for m in &table.messages {
                let width = *widths.entry(&m.bus).or_insert(m.fields.len());
                if width != m.fields.len() {
                    return refuse!(
                        Tables,
                        "table {}: expected {width} fields on bus {}, got {}",
                        table.name,
                        m.bus,
                        m.fields.len()
                    );
                }
            }
        }
        for instance in &self.instances {
            let table = &self.tables[instance.table];
            // A shorter period would repeat public rows within the table.
            if let Some(column) = table.periodic.first()
                && column.len() != instance.height()
            {
                return refuse!(
                    Tables,
                    "table {}: expected public columns of the table's height {}, got {}",
                    table.name,
                    instance.height(),
                    column.len()
                );
            }
        }
        Ok(())
    }
}

fn table(r: &mut Reader<'_>) -> Result<Table> {
    let name = r.string()?;
    let (width, publics, degree) = (r.u32()? as usize, r.u32()? as usize, r.u8()?);
    if degree as usize != DEGREE {
        return Err(r.error(format!("table {name}: expected degree {DEGREE}, got {degree}")));
    }
    if width.max(publics) > MAX_WIDTH {
        return Err(r.error(format!(
            "table {name}: expected at most {MAX_WIDTH} columns and as many public values, got {width} and {publics}"
        )));
    }
    let n = r.count(5)?;
    let nodes = read_nodes(r, n)?;
    let below = |r: &Reader<'_>, what: &str, index: u32, limit: usize| match (index as usize) < limit {
        true => Ok(index),
        false => Err(r.error(format!("table {name}: expected a {what} below {limit}, got {index}"))),
    };
    let n = r.count(4)?;
    let constraints = r.many(n, 4, |r| r.u32().and_then(|i| below(r, "node", i, nodes.len())))?;
    let n = r.count(8)?;
    let messages = r.many(n, 8, |r| {
        let bus = r.string()?;
        let n = r.u8()?;
        let fields = r.many(n.into(), 4, |r| r.u32().and_then(|i| below(r, "node", i, nodes.len())))?;
        let count = r.u32()?;
        let message = Message { bus, fields, count: below(r, "node", count, nodes.len())?, weight: r.u8()? };
        if message.weight > 1 || message.fields.is_empty() {
            return Err(r.error(format!("table {name}: expected a weight of 0 or 1 and fields")));
        }
        Ok(message)
    })?;
    let n = r.count(4)?;
    let blinds = r.many(n, 4, |r| r.u32().and_then(|i| below(r, "column", i, width)))?;
    let (columns, length) = (r.u32()? as usize, r.u32()? as usize);
    if (columns == 0) != (length == 0) {
        return Err(r.error(format!("table {name}: {columns} public columns of length {length}")));
    }
    let periodic = r.many(columns, 8 * length, |r| r.vals(length))?;
    for node in &nodes {
        match *node {
            Node::Column(i) => below(r, "column", i, width)?,
            Node::Periodic(i) => below(r, "public column", i, columns)?,
            Node::Public(i) => below(r, "public value", i, publics)?,
            _ => 0,
        };
    }
    let Ok(blinds) = <[u32; BLINDS]>::try_from(blinds) else {
        return Err(r.error(format!("table {name}: expected {BLINDS} blind columns")));
    };
    let table = Table { name, width, publics, nodes, constraints, messages, blinds, periodic };
    if !table.blinds_are_sent() {
        return Err(r.error(format!("table {}: expected each blind column as the count of one blind", table.name)));
    }
    match table.oversized() {
        None => Ok(table),
        Some(what) => Err(r.error(format!("table {}: {what}", table.name))),
    }
}

fn read_nodes(r: &mut Reader<'_>, n: usize) -> Result<Vec<Node>> {
    let mut at = 0;
    r.many(n, 5, |r| {
        let kind = r.u8()?;
        let node = match kind {
            0 => Node::Const(r.val()?),
            1 => Node::Column(r.u32()?),
            2 => Node::Periodic(r.u32()?),
            3 => Node::Public(r.u32()?),
            4..=6 => {
                let (a, b) = (r.u32()?, r.u32()?);
                if a.max(b) as usize >= at {
                    return Err(r.error(format!("node {at}: expected earlier nodes, got {a} and {b}")));
                }
                [Node::Add, Node::Sub, Node::Mul][kind as usize - 4](a, b)
            }
            _ => return Err(r.error(format!("node {at}: expected a kind of 0 to 6, got {kind}"))),
        };
        at += 1;
        Ok(node)
    })
}

impl Table {
    /// An expression that upstream or the witness could not walk within the stack and in time.
    fn oversized(&self) -> Option<String> {
        // Of each node: depth, degree, and its size as a tree.
        let mut facts: Vec<(u32, u32, u64)> = Vec::with_capacity(self.nodes.len());
        for (at, node) in self.nodes.iter().enumerate() {
            let fact = match *node {
                Node::Const(_) | Node::Public(_) => (1, 0, 1),
                Node::Column(_) | Node::Periodic(_) => (1, 1, 1),
                Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) => {
                    let ((depth, degree, size), other) = (facts[a as usize], facts[b as usize]);
                    let degree = if matches!(node, Node::Mul(..)) { degree + other.1 } else { degree.max(other.1) };
                    (1 + depth.max(other.0), degree, size.saturating_add(other.2).saturating_add(1))
                }
            };
            if fact.0 > MAX_NODE_DEPTH || fact.1 > MAX_NODE_DEGREE {
                let (depth, degree, _) = fact;
                return Some(format!(
                    "expected nodes at most {MAX_NODE_DEPTH} deep and of degree {MAX_NODE_DEGREE}, got node {at}, \
                     {depth} deep, of degree {degree}"
                ));
            }
            facts.push(fact);
        }
        let fields = self.messages.iter().flat_map(|m| m.fields.iter().chain([&m.count]));
        let walked = fields.fold(0u64, |sum, &node| sum.saturating_add(facts[node as usize].2));
        (walked > MAX_MESSAGE_NODES)
            .then(|| format!("expected messages of at most {MAX_MESSAGE_NODES} nodes written out, got {walked}"))
    }

    /// Whether the blind bus carries exactly the messages `blind(k)` with the k-th blind column as count: they are
    /// what makes the terminal of the table uniform, and must not touch anything else. Three columns, not one thrice.
    fn blinds_are_sent(&self) -> bool {
        let node = |i: u32| self.nodes[i as usize];
        let sent: Vec<&Message> = self.messages.iter().filter(|m| m.bus == BLIND_BUS).collect();
        let [a, b, c] = self.blinds;
        sent.len() == BLINDS
            && a != b
            && b != c
            && a != c
            && sent.iter().zip(self.blinds).enumerate().all(|(k, (m, column))| {
                m.fields.len() == 1
                    && node(m.fields[0]) == Node::Const(Val::from_usize(k))
                    && node(m.count) == Node::Column(column)
                    && m.weight == 0
            })
    }
}
