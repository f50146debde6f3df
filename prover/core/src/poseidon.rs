//! Rows of the Poseidon2 table: every intermediate value that `circuits/poseidon2.py` puts in a column.
//!
//! Width 12 with the standard constants. After the twelve inputs a row holds, in order of computation: the cube at each
//! S-box (x^7 at degree 3), the whole state after each outer round, and lane 0 after each inner round's S-box. The last
//! outer round leaves the eight outputs only, lanes 0-3 and 8-11.

use crate::field::Val;
use p3_field::PrimeCharacteristicRing;
use p3_goldilocks::{
    GOLDILOCKS_POSEIDON2_RC_12_EXTERNAL_FINAL as FINAL, GOLDILOCKS_POSEIDON2_RC_12_EXTERNAL_INITIAL as INITIAL,
    GOLDILOCKS_POSEIDON2_RC_12_INTERNAL as INTERNAL, MATRIX_DIAG_12_GOLDILOCKS as DIAGONAL,
    default_goldilocks_poseidon2_12,
};
use p3_symmetric::Permutation;

pub const WIDTH: usize = 12;
/// Lanes that leave the permutation: digest and capacity.
pub const OUTPUT_LANES: [usize; 8] = [0, 1, 2, 3, 8, 9, 10, 11];
/// Inputs, two outer phases of cubes and states (the last state only in part), two values for each inner round.
pub const COLUMNS: usize =
    WIDTH + 2 * WIDTH * (INITIAL.len() + FINAL.len()) - (WIDTH - OUTPUT_LANES.len()) + 2 * INTERNAL.len();

/// Upstream's own permutation.
pub fn permute(state: [Val; WIDTH]) -> [Val; WIDTH] {
    default_goldilocks_poseidon2_12().permute(state)
}

/// Fills `row` (`COLUMNS` values) with the permutation of `input`.
pub fn fill(row: &mut [Val], input: &[Val; WIDTH]) {
    let mut columns = row.iter_mut();
    let mut put = |x: Val| *columns.next().expect("COLUMNS counts every value put") = x;
    input.iter().for_each(|&x| put(x));
    let mut s = *input;
    outer_layer(&mut s);
    for rc in &INITIAL {
        outer_round(&mut s, rc, &mut put);
        s.iter().for_each(|&x| put(x));
    }
    for rc in INTERNAL {
        s[0] = sbox(s[0] + rc, &mut put);
        put(s[0]);
        let sum: Val = s.iter().copied().sum();
        for (x, d) in s.iter_mut().zip(DIAGONAL) {
            *x = *x * d + sum;
        }
    }
    for (round, rc) in FINAL.iter().enumerate() {
        outer_round(&mut s, rc, &mut put);
        match round + 1 == FINAL.len() {
            true => OUTPUT_LANES.iter().for_each(|&lane| put(s[lane])),
            false => s.iter().for_each(|&x| put(x)),
        }
    }
}

fn outer_round(s: &mut [Val; WIDTH], rc: &[Val; WIDTH], put: &mut impl FnMut(Val)) {
    for (x, &c) in s.iter_mut().zip(rc) {
        *x = sbox(*x + c, put);
    }
    outer_layer(s);
}

fn sbox(x: Val, put: &mut impl FnMut(Val)) -> Val {
    let cube = x.cube();
    put(cube);
    cube.square() * x
}

/// circ(2M, M, M) for the 4 x 4 matrix M of the paper.
fn outer_layer(s: &mut [Val; WIDTH]) {
    for x in s.as_chunks_mut::<4>().0 {
        let (t01, t23) = (x[0] + x[1], x[2] + x[3]);
        let t = t01 + t23;
        let (t1, t3) = (t + x[1], t + x[3]);
        *x = [t1 + t01, t1 + x[2].double(), t3 + t23, t3 + x[0].double()];
    }
    for lane in 0..4 {
        let t = s[lane] + s[lane + 4] + s[lane + 8];
        for group in 0..3 {
            s[lane + 4 * group] += t;
        }
    }
}
