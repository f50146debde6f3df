// refused: CursorError, line 7
// The cells before the incoming cursor are the caller's.
// instead:     assert [output_ptr] = 1;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    assert [output_ptr] = [tape_ptr - 1];
    let output_ptr = output_ptr + 1;
    return ();
}
