// refused: CursorError, line 9
// A path that reads one cell and returns the cursor as it came.
// instead:         return (sum=0);
%builtins output tape

func last{tape_ptr: felt*}(n: felt) -> (sum: felt) {
    if (n == 0) {
        let x = [tape_ptr];
        return (sum=x);
    }
    return last(n - 1);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    let (sum) = last(2);
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}
