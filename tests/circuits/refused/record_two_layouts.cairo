// refused: SignatureError
// A table has one record layout.
// in: -
%builtins output schedule

struct Record {
    price: felt,
    size: felt,
    rate: felt,
}
struct Small {
    price: felt,
    size: felt,
}
func size{schedule_ptr: Small*}() -> (x: felt) {
    return (x=schedule_ptr.size);
}

func main{output_ptr: felt*, schedule_ptr: Record*}() {
    let small = cast(schedule_ptr, Small*);
    let (x) = size{schedule_ptr=small}();
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
