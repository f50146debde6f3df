// A tape pointer that is an ordinary argument. Declared as a cursor that is not returned, it is used twice.

%builtins output tape

func count(start: felt*, n: felt) -> (sum: felt) {
    if (n == 0) {
        return (sum=0);
    }
    alloc_locals;
    local x = [start];
    let (rest) = count(start + 1, n - 1);
    return (sum=rest + x);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    let (local a) = count(tape_ptr, 2);
    let (local b) = count(tape_ptr, 2);
    assert [output_ptr] = a + 10 * b;
    let output_ptr = output_ptr + 1;
    return ();
}
