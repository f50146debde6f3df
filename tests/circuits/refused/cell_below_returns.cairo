// refused: FrameError, line 20
// Below a recursive call's results is the callee's frame.
// instead:     assert [output_ptr] = [ap - 1];
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
    assert [output_ptr] = [ap - 3];
    let output_ptr = output_ptr + 1;
    return ();
}
