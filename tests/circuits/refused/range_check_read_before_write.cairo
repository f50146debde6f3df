// refused: UnwrittenError, line 8
// A cell of range_check is checked, not chosen.
// instead:     assert [range_check_ptr] = 9;
// instead:     assert [output_ptr] = 9;
%builtins output range_check

func main{output_ptr: felt*, range_check_ptr}() {
    assert [output_ptr] = [range_check_ptr];
    let range_check_ptr = range_check_ptr + 1;
    let output_ptr = output_ptr + 1;
    return ();
}
