// A function with the name of a builtin. Its claim is its depth alone, and a range check's message is the number alone:
// on one bus, a row of the function at depth x would be a range check of x.

%builtins output range_check tape

func range_check{tape_ptr: felt*}() {
    alloc_locals;
    local more = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    if (more == 0) {
        return ();
    }
    range_check();
    return ();
}

func main{output_ptr: felt*, range_check_ptr, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    assert [range_check_ptr] = x;
    let range_check_ptr = range_check_ptr + 1;
    range_check();
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
