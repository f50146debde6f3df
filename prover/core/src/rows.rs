//! The rows of one table while a program runs, laid out as the traces that will be proven: spread over the table's
//! instances in order, each of its full height, never copied again.

use crate::error::Result;
use crate::field::Val;
use crate::refuse;
use crate::table::{Table, TableSet};
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use std::sync::Arc;

/// How far a run may go past a table's end, only to say in the error how many rows it would need.
const OVERRUN: usize = 1 << 22;

pub struct Rows {
    pub table: Arc<Table>,
    /// (place in the table set, height) of each instance, and its values.
    parts: Vec<(usize, usize, Vec<Val>)>,
    /// Rows pushed, also those for which there was no room.
    pub used: usize,
    pub capacity: usize,
}

impl Rows {
    /// Reserves the memory of all instances at once: a shape that the machine cannot hold is an error, not an abort.
    pub fn new(set: &TableSet, table: usize) -> Result<Self> {
        let width = set.tables[table].width;
        let mut parts = vec![];
        for (place, instance) in set.instances.iter().enumerate().filter(|(_, i)| i.table == table) {
            let mut values = vec![];
            if values.try_reserve_exact(instance.height() * width).is_err() {
                let (name, height) = (&set.tables[table].name, instance.height());
                return refuse!(Capacity, "table {name}: no memory for {height} rows of {width} columns");
            }
            parts.push((place, instance.height(), values));
        }
        let capacity = parts.iter().map(|(_, height, _)| height).sum();
        Ok(Self { table: set.tables[table].clone(), parts, used: 0, capacity })
    }

    /// Part and first value of row `index`.
    fn place(&self, mut index: usize) -> (usize, usize) {
        for (part, (_, height, _)) in self.parts.iter().enumerate() {
            if index < *height {
                return (part, index * self.table.width);
            }
            index -= height;
        }
        unreachable!("rows past the capacity are never placed")
    }

    pub fn push(&mut self, row: &[Val]) -> Result<()> {
        if self.used < self.capacity {
            let (part, _) = self.place(self.used);
            self.parts[part].2.extend_from_slice(row);
        } else if self.used > self.capacity + OVERRUN {
            return self.check();
        }
        self.used += 1;
        Ok(())
    }

    /// Takes back every row from `used` on.
    pub fn truncate(&mut self, used: usize) {
        self.used = used;
        let mut left = used;
        for (_, height, values) in &mut self.parts {
            values.truncate(left.min(*height) * self.table.width);
            left = left.saturating_sub(*height);
        }
    }

    /// Whether everything pushed has a place.
    pub fn check(&self) -> Result<()> {
        if self.used > self.capacity {
            return refuse!(
                Capacity,
                "table {}: expected at most {} rows in this shape, got {}; take a larger shape class",
                self.table.name,
                self.capacity,
                self.used
            );
        }
        Ok(())
    }

    pub fn iter(&self) -> impl Iterator<Item = &[Val]> {
        self.parts.iter().flat_map(|(_, _, values)| values.chunks_exact(self.table.width))
    }

    /// All rows of the full height, zero where nothing was pushed, for filling in place. Part by part.
    pub fn padded(&mut self) -> impl Iterator<Item = &mut [Val]> {
        let width = self.table.width;
        self.parts.iter_mut().map(move |(_, height, values)| {
            values.resize(*height * width, Val::ZERO);
            &mut values[..]
        })
    }

    /// The traces with their places in the table set, padded with zero rows.
    pub fn into_traces(mut self) -> Vec<(usize, RowMajorMatrix<Val>)> {
        self.padded().for_each(drop);
        let width = self.table.width;
        self.parts.into_iter().map(|(place, _, values)| (place, RowMajorMatrix::new(values, width))).collect()
    }
}
