// refused: BuiltinError, line 20
// An address that is not a multiple of the record is not an index.
// instead:     local x = [cast(schedule_ptr, felt*) + 3 * index];
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
    local x = [cast(schedule_ptr, felt*) + index];
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
