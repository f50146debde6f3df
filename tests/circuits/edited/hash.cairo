// Two permutations: one output of the first is read, none of the second.

%builtins output poseidon tape

from lib.hashing import Permutation

func main{output_ptr: felt*, poseidon_ptr: Permutation*, tape_ptr: felt*}() {
    assert poseidon_ptr.i0 = 0;
    assert poseidon_ptr.i1 = 1;
    assert poseidon_ptr.i2 = 2;
    assert poseidon_ptr.i3 = 3;
    assert poseidon_ptr.i4 = 4;
    assert poseidon_ptr.i5 = 5;
    assert poseidon_ptr.i6 = 6;
    assert poseidon_ptr.i7 = 7;
    assert poseidon_ptr.i8 = 8;
    assert poseidon_ptr.i9 = 9;
    assert poseidon_ptr.i10 = 10;
    assert poseidon_ptr.i11 = 11;
    assert [output_ptr] = poseidon_ptr.o0;
    let output_ptr = output_ptr + 1;
    let poseidon_ptr = poseidon_ptr + Permutation.SIZE;
    assert poseidon_ptr.i0 = 0;
    assert poseidon_ptr.i1 = 1;
    assert poseidon_ptr.i2 = 2;
    assert poseidon_ptr.i3 = 3;
    assert poseidon_ptr.i4 = 4;
    assert poseidon_ptr.i5 = 5;
    assert poseidon_ptr.i6 = 6;
    assert poseidon_ptr.i7 = 7;
    assert poseidon_ptr.i8 = 8;
    assert poseidon_ptr.i9 = 9;
    assert poseidon_ptr.i10 = 10;
    assert poseidon_ptr.i11 = 11;
    let poseidon_ptr = poseidon_ptr + Permutation.SIZE;
    return ();
}
