// refused: PointerError, line 10
// A pointer has no value to multiply.
// instead:     tempvar y = 3 * x;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    tempvar y = cast(tape_ptr, felt) * x;
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
