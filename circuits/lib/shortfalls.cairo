// What an account lacks: max(0, -sum) of one of its sums, exact, posted to the ledger.

from lib.ledger import Entry, post
from lib.ranges import range_check
from lib.sums import Sum
from lib.tape import read

// 0 <= x < 2^36.
func check36{range_check_ptr}(x: felt) {
    alloc_locals;
    local l0;
    local l1;
    local l2;
    %{ limbs(memory, fp, 3) %}
    assert x = l0 + 2 ** 12 * (l1 + 2 ** 12 * l2);
    range_check(l0);
    range_check(l1);
    range_check(l2);
    return ();
}

// For |x| < 2^59: x = low + 2^24 * carry with 0 <= low < 2^24 and |carry| <= 2^35.
func split{range_check_ptr}(x: felt) -> (low: felt, carry: felt) {
    alloc_locals;
    local l0;
    local l1;
    local l2;
    local l3;
    local l4;
    %{ limbs(memory, fp, 5, 2 ** 59) %}
    assert x + 2 ** 59 = l0 + 2 ** 12 * (l1 + 2 ** 12 * (l2 + 2 ** 12 * (l3 + 2 ** 12 * l4)));
    range_check(l0);
    range_check(l1);
    range_check(l2);
    range_check(l3);
    range_check(l4);
    return (low=l0 + 2 ** 12 * l1, carry=l2 + 2 ** 12 * (l3 + 2 ** 12 * l4) - 2 ** 35);
}

// With f = 1 if the sum is negative and else 0 (the prover says which, and can only tell the truth): proves that
// y = (1 - 2 f) * sum - f is not negative, that is sum >= 0 or -sum - 1 >= 0, and posts f * (y + 1) under key to key + 5 in
// limbs of 24 bits (the last of 36, the first not normalised), and f under key + 6.
func shortfall{range_check_ptr, tape_ptr: felt*, ledger_ptr: Entry*}(sum: Sum, key: felt) {
    alloc_locals;
    let (local f) = read();
    assert f * f = f;
    let sign = 1 - 2 * f;
    let (local y0, local k0) = split(sign * (sum.c0 + 2 ** 12 * sum.c1) - f);
    let (local y1, local k1) = split(sign * (sum.c2 + 2 ** 12 * sum.c3) + k0);
    let (local y2, local k2) = split(sign * (sum.c4 + 2 ** 12 * sum.c5) + k1);
    let (local y3, local k3) = split(sign * (sum.c6 + 2 ** 12 * sum.c7) + k2);
    let (local y4, local k4) = split(sign * (sum.c8 + 2 ** 12 * sum.c9) + k3);
    let y5 = sign * sum.c10 + k4;
    check36(y5);
    post(key, f * (y0 + 1));
    post(key + 1, f * y1);
    post(key + 2, f * y2);
    post(key + 3, f * y3);
    post(key + 4, f * y4);
    post(key + 5, f * y5);
    post(key + 6, f);
    return ();
}
