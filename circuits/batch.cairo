// A batch of a book with its totals: 2^height salted leaves under one root, their orders strictly ascending, and behind a
// salted commitment, exactly: how much of each instrument the accounts hold on each side, what accounts lack for their
// margin, and what they lack altogether at the snapshot and at three shocked ones.
//
// Tape: height, rows of instruments, start, salt of the commitment (4), then the leaves from left to right as in
// book.cairo, an account's holdings followed by five flags (its net and its equities: 1 if negative), then the rows of
// totals, eight amounts each. Output: height, rows, root (4), commitment (4).

%builtins output range_check poseidon tape ledger schedule

from lib.hashing import TAG_EMPTY, TAG_LEAF, TAG_NODE, Permutation, Quad, hash_block, permute
from lib.ledger import Entry
from lib.positions import Position, Sums, position
from lib.quads import read_quad
from lib.ranges import check60, range_check
from lib.shortfalls import shortfall
from lib.sums import Sum
from lib.tape import read
from lib.totals import FIGURE_ROWS, FIGURES, TAG_TOTALS, batch_row

const LEAF_VERSION = 1;
// Keys have 14 bits; three of them are absorbed as one element.
const KEY = 2 ** 14;

// The holdings of one account, six a row: n rows from here, keys above prev_key. Absorbs them into the leaf's sponge, posts
// them, and after the last row posts what the account's sums lack.
func holdings{
    range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*, schedule_ptr: Position*
}(n: felt, prev_key: felt, digest: Quad, capacity: Quad, sums: Sums) -> (root: Quad) {
    alloc_locals;
    if (n == 0) {
        shortfall(sums.net, FIGURES);
        shortfall(sums.equity0, FIGURES + 8);
        shortfall(sums.equity1, FIGURES + 16);
        shortfall(sums.equity2, FIGURES + 24);
        shortfall(sums.equity3, FIGURES + 32);
        return (root=digest);
    }
    let (local key0, local q0, local sums0: Sums) = position(prev_key, sums);
    let (local key1, local q1, local sums1: Sums) = position(key0, sums0);
    let (local key2, local q2, local sums2: Sums) = position(key1, sums1);
    let (local key3, local q3, local sums3: Sums) = position(key2, sums2);
    let (local key4, local q4, local sums4: Sums) = position(key3, sums3);
    let (local key5, local q5, local sums5: Sums) = position(key4, sums4);
    let (local next: Quad, local rest: Quad) = permute(
        Quad(q0, q1, q2, q3),
        Quad(q4, q5, key0 + KEY * (key1 + KEY * key2), key3 + KEY * (key4 + KEY * key5)),
        capacity,
    );
    return holdings(n - 1, key5, next, rest, sums5);
}

// One account's leaf. Its order is above prev by at least one.
func account{
    range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*, schedule_ptr: Position*
}(prev: felt) -> (root: Quad, order: felt) {
    alloc_locals;
    let (local id: Quad) = read_quad();
    let (local salt: Quad) = read_quad();
    let (local class) = read();
    let (local count) = read();
    let (local gap: Quad) = read_quad();
    range_check(class);
    range_check(count);
    range_check(gap.x0);
    range_check(gap.x1);
    range_check(gap.x2);
    range_check(gap.x3);
    local order = prev + 1 + gap.x0 + 2 ** 12 * (gap.x1 + 2 ** 12 * (gap.x2 + 2 ** 12 * gap.x3));
    let header = TAG_LEAF + 2 ** 8 * LEAF_VERSION + 2 ** 16 * class + 2 ** 32 * count;
    let (local digest: Quad, local capacity: Quad) = permute(id, salt, Quad(header, order, 0, 0));
    let zero = Sum(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    let (local root: Quad) = holdings(count, -1, digest, capacity, Sums(zero, zero, zero, zero, zero));
    return (root=root, order=order);
}

// The tree over 2^height leaves whose orders are above prev; last is the highest order up to here.
func subtree{
    range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*, schedule_ptr: Position*
}(height: felt, prev: felt) -> (root: Quad, last: felt) {
    alloc_locals;
    if (height == 0) {
        let (local kind) = read();
        if (kind == 0) {
            let (local salt: Quad) = read_quad();
            let (local empty: Quad) = hash_block(salt, Quad(0, 0, 0, 0), TAG_EMPTY);
            return (root=empty, last=prev);
        }
        let (local leaf: Quad, local order) = account(prev);
        return (root=leaf, last=order);
    }
    let (local left: Quad, local middle) = subtree(height - 1, prev);
    let (local right: Quad, local last) = subtree(height - 1, middle);
    let (local root: Quad) = hash_block(left, right, TAG_NODE);
    return (root=root, last=last);
}

// n rows of totals, keys from `key`: closes what the accounts posted, and absorbs it.
func close{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, ledger_ptr: Entry*}(
    n: felt, key: felt, digest: Quad, capacity: Quad
) -> (digest: Quad, capacity: Quad) {
    alloc_locals;
    if (n == 0) {
        return (digest=digest, capacity=capacity);
    }
    let (local next: Quad, local rest: Quad) = batch_row(key, -1, capacity);
    return close(n - 1, key + 8, next, rest);
}

func main{
    output_ptr: felt*,
    range_check_ptr,
    poseidon_ptr: Permutation*,
    tape_ptr: felt*,
    ledger_ptr: Entry*,
    schedule_ptr: Position*,
}() {
    alloc_locals;
    let (local height) = read();
    let (local rows) = read();
    let (local start) = read();
    let (local salt: Quad) = read_quad();
    range_check(rows);
    check60(start);
    let (local root: Quad, local last) = subtree(height, start);
    check60(last);
    let (local digest: Quad, local capacity: Quad) = permute(
        salt, Quad(start, last, 0, 0), Quad(TAG_TOTALS, rows, 0, 0)
    );
    let (local digest: Quad, local capacity: Quad) = close(rows, 0, digest, capacity);
    let (local commitment: Quad, _: Quad) = close(FIGURE_ROWS, FIGURES, digest, capacity);
    assert [output_ptr] = height;
    assert [output_ptr + 1] = rows;
    assert [output_ptr + 2] = root.x0;
    assert [output_ptr + 3] = root.x1;
    assert [output_ptr + 4] = root.x2;
    assert [output_ptr + 5] = root.x3;
    assert [output_ptr + 6] = commitment.x0;
    assert [output_ptr + 7] = commitment.x1;
    assert [output_ptr + 8] = commitment.x2;
    assert [output_ptr + 9] = commitment.x3;
    let output_ptr = output_ptr + 10;
    return ();
}
