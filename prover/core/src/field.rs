//! The field, its cubic extension, and their canonical form: an element is a u64 below p.

use p3_field::extension::CubicTrinomialExtensionField;
use p3_field::{PrimeCharacteristicRing, PrimeField64};
use p3_goldilocks::Goldilocks;

pub type Val = Goldilocks;
pub type Challenge = CubicTrinomialExtensionField<Val>;

/// Degree of the extension from which challenges are drawn.
pub const EXTENSION: usize = 3;
/// p = 2^64 - 2^32 + 1.
pub const P: u64 = Goldilocks::ORDER_U64;

/// The element, if `x` is its canonical representative.
pub fn canonical(x: u64) -> Option<Val> {
    (x < P).then(|| Val::from_u64(x))
}
