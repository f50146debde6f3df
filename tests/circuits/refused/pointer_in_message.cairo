// refused: PointerError, line 22
// A claim carries field elements only.
// instead:     let (sum) = count(x);
%builtins output tape

// Recursive, hence a table: its calls are messages.
func count{tape_ptr: felt*}(n: felt) -> (sum: felt) {
    alloc_locals;
    if (n == 0) {
        return (sum=0);
    }
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    let (rest) = count(n - 1);
    return (sum=rest + x);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    let (sum) = count(cast(tape_ptr, felt));
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
