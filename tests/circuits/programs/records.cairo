// Fields of records at computed addresses; the constant part of an address selects field and record.
// records: 10 20 30; 11 21 31; 12 22 32
// tape: 1
// outputs: 11 31 22 10
// rejects: 3

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
    let r = schedule_ptr[index];
    assert [output_ptr] = r.price;
    assert [output_ptr + 1] = r.rate;
    let next = schedule_ptr[index + 1];
    assert [output_ptr + 2] = next.size;
    assert [output_ptr + 3] = schedule_ptr.price;
    let output_ptr = output_ptr + 4;
    return ();
}
