// refused: SignatureError, line 6
// A table's claim cannot carry a pointer.
%builtins output tape

func walk(p: felt*, n: felt) -> (x: felt) {
    if (n == 0) {
        return (x=0);
    }
    return walk(p, n - 1);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    let (x) = walk(tape_ptr, 2);
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
