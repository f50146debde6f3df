// Twelve-bit range checks.
// tape: 0 4095
// outputs: 4095
// rejects: 0 4096
// rejects: -1 5

%builtins output range_check tape

func main{output_ptr: felt*, range_check_ptr, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    local y = [tape_ptr + 1];
    let tape_ptr = tape_ptr + 2;
    assert [range_check_ptr] = x;
    assert [range_check_ptr + 1] = y;
    let range_check_ptr = range_check_ptr + 2;
    assert [output_ptr] = x + y;
    let output_ptr = output_ptr + 1;
    return ();
}
