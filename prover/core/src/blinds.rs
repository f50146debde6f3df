//! The blinds that hide each table's LogUp terminal.
//!
//! A terminal is sent in the clear and depends on private data. Three free columns are uniformly random on every row;
//! they are the counts of the constant messages blind(0), blind(1), blind(2), which fix no other value. All instances
//! together must send each blind zero times, which the last row of the last instance takes care of; otherwise the sums
//! s0, s1, s2 of an instance's columns are uniform and independent.
//!
//! They add s0 / D + s1 / (D - 1) + s2 / (D - 2) to the terminal, where D, the denominator of blind(0), is uniform on
//! the cubic extension. If the three fractions were dependent over the base field, D would be a root of a polynomial
//! of degree two over it; an element of a cubic extension is one only if it lies in the base field itself, which
//! happens with probability p^-2 = 2^-128. Else the sum is uniform on the extension, and so are the terminals, subject
//! to what every proof must show: that they add up to zero.

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
