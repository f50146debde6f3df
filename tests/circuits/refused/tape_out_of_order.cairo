// refused: CursorError, line 8
// The tape is read in order: the witness program has no other place to read it.
// instead:     tempvar y = [tape_ptr];
// instead:     tempvar z = [tape_ptr + 1];
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    tempvar y = [tape_ptr + 1];
    tempvar x = [tape_ptr];
    let tape_ptr = tape_ptr + 2;
    assert [output_ptr] = x + 10 * y;
    let output_ptr = output_ptr + 1;
    return ();
}
