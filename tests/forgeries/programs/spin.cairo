// A recursion that ends for x = 0 and never for another x: no honest run has an output then.

%builtins output tape

func spin(x: felt) -> (y: felt) {
    alloc_locals;
    if (x == 0) {
        return (y=0);
    }
    let (local y) = spin(x);
    return (y=y);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    let (local y) = spin(x);
    assert [output_ptr] = y;
    let output_ptr = output_ptr + 1;
    return ();
}
