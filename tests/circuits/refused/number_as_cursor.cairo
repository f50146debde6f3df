// refused: CursorError, line 19
// A number passed as a cursor.
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
    let tape_ptr = cast(7, felt*);
    let (sum) = count(2);
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}
