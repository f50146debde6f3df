//! From filled traces to proof bytes.

use crate::blinds;
use crate::body;
use crate::config::Profile;
use crate::error::{CoreError, Kind, Result};
use crate::field::Val;
use crate::refuse;
use crate::shape::ProofShape;
use crate::stages::{Progress, reported};
use crate::table::TableSet;
use p3_batch_stark::{StarkInstance, prove_batch};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;

/// Proves one trace for each instance, of the instance's full height. Takes the traces: what is masked for one proof
/// is not kept for another.
///
/// The traces are not checked; a proof of traces that break a constraint is one that no verifier accepts.
/// `fresh_blinds` is false for forgeries only.
pub fn prove(
    set: &TableSet,
    mut traces: Vec<RowMajorMatrix<Val>>,
    public_values: &[Val],
    statement_digest: &[u8],
    profile: &Profile,
    fresh_blinds: bool,
    progress: &Progress,
) -> Result<Vec<u8>> {
    let shape = ProofShape::new(set, profile)?;
    check_sizes(set, &traces)?;
    if fresh_blinds {
        blinds::draw(set, &mut traces)?;
    }
    let publics = shape.public_values(public_values)?;
    let config = profile.proving(statement_digest)?;
    let references: Vec<&RowMajorMatrix<Val>> = traces.iter().collect();
    let instances = StarkInstance::new_multiple(&shape.airs, &references, &publics);
    progress("proof")?;
    let proof = reported(progress, || {
        prove_batch(&config, &instances, &shape.data)
            .map_err(|e| CoreError::new(Kind::Proving, format!("the prover library refuses: {e}")))
    })?;
    drop(traces);
    progress("encode")?;
    Ok(body::encode(&proof))
}

fn check_sizes(set: &TableSet, traces: &[RowMajorMatrix<Val>]) -> Result<()> {
    if traces.len() != set.instances.len() {
        return refuse!(Usage, "expected {} traces, got {}", set.instances.len(), traces.len());
    }
    for (i, (instance, trace)) in set.instances.iter().zip(traces).enumerate() {
        let (width, height) = (set.table(i).width, instance.height());
        if trace.width() != width || trace.height() != height {
            return refuse!(
                Usage,
                "trace {i}: expected {height} rows of {width} columns, got {} of {}",
                trace.height(),
                trace.width()
            );
        }
    }
    Ok(())
}
