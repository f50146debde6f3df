// refused: BuiltinError, line 21
// The cell before a record is the one before.
// instead:     local x = [r + 0];
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
    local r: felt* = cast(schedule_ptr + Record.SIZE * index, felt*);
    local x = [r - 1];
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
