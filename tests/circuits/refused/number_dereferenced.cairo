// refused: PointerError, line 9
// A number from the tape is no address.
// instead:     assert [output_ptr] = x;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    let x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    assert [output_ptr] = [cast(x, felt*)];
    let output_ptr = output_ptr + 1;
    return ();
}
