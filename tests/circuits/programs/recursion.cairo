// Recursion through two functions: is a number of the tape even? And locals beside recursive calls.
// tape: 4 9
// outputs: 1 13
// tape: 3 1
// outputs: 0 4

%builtins output tape

func even(n: felt) -> (yes: felt) {
    if (n == 0) {
        return (yes=1);
    }
    return odd(n - 1);
}

func odd(n: felt) -> (yes: felt) {
    if (n == 0) {
        return (yes=0);
    }
    return even(n - 1);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local n = [tape_ptr];
    local m = [tape_ptr + 1];
    let tape_ptr = tape_ptr + 2;
    let (local yes) = even(n);
    assert [output_ptr] = yes;
    assert [output_ptr + 1] = n + m;
    let output_ptr = output_ptr + 2;
    return ();
}
