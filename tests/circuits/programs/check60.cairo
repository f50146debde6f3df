// 0 <= x < 2^60.
// tape: 0
// outputs: 0
// tape: 1152921504606846975
// outputs: 1152921504606846975
// rejects: 1152921504606846976
// rejects: -1

%builtins output range_check tape

from lib.ranges import check60

func main{output_ptr: felt*, range_check_ptr, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    check60(x);
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
