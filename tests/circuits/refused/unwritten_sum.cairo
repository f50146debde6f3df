// refused: UnwrittenError, line 10
// One assertion cannot define two cells.
// instead:     assert x = 3;
%builtins output

func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    local y;
    assert 7 = x + y;
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
