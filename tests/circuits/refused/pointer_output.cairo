// refused: PointerError, line 7
// An address is no output.
// instead:     assert [output_ptr] = 1;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    assert [output_ptr] = cast(tape_ptr, felt);
    let output_ptr = output_ptr + 1;
    return ();
}
