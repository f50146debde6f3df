// One account, for a consumer: a leaf under a published root whose owner is proven, and whose equity net of its lien
// meets a threshold. The public schedule holds equity minus the threshold's requirement.
//
// Tape: levels, joined, above (see Output), amount, context (4), identifier (4), secret of the owner (4), lien, blind
// (4), digest of the instrument table (4), salt (4), class, count of rows, order, commitment of the batch (4; any if not
// joined), then for each row six holdings of an index into the schedule and five limbs of quantity above the tier's
// lower end, then for each step up the tree a bit (1: the path comes from the right) and the sibling (4).
//
// Output: root (4); levels of the batch's tree; joined: 1 if the batch is a leaf of a book's tree, else 0; levels of
// that tree above; instrument table (4), context (4), tag of the owner for the context (4), amount.

%builtins output range_check poseidon tape schedule

from lib.hashing import TAG_LEAF, TAG_NODE, Permutation, Quad, hash_block, permute
from lib.quads import read_quad
from lib.ranges import check60, range_check
from lib.schedule import Record, holding
from lib.sums import Sum, settle
from lib.tape import read

const TAG_ID = 5;
const TAG_OWNER = 6;
const TAG_USE = 7;
const TAG_BATCH = 8;
const LEAF_VERSION = 1;
// Keys have 14 bits; three of them are absorbed as one element.
const KEY = 2 ** 14;
// Amount and lien count 10^-6 of the quote currency, sums 10^-20: 10^14 = 2^12 (UNIT1 + 2^12 UNIT2 + 2^24 UNIT3).
const UNIT1 = 0x7a4;
const UNIT2 = 0x310;
const UNIT3 = 0x5af;

// Five limbs of 12 bits.
struct Amount {
    l0: felt,
    l1: felt,
    l2: felt,
    l3: felt,
    l4: felt,
}

// 0 <= x < 2^60, with its limbs.
func cut60{range_check_ptr}(x: felt) -> (amount: Amount) {
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
    return (amount=Amount(l0, l1, l2, l3, l4));
}

// Minus both amounts, in units of the sums: where the sum of the holdings starts.
func owed(a: Amount, b: Amount) -> (sum: Sum) {
    alloc_locals;
    tempvar s0 = a.l0 + b.l0;
    tempvar s1 = a.l1 + b.l1;
    tempvar s2 = a.l2 + b.l2;
    tempvar s3 = a.l3 + b.l3;
    tempvar s4 = a.l4 + b.l4;
    return (
        sum=Sum(
            0,
            -UNIT1 * s0,
            -UNIT1 * s1 - UNIT2 * s0,
            -UNIT1 * s2 - UNIT2 * s1 - UNIT3 * s0,
            -UNIT1 * s3 - UNIT2 * s2 - UNIT3 * s1,
            -UNIT1 * s4 - UNIT2 * s3 - UNIT3 * s2,
            -UNIT2 * s4 - UNIT3 * s3,
            -UNIT3 * s4,
            0,
            0,
            0,
        ),
    );
}

// The leaf's id; opens to identifier, owner, lien and instrument table. The caller has bounded the lien.
func account_id{poseidon_ptr: Permutation*}(
    identifier: Quad, owner: Quad, lien: felt, blind: Quad, instruments: Quad
) -> (id: Quad) {
    alloc_locals;
    let (_: Quad, local rest: Quad) = permute(identifier, owner, Quad(TAG_ID, lien, 0, 0));
    let (local id: Quad, _: Quad) = permute(blind, instruments, rest);
    return (id=id);
}

// The holdings of the account, six a row: n rows from here, keys above prev_key. Absorbs them into the leaf's sponge,
// adds what the schedule says of them, and proves after the last row that the sum is not negative.
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

// One coordinate of a pair in its order: the digest of the path first if bit is 0, second if it is 1.
func ordered(bit: felt, digest: felt, sibling: felt) -> (left: felt, right: felt) {
    let shift = bit * (sibling - digest);
    return (left=digest + shift, right=sibling - shift);
}

