// The public schedule of a batch: for each key (2 * instrument + side) and each tier of the quantity, five linear
// functions. Null records (the last six keys, span 0, worth nothing) fill up a row of holdings.

from lib.ledger import Entry, post
from lib.ranges import check24, check60, range_check
from lib.sums import Sum
from lib.tape import read

// slope * (q - lo) + value, in signed limbs: the slope of 12 bits, the value at q = lo of 24 bits.
struct Line {
    s0: felt,
    s1: felt,
    s2: felt,
    s3: felt,
    s4: felt,
    s5: felt,
    s6: felt,
    v0: felt,
    v1: felt,
    v2: felt,
    v3: felt,
    v4: felt,
    v5: felt,
}

// On the tier lo <= q <= lo + span, with lo = lo_low + 2^36 * lo_high: `net` is equity minus requirement at the snapshot,
// `equity0` the equity there, `equity1` to `equity3` the equity at the shocked snapshots.
struct Position {
    key: felt,
    lo_low: felt,
    lo_high: felt,
    span: felt,
    net: Line,
    equity0: Line,
    equity1: Line,
    equity2: Line,
    equity3: Line,
}

// An account's sums over its holdings.
struct Sums {
    net: Sum,
    equity0: Sum,
    equity1: Sum,
    equity2: Sum,
    equity3: Sum,
}

// The sum with one holding's value, its l limbs of 12 bits of q - lo.
func add_line(line: Line, l0: felt, l1: felt, l2: felt, l3: felt, l4: felt, sum: Sum) -> (sum: Sum) {
    return (
        sum=Sum(
            sum.c0 + line.s0 * l0 + line.v0,
            sum.c1 + line.s0 * l1 + line.s1 * l0,
            sum.c2 + line.s0 * l2 + line.s1 * l1 + line.s2 * l0 + line.v1,
            sum.c3 + line.s0 * l3 + line.s1 * l2 + line.s2 * l1 + line.s3 * l0,
            sum.c4 + line.s0 * l4 + line.s1 * l3 + line.s2 * l2 + line.s3 * l1 + line.s4 * l0 + line.v2,
            sum.c5 + line.s1 * l4 + line.s2 * l3 + line.s3 * l2 + line.s4 * l1 + line.s5 * l0,
            sum.c6 + line.s2 * l4 + line.s3 * l3 + line.s4 * l2 + line.s5 * l1 + line.s6 * l0 + line.v3,
            sum.c7 + line.s3 * l4 + line.s4 * l3 + line.s5 * l2 + line.s6 * l1,
            sum.c8 + line.s4 * l4 + line.s5 * l3 + line.s6 * l2 + line.v4,
            sum.c9 + line.s5 * l4 + line.s6 * l3,
            sum.c10 + line.s6 * l4 + line.v5,
        ),
    );
}

// Reads one holding: the index of its record and five limbs of q - lo. Proves key > prev_key and that q is in the
// tier, posts q in two parts under the ledger's keys 2 * key (q's part below 2^36, not normalised) and 2 * key + 1, adds
// its values to the sums, and returns its key and quantity.
func position{range_check_ptr, tape_ptr: felt*, ledger_ptr: Entry*, schedule_ptr: Position*}(
    prev_key: felt, sums: Sums
) -> (key: felt, quantity: felt, sums: Sums) {
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
    let low = l0 + 2 ** 12 * (l1 + 2 ** 12 * l2);
    let high = l3 + 2 ** 12 * l4;
    let r = schedule_ptr[index];
    check24(r.key - prev_key - 1);
    check60(r.span - low - 2 ** 36 * high);
    post(2 * r.key, r.lo_low + low);
    post(2 * r.key + 1, r.lo_high + high);
    let (local net: Sum) = add_line(r.net, l0, l1, l2, l3, l4, sums.net);
    let (local equity0: Sum) = add_line(r.equity0, l0, l1, l2, l3, l4, sums.equity0);
    let (local equity1: Sum) = add_line(r.equity1, l0, l1, l2, l3, l4, sums.equity1);
    let (local equity2: Sum) = add_line(r.equity2, l0, l1, l2, l3, l4, sums.equity2);
    let (local equity3: Sum) = add_line(r.equity3, l0, l1, l2, l3, l4, sums.equity3);
    return (
        key=r.key,
        quantity=r.lo_low + low + 2 ** 36 * (r.lo_high + high),
        sums=Sums(net, equity0, equity1, equity2, equity3),
    );
}
