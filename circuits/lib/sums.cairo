// Sums of products of limbs: eleven un-normalised coefficients to the base 2^12. A holding adds at most six products or
// limbs below 2^24 to a coefficient and an account has fewer than 2^14 holdings (keys ascend), so a coefficient stays
// below 2^40.6; `settle` is right while coefficients are below 2^46.99.

from lib.ranges import carry, check60

struct Sum {
    c0: felt,
    c1: felt,
    c2: felt,
    c3: felt,
    c4: felt,
    c5: felt,
    c6: felt,
    c7: felt,
    c8: felt,
    c9: felt,
    c10: felt,
}

// Proves that the sum, as an integer, is not negative.
func settle{range_check_ptr}(sum: Sum) {
    alloc_locals;
    let (local k0) = carry(sum.c0 + 2 ** 12 * sum.c1);
    let (local k1) = carry(sum.c2 + 2 ** 12 * sum.c3 + k0);
    let (local k2) = carry(sum.c4 + 2 ** 12 * sum.c5 + k1);
    let (local k3) = carry(sum.c6 + 2 ** 12 * sum.c7 + k2);
    let (local k4) = carry(sum.c8 + 2 ** 12 * sum.c9 + k3);
    check60(sum.c10 + k4);
    return ();
}
