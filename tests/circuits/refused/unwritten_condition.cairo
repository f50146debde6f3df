// refused: UnwrittenError, line 9
// A condition that the prover could choose.
// instead:     if (5 == 0) {
%builtins output

func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    if (x == 0) {
        assert [output_ptr] = 1;
    } else {
        assert [output_ptr] = 2;
    }
    let output_ptr = output_ptr + 1;
    return ();
}
