// refused: PointerError, line 7
// An address is no number to check.
// instead:     assert [range_check_ptr] = 1;
%builtins output range_check

func main{output_ptr: felt*, range_check_ptr}() {
    assert [range_check_ptr] = cast(output_ptr, felt);
    let range_check_ptr = range_check_ptr + 1;
    return ();
}
