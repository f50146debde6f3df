// refused: UnwrittenError, line 11
// A square does not define its root.
// instead:     assert y = 3 * 3;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x;
    let y = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    assert y = x * x;
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
