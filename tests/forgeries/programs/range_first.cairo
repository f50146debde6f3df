// A number is range-checked by the cell alone: nothing else is ever asserted about it.

%builtins output range_check tape

func main{output_ptr: felt*, range_check_ptr, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    assert [range_check_ptr] = x;
    let range_check_ptr = range_check_ptr + 1;
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
