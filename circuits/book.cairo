// A book batch: 2^height salted leaves under one root, every account healthy, the leaves' orders strictly ascending.
//
// Tape: height, start, salt of the commitment (4), then the leaves from left to right. A leaf is its kind (0: empty),
// then for an empty leaf a salt (4); for an account its id (4), salt (4), class, count of rows, gap of its order in four
// limbs, and for each row six holdings of an index into the schedule and five limbs of quantity above the tier's lower
// end. Output: height, root (4), commitment to (start, last) (4).

%builtins output range_check poseidon tape schedule

from lib.hashing import (
    TAG_COMMIT,
    TAG_EMPTY,
    TAG_LEAF,
    TAG_NODE,
    Permutation,
    Quad,
    hash_block,
    permute,
)
from lib.ranges import check60, range_check
from lib.schedule import Record, holding
from lib.sums import Sum, settle
from lib.tape import read

const LEAF_VERSION = 1;
// Keys have 14 bits; three of them are absorbed as one element.
const KEY = 2 ** 14;

func read_quad{tape_ptr: felt*}() -> (quad: Quad) {
    alloc_locals;
    let (local x0) = read();
    let (local x1) = read();
    let (local x2) = read();
    let (local x3) = read();
    return (quad=Quad(x0, x1, x2, x3));
}

// The holdings of one account, six a row: n rows from here, keys above prev_key. Absorbs them into the leaf's sponge,
// sums equity minus requirement, and proves after the last row that the sum is not negative.
func holdings{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, schedule_ptr: Record*}(
    n: felt, prev_key: felt, digest: Quad, capacity: Quad, sum: Sum
) -> (root: Quad) {
    alloc_locals;
    if (n == 0) {
        settle(sum);
        return (root=digest);
    }
    let (local key0, local q0, local sum0: Sum) = holding(prev_key, sum);
    let (local key1, local q1, local sum1: Sum) = holding(key0, sum0);
    let (local key2, local q2, local sum2: Sum) = holding(key1, sum1);
    let (local key3, local q3, local sum3: Sum) = holding(key2, sum2);
    let (local key4, local q4, local sum4: Sum) = holding(key3, sum3);
    let (local key5, local q5, local sum5: Sum) = holding(key4, sum4);
    let (local next: Quad, local rest: Quad) = permute(
        Quad(q0, q1, q2, q3),
        Quad(q4, q5, key0 + KEY * (key1 + KEY * key2), key3 + KEY * (key4 + KEY * key5)),
        capacity,
    );
    return holdings(n - 1, key5, next, rest, sum5);
}

// One account's leaf. Its order is above prev by at least one.
func account{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, schedule_ptr: Record*}(prev: felt) -> (
    root: Quad, order: felt
) {
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
    let (local root: Quad) = holdings(count, -1, digest, capacity, Sum(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    return (root=root, order=order);
}

// The tree over 2^height leaves whose orders are above prev; last is the highest order up to here.
func subtree{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, schedule_ptr: Record*}(
    height: felt, prev: felt
) -> (root: Quad, last: felt) {
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

func main{output_ptr: felt*, range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, schedule_ptr: Record*}() {
    alloc_locals;
    let (local height) = read();
    let (local start) = read();
    let (local salt: Quad) = read_quad();
    check60(start);
    let (local root: Quad, local last) = subtree(height, start);
    check60(last);
    let (local commitment: Quad) = hash_block(salt, Quad(start, last, 0, 0), TAG_COMMIT);
    assert [output_ptr] = height;
    assert [output_ptr + 1] = root.x0;
    assert [output_ptr + 2] = root.x1;
    assert [output_ptr + 3] = root.x2;
    assert [output_ptr + 4] = root.x3;
    assert [output_ptr + 5] = commitment.x0;
    assert [output_ptr + 6] = commitment.x1;
    assert [output_ptr + 7] = commitment.x2;
    assert [output_ptr + 8] = commitment.x3;
    let output_ptr = output_ptr + 9;
    return ();
}
