// Totals of a batch or a book: rows of eight amounts under consecutive keys of the ledger, absorbed into a commitment.
//
// Keys: 4 * instrument + (0, 1: long below and above 2^36; 2, 3: short), from FIGURES on 8 * figure + (0 to 5: limbs of 24
// bits of the shortfalls' sum; 6: how many accounts have one; 7: nothing). Figure 0 is the margin gap, figure 1 + s the
// deficit at snapshot s.

from lib.hashing import Permutation, Quad, permute
from lib.ledger import Entry, post
from lib.ranges import range_check
from lib.tape import read

const FIGURES = 2 ** 15;
const FIGURE_ROWS = 5;
const TAG_TOTALS = 9;
const TAG_BOOK = 10;
const TAG_BATCH = 8;

struct Row {
    low: Quad,
    high: Quad,
}

// 0 <= x < 2^52: the most that the accounts of one batch can post under one key is below (docs/protocol/batch.md).
func check52{range_check_ptr}(x: felt) {
    alloc_locals;
    local l0;
    local l1;
    local l2;
    local l3;
    local l4;
    %{ limbs(memory, fp, 5) %}
    assert x = l0 + 2 ** 12 * (l1 + 2 ** 12 * (l2 + 2 ** 12 * (l3 + 2 ** 12 * l4)));
    range_check(l0);
    range_check(l1);
    range_check(l2);
    range_check(l3);
    range_check(l4);
    range_check(2 ** 8 * l4);
    return ();
}

// 0 <= x < 2^58: of 64 batches.
func check58{range_check_ptr}(x: felt) {
    alloc_locals;
    local l0;
    local l1;
    local l2;
    local l3;
    local l4;
    %{ limbs(memory, fp, 5) %}
    assert x = l0 + 2 ** 12 * (l1 + 2 ** 12 * (l2 + 2 ** 12 * (l3 + 2 ** 12 * l4)));
    range_check(l0);
    range_check(l1);
    range_check(l2);
    range_check(l3);
    range_check(l4);
    range_check(2 ** 2 * l4);
    return ();
}

func read_row{tape_ptr: felt*}() -> (row: Row) {
    alloc_locals;
    let (local a0) = read();
    let (local a1) = read();
    let (local a2) = read();
    let (local a3) = read();
    let (local a4) = read();
    let (local a5) = read();
    let (local a6) = read();
    let (local a7) = read();
    return (row=Row(Quad(a0, a1, a2, a3), Quad(a4, a5, a6, a7)));
}

// Posts sign * amount of each of the row's amounts under key to key + 7.
func post_row{ledger_ptr: Entry*}(row: Row, key: felt, sign: felt) {
    post(key, sign * row.low.x0);
    post(key + 1, sign * row.low.x1);
    post(key + 2, sign * row.low.x2);
    post(key + 3, sign * row.low.x3);
    post(key + 4, sign * row.high.x0);
    post(key + 5, sign * row.high.x1);
    post(key + 6, sign * row.high.x2);
    post(key + 7, sign * row.high.x3);
    return ();
}

// One batch's row, each amount below 2^52.
func batch_row{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*}(
    key: felt, sign: felt, capacity: Quad
) -> (digest: Quad, capacity: Quad) {
    alloc_locals;
    let (local row: Row) = read_row();
    check52(row.low.x0);
    check52(row.low.x1);
    check52(row.low.x2);
    check52(row.low.x3);
    check52(row.high.x0);
    check52(row.high.x1);
    check52(row.high.x2);
    check52(row.high.x3);
    post_row(row, key, sign);
    let (local digest: Quad, local rest: Quad) = permute(row.low, row.high, capacity);
    return (digest=digest, capacity=rest);
}

// The book's row: sums over the batches, each below 2^58. Closes their keys.
func book_row{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*}(
    key: felt, capacity: Quad
) -> (row: Row, digest: Quad, capacity: Quad) {
    alloc_locals;
    let (local row: Row) = read_row();
    check58(row.low.x0);
    check58(row.low.x1);
    check58(row.low.x2);
    check58(row.low.x3);
    check58(row.high.x0);
    check58(row.high.x1);
    check58(row.high.x2);
    check58(row.high.x3);
    post_row(row, key, -1);
    let (local digest: Quad, local rest: Quad) = permute(row.low, row.high, capacity);
    return (row=row, digest=digest, capacity=rest);
}
