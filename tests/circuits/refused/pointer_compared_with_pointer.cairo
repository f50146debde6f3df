// refused: PointerError, line 10
// Two cursors are never the same address.
// instead:     assert x = x;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    assert cast(tape_ptr, felt) = cast(output_ptr, felt);
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
