// Two recursive functions. With the name of one given to the other, their claims would share a bus.

%builtins output tape

func one(n: felt) -> (x: felt) {
    if (n == 0) {
        return (x=1);
    }
    return one(n - 1);
}

func two(n: felt) -> (x: felt) {
    if (n == 0) {
        return (x=2);
    }
    return two(n - 1);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    let (local x) = one(0);
    let (local y) = two(0);
    assert [output_ptr] = x;
    assert [output_ptr + 1] = y;
    let output_ptr = output_ptr + 2;
    return ();
}
