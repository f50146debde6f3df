//! The blinds that hide each table's LogUp terminal.
//!
//! A terminal is sent in the clear and depends on private data. Three free columns are uniformly random on every row;
//! they are the counts of the constant messages blind(0), blind(1), blind(2), which fix no other value. Their
//! contribution to the terminal, sum_k (sum of column k) / (alpha - fingerprint(blind(k))), is uniform on the cubic
//! extension as soon as the three column sums are, so the terminals are uniform subject to what must hold: over all
//! instances each blind sums to zero, which the last row of the last instance takes care of.

use crate::config::fresh_generator;
use crate::error::Result;
use crate::field::Val;
use crate::table::{BLINDS, TableSet};
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rand::RngExt;

pub fn draw(set: &TableSet, traces: &mut [RowMajorMatrix<Val>]) -> Result<()> {
    let mut rng = fresh_generator()?;
    let mut sums = [Val::ZERO; BLINDS];
    for (i, trace) in traces.iter_mut().enumerate() {
        let columns = set.table(i).blinds;
        for row in trace.values.chunks_exact_mut(trace.width) {
            for (sum, column) in sums.iter_mut().zip(columns) {
                let blind: Val = rng.random();
                row[column as usize] = blind;
                *sum += blind;
            }
        }
    }
    if let Some(trace) = traces.last_mut() {
        let last_row = trace.values.len() - trace.width;
        for (sum, column) in sums.into_iter().zip(set.table(set.instances.len() - 1).blinds) {
            trace.values[last_row + column as usize] -= sum;
        }
    }
    Ok(())
}
