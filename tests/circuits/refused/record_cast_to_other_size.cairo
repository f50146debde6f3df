// refused: BuiltinError, line 21
// A cast to a smaller record would read across records.
// instead:     local x = index;
%builtins output tape schedule

struct Record {
    price: felt,
    size: felt,
    rate: felt,
}
struct Small {
    price: felt,
    size: felt,
}

func main{output_ptr: felt*, tape_ptr: felt*, schedule_ptr: Record*}() {
    alloc_locals;
    local index = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    let r = cast(schedule_ptr, Small*)[index];
    local x = r.size;
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
