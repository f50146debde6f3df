// refused: CursorError, line 15
// The cursor of a read-only table never moves.
%builtins output schedule

struct Record {
    price: felt,
    size: felt,
    rate: felt,
}

func main{output_ptr: felt*, schedule_ptr: Record*}() {
    assert [output_ptr] = schedule_ptr.price;
    let output_ptr = output_ptr + 1;
    let schedule_ptr = schedule_ptr + Record.SIZE;
    return ();
}
