// refused: PointerError, line 17
// Pointer arithmetic on a record is not an index into the table.
// instead:     local s: Record* = r;
%builtins output tape schedule

struct Record {
    price: felt,
    size: felt,
    rate: felt,
}

func main{output_ptr: felt*, tape_ptr: felt*, schedule_ptr: Record*}() {
    alloc_locals;
    local index = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    local r: Record* = schedule_ptr + Record.SIZE * index;
    local s: Record* = r + Record.SIZE * index;
    assert [output_ptr] = r.price;
    let output_ptr = output_ptr + 1;
    return ();
}
