// Poseidon2, width 12: rate lanes 0-7, capacity lanes 8-11. The digest is lanes 0-3.
// What enters the capacity is a tag or a bounded, range-checked value: a free capacity element would give collisions.

const TAG_LEAF = 1;
const TAG_NODE = 2;
const TAG_EMPTY = 3;
const TAG_COMMIT = 4;

// Four field elements: a digest, a salt, an id, half of a rate, or a capacity.
struct Quad {
    x0: felt,
    x1: felt,
    x2: felt,
    x3: felt,
}

// One instance of the builtin: twelve inputs, then output lanes 0-3 and 8-11.
struct Permutation {
    i0: felt,
    i1: felt,
    i2: felt,
    i3: felt,
    i4: felt,
    i5: felt,
    i6: felt,
    i7: felt,
    i8: felt,
    i9: felt,
    i10: felt,
    i11: felt,
    o0: felt,
    o1: felt,
    o2: felt,
    o3: felt,
    o8: felt,
    o9: felt,
    o10: felt,
    o11: felt,
}

func permute{poseidon_ptr: Permutation*}(low: Quad, high: Quad, capacity: Quad) -> (digest: Quad, capacity: Quad) {
    assert poseidon_ptr.i0 = low.x0;
    assert poseidon_ptr.i1 = low.x1;
    assert poseidon_ptr.i2 = low.x2;
    assert poseidon_ptr.i3 = low.x3;
    assert poseidon_ptr.i4 = high.x0;
    assert poseidon_ptr.i5 = high.x1;
    assert poseidon_ptr.i6 = high.x2;
    assert poseidon_ptr.i7 = high.x3;
    assert poseidon_ptr.i8 = capacity.x0;
    assert poseidon_ptr.i9 = capacity.x1;
    assert poseidon_ptr.i10 = capacity.x2;
    assert poseidon_ptr.i11 = capacity.x3;
    let digest = Quad(poseidon_ptr.o0, poseidon_ptr.o1, poseidon_ptr.o2, poseidon_ptr.o3);
    let rest = Quad(poseidon_ptr.o8, poseidon_ptr.o9, poseidon_ptr.o10, poseidon_ptr.o11);
    let poseidon_ptr = poseidon_ptr + Permutation.SIZE;
    return (digest=digest, capacity=rest);
}

// Digest of one block under a tag of its own.
func hash_block{poseidon_ptr: Permutation*}(low: Quad, high: Quad, tag: felt) -> (digest: Quad) {
    let (digest: Quad, _: Quad) = permute(low, high, Quad(tag, 0, 0, 0));
    return (digest=digest);
}
