// refused: CursorError, line 16
// The cursor that a recursive call returned must be returned.
// instead:     let tape_ptr = current;
// instead:     return (sum=sum);
%builtins output tape

func twice{tape_ptr: felt*}(n: felt) -> (sum: felt) {
    alloc_locals;
    if (n == 0) {
        return (sum=0);
    }
    local start: felt* = tape_ptr;
    let (sum) = twice(n - 1);
    let current = tape_ptr;
    let tape_ptr = start;
    return (sum=sum);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    let (sum) = twice(2);
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}
