// refused: CursorError, line 20
// The cursor of one builtin passed as that of another.
%builtins output range_check tape

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

func main{output_ptr: felt*, range_check_ptr, tape_ptr: felt*}() {
    alloc_locals;
    local tape_ptr: felt* = cast(range_check_ptr, felt*);
    let (sum) = count(2);
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}
