// A cell of the tape is asserted before it is read.
// tape: 7
// outputs: 7
// rejects: 8

%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    assert [tape_ptr] = 7;
    assert [output_ptr] = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    let output_ptr = output_ptr + 1;
    return ();
}
