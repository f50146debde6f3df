// refused: CursorError, line 7
// As many cells as the cursor moves, but one of them is the caller's.
// instead:     assert [range_check_ptr] = 5;
%builtins range_check

func main{range_check_ptr}() {
    assert [range_check_ptr - 1] = 5;
    let range_check_ptr = range_check_ptr + 1;
    return ();
}
