// The book over its batches: their roots and commitments make the book's root, orders ascend across batches, the batches'
// totals sum to the book's, and the book's totals meet public terms: longs equal shorts, liabilities stay within bounds,
// shortfalls stay within the fund, and what is shown is so.
//
// Tape: height, rows of instruments, number of assets, start, salt of the commitment (4), then the slots from left to right:
// 0 (no batch), or 1, root (4), salt (4), last, the batch's rows of totals; then the book's rows of totals: instruments',
// figures'; then for each asset two sums and a borrow. Output: height, rows, assets, root (4), commitment (4).

%builtins output range_check poseidon tape ledger terms assets figures

from lib.hashing import TAG_NODE, Permutation, Quad, hash_block, permute
from lib.ledger import Entry, post
from lib.quads import read_quad
from lib.ranges import check60, range_check
from lib.shortfalls import check36
from lib.sums import Sum, settle
from lib.tape import read
from lib.totals import (
    FIGURE_ROWS,
    FIGURES,
    TAG_BATCH,
    TAG_BOOK,
    TAG_TOTALS,
    Row,
    batch_row,
    book_row,
)

// Keys of the ledger for liabilities: 2 * asset and one more.
const ASSETS = 2 ** 16;

// What an instrument's totals must meet. zero_sum: longs equal shorts. liability: longs count under the asset whose first
// ledger key is `asset`. show: the totals are the public ones, in two parts below and above 2^36.
struct Term {
    zero_sum: felt,
    liability: felt,
    asset: felt,
    show: felt,
    long_low: felt,
    long_high: felt,
    short_low: felt,
    short_high: felt,
}

// The most that an asset's liabilities may be: low + 2^36 * high.
struct Asset {
    low: felt,
    high: felt,
}

// The most that a figure may be, in limbs of 24 bits, and how many accounts it may be of; with `exact` no less, either.
struct Figure {
    exact: felt,
    b0: felt,
    b1: felt,
    b2: felt,
    b3: felt,
    b4: felt,
    b5: felt,
    count: felt,
}

// For 0 <= low < 2^60: low + 2^36 * high with a low part below 2^36.
func normal{range_check_ptr}(high: felt, low: felt) -> (low: felt, high: felt) {
    alloc_locals;
    local l0;
    local l1;
    local l2;
    local l3;
    local l4;
    %{ limbs(memory, fp, 5) %}
    assert low = l0 + 2 ** 12 * (l1 + 2 ** 12 * (l2 + 2 ** 12 * (l3 + 2 ** 12 * l4)));
    range_check(l0);
    range_check(l1);
    range_check(l2);
    range_check(l3);
    range_check(l4);
    return (low=l0 + 2 ** 12 * (l1 + 2 ** 12 * l2), high=high + l3 + 2 ** 12 * l4);
}

// n rows of a batch's totals, from ledger key `key`.
func batch_rows{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*}(
    n: felt, key: felt, digest: Quad, capacity: Quad
) -> (digest: Quad, capacity: Quad) {
    alloc_locals;
    if (n == 0) {
        return (digest=digest, capacity=capacity);
    }
    let (local next: Quad, local rest: Quad) = batch_row(key, 1, capacity);
    return batch_rows(n - 1, key + 8, next, rest);
}

// The tree over 2^height slots of batches whose orders are above prev.
func join{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*}(
    height: felt, rows: felt, prev: felt
) -> (root: Quad, last: felt) {
    alloc_locals;
    if (height == 0) {
        let (local kind) = read();
        if (kind == 0) {
            return (root=Quad(0, 0, 0, 0), last=prev);
        }
        let (local root: Quad) = read_quad();
        let (local salt: Quad) = read_quad();
        let (local last) = read();
        check60(last);
        let (local digest: Quad, local capacity: Quad) = permute(
            salt, Quad(prev, last, 0, 0), Quad(TAG_TOTALS, rows, 0, 0)
        );
        let (local digest: Quad, local capacity: Quad) = batch_rows(rows, 0, digest, capacity);
        let (local commitment: Quad, _: Quad) = batch_rows(FIGURE_ROWS, FIGURES, digest, capacity);
        let (local slot: Quad) = hash_block(root, commitment, TAG_BATCH);
        return (root=slot, last=last);
    }
    let (local left: Quad, local middle) = join(height - 1, rows, prev);
    let (local right: Quad, local last) = join(height - 1, rows, middle);
    let (local root: Quad) = hash_block(left, right, TAG_NODE);
    return (root=root, last=last);
}

