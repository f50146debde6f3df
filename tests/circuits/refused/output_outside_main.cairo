// refused: SignatureError, line 6
// Only main's claim reaches the public values.
%builtins output tape

func emit{output_ptr: felt*}() {
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    emit();
    return ();
}
