// refused: UnwrittenError, line 9
// A local that nothing is asserted about would be a free column.
// instead:     assert [output_ptr] = 5;
%builtins output

func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