// One instrument's totals meet its term; its liabilities are posted under its asset.
func instrument{range_check_ptr, ledger_ptr: Entry*, terms_ptr: Term*}(index: felt, totals: Quad) {
    alloc_locals;
    let t = terms_ptr[index];
    let (local long_low, local long_high) = normal(totals.x1, totals.x0);
    let (local short_low, local short_high) = normal(totals.x3, totals.x2);
    assert t.zero_sum * (long_low - short_low) = 0;
    assert t.zero_sum * (long_high - short_high) = 0;
    assert t.show * (long_low - t.long_low) = 0;
    assert t.show * (long_high - t.long_high) = 0;
    assert t.show * (short_low - t.short_low) = 0;
    assert t.show * (short_high - t.short_high) = 0;
    post(t.asset, t.liability * long_low);
    post(t.asset + 1, t.liability * long_high);
    return ();
}

// The book's totals of the instruments from `index` on, two a row.
func instruments{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*, terms_ptr: Term*}(
    n: felt, index: felt, digest: Quad, capacity: Quad
) -> (digest: Quad, capacity: Quad) {
    alloc_locals;
    if (n == 0) {
        return (digest=digest, capacity=capacity);
    }
    let (local row: Row, local next: Quad, local rest: Quad) = book_row(4 * index, capacity);
    instrument(index, row.low);
    instrument(index + 1, row.high);
    return instruments(n - 1, index + 2, next, rest);
}

// The book's figures from `index` on.
func figures{
    range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*, figures_ptr: Figure*
}(n: felt, index: felt, digest: Quad, capacity: Quad) -> (digest: Quad) {
    alloc_locals;
    if (n == 0) {
        return (digest=digest);
    }
    let (local row: Row, local next: Quad, local rest: Quad) = book_row(FIGURES + 8 * index, capacity);
    let f = figures_ptr[index];
    let x0 = f.b0 - row.low.x0;
    let x1 = f.b1 - row.low.x1;
    let x2 = f.b2 - row.low.x2;
    let x3 = f.b3 - row.low.x3;
    let x4 = f.b4 - row.high.x0;
    let x5 = f.b5 - row.high.x1;
    let more = f.count - row.high.x2;
    let e = f.exact;
    settle(Sum(x0, 0, x1, 0, x2, 0, x3, 0, x4, 0, x5));
    settle(Sum(-e * x0, 0, -e * x1, 0, -e * x2, 0, -e * x3, 0, -e * x4, 0, -e * x5));
    check60(more);
    assert e * more = 0;
    return figures(n - 1, index + 1, next, rest);
}

// The liabilities of the assets from `index` on: closes their keys, and proves them within their bounds.
func assets{range_check_ptr, tape_ptr: felt*, ledger_ptr: Entry*, assets_ptr: Asset*}(n: felt, index: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let (local sum_low) = read();
    let (local sum_high) = read();
    let (local borrow) = read();
    check60(sum_high);
    post(ASSETS + 2 * index, -sum_low);
    post(ASSETS + 2 * index + 1, -sum_high);
    let (local low, local high) = normal(sum_high, sum_low);
    let a = assets_ptr[index];
    assert borrow * borrow = borrow;
    check36(a.low - low + 2 ** 36 * borrow);
    check60(a.high - high - borrow);
    return assets(n - 1, index + 1);
}

func main{
    output_ptr: felt*,
    range_check_ptr,
    poseidon_ptr: Permutation*,
    tape_ptr: felt*,
    ledger_ptr: Entry*,
    terms_ptr: Term*,
    assets_ptr: Asset*,
    figures_ptr: Figure*,
}() {
    alloc_locals;
    let (local height) = read();
    let (local rows) = read();
    let (local count) = read();
    let (local start) = read();
    let (local salt: Quad) = read_quad();
    range_check(rows);
    check60(start);
    let (local root: Quad, local last) = join(height, rows, start);
    let (local digest: Quad, local capacity: Quad) = permute(
        salt, Quad(start, last, 0, 0), Quad(TAG_BOOK, rows, 0, 0)
    );
    let (local digest: Quad, local capacity: Quad) = instruments(rows, 0, digest, capacity);
    let (local commitment: Quad) = figures(FIGURE_ROWS, 0, digest, capacity);
    assets(count, 0);
    assert [output_ptr] = height;
    assert [output_ptr + 1] = rows;
    assert [output_ptr + 2] = count;
    assert [output_ptr + 3] = root.x0;
    assert [output_ptr + 4] = root.x1;
    assert [output_ptr + 5] = root.x2;
    assert [output_ptr + 6] = root.x3;
    assert [output_ptr + 7] = commitment.x0;
    assert [output_ptr + 8] = commitment.x1;
    assert [output_ptr + 9] = commitment.x2;
    assert [output_ptr + 10] = commitment.x3;
    let output_ptr = output_ptr + 11;
    return ();
}
