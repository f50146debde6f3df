// refused: PointerError, line 10
// A pointer has no value to compare with zero.
// instead:     if (x == 0) {
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    if (cast(tape_ptr, felt) == 0) {
        tempvar y = 5;
    } else {
        tempvar y = 6;
    }
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
