// refused: CursorError, line 25
// Two calls would read the same cells of the tape.
// instead:     let tape_ptr = current;
// instead:     let (local b) = count(2);
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
    local start: felt* = tape_ptr;
    let (local a) = count(2);
    let current = tape_ptr;
    let tape_ptr = start;
    let (local b) = count(2);
    assert [output_ptr] = a + b;
    let output_ptr = output_ptr + 1;
    return ();
}
