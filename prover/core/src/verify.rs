//! Upstream's own verifier, wrapped: a second opinion on every proof and every forgery of the test suite.

use crate::body;
use crate::config::Profile;
use crate::error::{CoreError, Kind, Result};
use crate::field::Val;
use crate::refuse;
use crate::shape::{LOG_ZK, ProofShape};
use crate::table::TableSet;
use p3_batch_stark::verify_batch;

/// Checks a proof of these tables. Errors: `encoding`, `heights`, `verification`.
pub fn verify(
    set: &TableSet,
    public_values: &[Val],
    statement_digest: &[u8],
    proof: &[u8],
    profile: &Profile,
) -> Result<()> {
    let shape = ProofShape::new(set, profile)?;
    let publics = shape.public_values(public_values)?;
    // Upstream takes the heights from the proof. A doubled height repeats every public column and with it the root's
    // active row: two roots, split totals. They stand first in the body, one byte an instance, and are compared before
    // anything whose length depends on them; a body too short to have them all is refused by `decode`.
    for (i, (&bits, instance)) in proof.iter().zip(&shape.instances).enumerate() {
        let expected = instance.log_height + LOG_ZK;
        if usize::from(bits) != expected {
            return refuse!(
                Heights,
                "table {}, instance {i}: expected degree bits {expected}, got {bits}",
                set.table(i).name
            );
        }
    }
    let proof = body::decode(proof, &shape)?;
    verify_batch(&profile.verifying(statement_digest), &shape.airs, &proof, &publics, &shape.data.common)
        .map_err(|e| CoreError::new(Kind::Verification, format!("upstream rejects the proof: {e:?}")))
}
