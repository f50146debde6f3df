// refused: SignatureError, line 6
// A bus has one width: main must always output as many values.
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    tempvar x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    assert [output_ptr] = x;
    if (x == 0) {
        let output_ptr = output_ptr + 1;
        return ();
    }
    assert [output_ptr + 1] = x;
    let output_ptr = output_ptr + 2;
    return ();
}
