// A record's field is asserted before anything of it is read: x comes from the prover.

%builtins output tape schedule

struct Record {
    price: felt,
    size: felt,
}

func main{output_ptr: felt*, tape_ptr: felt*, schedule_ptr: Record*}() {
    alloc_locals;
    local index = [tape_ptr];
    local x = [tape_ptr + 1];
    let tape_ptr = tape_ptr + 2;
    let r = schedule_ptr[index];
    assert r.price = x;
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
