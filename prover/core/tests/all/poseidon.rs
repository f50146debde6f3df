//! The rows of the Poseidon2 table against upstream's permutation.

use p3_field::PrimeCharacteristicRing;
use plimsoll_core::field::Val;
use plimsoll_core::poseidon::{COLUMNS, OUTPUT_LANES, WIDTH, fill, permute};

#[test]
fn a_row_ends_with_upstreams_permutation() {
    for seed in 1..20u64 {
        let input: [Val; WIDTH] =
            std::array::from_fn(|i| Val::from_u64((seed << 40).wrapping_mul(0x9e37_79b9 * (i as u64 + 1))));
        let mut row = vec![Val::ZERO; COLUMNS];
        fill(&mut row, &input);
        let output = permute(input);
        assert_eq!(row[..WIDTH], input);
        assert_eq!(row[COLUMNS - OUTPUT_LANES.len()..], OUTPUT_LANES.map(|lane| output[lane]));
    }
}
