// refused: PointerError, line 10
// A cursor moved by a variable could skip cells.
// instead:     tempvar y = tape_ptr + 1;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    tempvar y = tape_ptr + x;
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
