// refused: SignatureError, line 6
// A table's claim cannot carry a pointer.
%builtins output tape

func walk{tape_ptr: felt*}(n: felt) -> (p: felt*) {
    if (n == 0) {
        return (p=tape_ptr);
    }
    return walk(n - 1);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    let (p) = walk(2);
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
