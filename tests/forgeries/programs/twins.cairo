// Two functions of one signature and different meaning: add_up(n) = n and nothing(n) = 0.

%builtins output tape

func add_up{tape_ptr: felt*}(n: felt) -> (sum: felt) {
    alloc_locals;
    if (n == 0) {
        return (sum=0);
    }
    let (local rest) = add_up(n - 1);
    return (sum=rest + 1);
}

func nothing{tape_ptr: felt*}(n: felt) -> (sum: felt) {
    alloc_locals;
    if (n == 0) {
        return (sum=0);
    }
    let (local rest) = nothing(n - 1);
    return (sum=rest);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local n = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    let (local a) = add_up(n);
    let (local b) = nothing(n);
    assert [output_ptr] = a;
    assert [output_ptr + 1] = b;
    let output_ptr = output_ptr + 2;
    return ();
}
