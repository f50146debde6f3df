// refused: UnwrittenError, line 10
// A quotient by something that may be zero is not determined.
// instead:     assert [output_ptr] = x * y;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    let x = [tape_ptr];
    let y = [tape_ptr + 1];
    let tape_ptr = tape_ptr + 2;
    assert [output_ptr] = x / y;
    let output_ptr = output_ptr + 1;
    return ();
}