// The node n levels above a digest.
func climb{poseidon_ptr: Permutation*, tape_ptr: felt*}(n: felt, digest: Quad) -> (root: Quad) {
    alloc_locals;
    if (n == 0) {
        return (root=digest);
    }
    let (local bit) = read();
    assert bit * bit = bit;
    let (local sibling: Quad) = read_quad();
    let (local l0, local r0) = ordered(bit, digest.x0, sibling.x0);
    let (local l1, local r1) = ordered(bit, digest.x1, sibling.x1);
    let (local l2, local r2) = ordered(bit, digest.x2, sibling.x2);
    let (local l3, local r3) = ordered(bit, digest.x3, sibling.x3);
    let (local next: Quad) = hash_block(Quad(l0, l1, l2, l3), Quad(r0, r1, r2, r3), TAG_NODE);
    return climb(n - 1, next);
}

func main{output_ptr: felt*, range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, schedule_ptr: Record*}() {
    alloc_locals;
    let (local levels) = read();
    let (local joined) = read();
    let (local above) = read();
    let (local amount) = read();
    let (local context: Quad) = read_quad();
    let (local identifier: Quad) = read_quad();
    let (local secret: Quad) = read_quad();
    let (local lien) = read();
    let (local blind: Quad) = read_quad();
    let (local instruments: Quad) = read_quad();
    let (local salt: Quad) = read_quad();
    let (local class) = read();
    let (local count) = read();
    let (local order) = read();
    let (local commitment: Quad) = read_quad();
    assert joined * joined = joined;

    // Who knows the secret is the owner; the tag is the same for every proof of hers in this context.
    let (local owner: Quad) = hash_block(secret, Quad(0, 0, 0, 0), TAG_OWNER);
    let (local tag: Quad) = hash_block(secret, context, TAG_USE);

    // What enters a capacity is bounded first: lien, class, count, order.
    let (local amount_limbs: Amount) = cut60(amount);
    let (local lien_limbs: Amount) = cut60(lien);
    range_check(class);
    range_check(count);
    check60(order);
    let (local id: Quad) = account_id(identifier, owner, lien, blind, instruments);
    let header = TAG_LEAF + 2 ** 8 * LEAF_VERSION + 2 ** 16 * class + 2 ** 32 * count;
    let (local digest: Quad, local capacity: Quad) = permute(id, salt, Quad(header, order, 0, 0));
    let (local start: Sum) = owed(amount_limbs, lien_limbs);
    let (local leaf: Quad) = holdings(count, -1, digest, capacity, start);

    // Up the batch's tree, and from there, if the batch is joined, up the book's.
    let (local batch: Quad) = climb(levels, leaf);
    let (local joint: Quad) = hash_block(batch, commitment, TAG_BATCH);
    local top: Quad = Quad(
        batch.x0 + joined * (joint.x0 - batch.x0),
        batch.x1 + joined * (joint.x1 - batch.x1),
        batch.x2 + joined * (joint.x2 - batch.x2),
        batch.x3 + joined * (joint.x3 - batch.x3),
    );
    let (local root: Quad) = climb(above, top);

    assert [output_ptr] = root.x0;
    assert [output_ptr + 1] = root.x1;
    assert [output_ptr + 2] = root.x2;
    assert [output_ptr + 3] = root.x3;
    assert [output_ptr + 4] = levels;
    assert [output_ptr + 5] = joined;
    assert [output_ptr + 6] = above;
    assert [output_ptr + 7] = instruments.x0;
    assert [output_ptr + 8] = instruments.x1;
    assert [output_ptr + 9] = instruments.x2;
    assert [output_ptr + 10] = instruments.x3;
    assert [output_ptr + 11] = context.x0;
    assert [output_ptr + 12] = context.x1;
    assert [output_ptr + 13] = context.x2;
    assert [output_ptr + 14] = context.x3;
    assert [output_ptr + 15] = tag.x0;
    assert [output_ptr + 16] = tag.x1;
    assert [output_ptr + 17] = tag.x2;
    assert [output_ptr + 18] = tag.x3;
    assert [output_ptr + 19] = amount;
    let output_ptr = output_ptr + 20;
    return ();
}
