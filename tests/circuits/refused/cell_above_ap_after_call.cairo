// refused: FrameError, line 20
// After a recursive call, a cell at or above its ap is the callee's frame.
// instead:     assert [ap + 30] = 7;
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
    let (sum) = count(2);
    assert [fp + 10] = 7;
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}
