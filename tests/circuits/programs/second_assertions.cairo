// A second assertion about a cell is a constraint.
// tape: 6 6
// outputs: 6
// rejects: 6 7

%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    local y = [tape_ptr + 1];
    let tape_ptr = tape_ptr + 2;
    assert x = y;
    assert [output_ptr] = x;
    assert [output_ptr] = y;
    let output_ptr = output_ptr + 1;
    return ();
}
