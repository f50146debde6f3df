// A condition that is constant where the function is inlined decides the path; a false assertion prunes one.
// tape: 0
// outputs: 5
// rejects: 1

%builtins output tape

func chosen(flag: felt) -> (x: felt) {
    if (flag == 0) {
        return (x=5);
    }
    return (x=6);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    let (local x) = chosen(0);
    local y = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    if (y != 0) {
        assert x = 6;
    }
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
