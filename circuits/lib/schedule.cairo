// The public schedule of values and requirements: for each key (2 * instrument + side) and each tier of the quantity a
// linear function. Null records (the last six keys, span 0, worth nothing) fill up a row of holdings.

from lib.ranges import check24, check60, range_check
from lib.sums import Sum
from lib.tape import read

// Equity minus requirement on the tier lo <= q <= lo + span is d1 * (q - lo) + d0, in signed limbs: d1 of 12 bits, d0
// (the value at q = lo) of 24 bits.
struct Record {
    key: felt,
    lo: felt,
    span: felt,
    d1_0: felt,
    d1_1: felt,
    d1_2: felt,
    d1_3: felt,
    d1_4: felt,
    d1_5: felt,
    d1_6: felt,
    d0_0: felt,
    d0_1: felt,
    d0_2: felt,
    d0_3: felt,
    d0_4: felt,
    d0_5: felt,
}

// Reads one holding: the index of its record and five limbs of q - lo. Proves key > prev_key and that q is in the
// tier, adds its value to the sum, and returns its key and quantity.
func holding{range_check_ptr, tape_ptr: felt*, schedule_ptr: Record*}(prev_key: felt, sum: Sum) -> (
    key: felt, quantity: felt, sum: Sum
) {
    alloc_locals;
    let (local index) = read();
    let (local l0) = read();
    let (local l1) = read();
    let (local l2) = read();
    let (local l3) = read();
    let (local l4) = read();
    range_check(l0);
    range_check(l1);
    range_check(l2);
    range_check(l3);
    range_check(l4);
    let above = l0 + 2 ** 12 * (l1 + 2 ** 12 * (l2 + 2 ** 12 * (l3 + 2 ** 12 * l4)));
    let r = schedule_ptr[index];
    check24(r.key - prev_key - 1);
    check60(r.span - above);
    local next: Sum = Sum(
        sum.c0 + r.d1_0 * l0 + r.d0_0,
        sum.c1 + r.d1_0 * l1 + r.d1_1 * l0,
        sum.c2 + r.d1_0 * l2 + r.d1_1 * l1 + r.d1_2 * l0 + r.d0_1,
        sum.c3 + r.d1_0 * l3 + r.d1_1 * l2 + r.d1_2 * l1 + r.d1_3 * l0,
        sum.c4 + r.d1_0 * l4 + r.d1_1 * l3 + r.d1_2 * l2 + r.d1_3 * l1 + r.d1_4 * l0 + r.d0_2,
        sum.c5 + r.d1_1 * l4 + r.d1_2 * l3 + r.d1_3 * l2 + r.d1_4 * l1 + r.d1_5 * l0,
        sum.c6 + r.d1_2 * l4 + r.d1_3 * l3 + r.d1_4 * l2 + r.d1_5 * l1 + r.d1_6 * l0 + r.d0_3,
        sum.c7 + r.d1_3 * l4 + r.d1_4 * l3 + r.d1_5 * l2 + r.d1_6 * l1,
        sum.c8 + r.d1_4 * l4 + r.d1_5 * l3 + r.d1_6 * l2 + r.d0_4,
        sum.c9 + r.d1_5 * l4 + r.d1_6 * l3,
        sum.c10 + r.d1_6 * l4 + r.d0_5,
    );
    return (key=r.key, quantity=r.lo + above, sum=next);
}
