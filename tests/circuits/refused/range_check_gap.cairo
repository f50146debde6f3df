// refused: CursorError, line 8
// A cell that is skipped.
%builtins range_check

func main{range_check_ptr}() {
    assert [range_check_ptr + 1] = 5;
    let range_check_ptr = range_check_ptr + 2;
    return ();
}
