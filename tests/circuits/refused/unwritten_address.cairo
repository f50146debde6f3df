// refused: UnwrittenError, line 9
// An address that the prover could choose.
// instead:     assert [output_ptr] = 1;
%builtins output

func main{output_ptr: felt*}() {
    alloc_locals;
    local p: felt*;
    assert [output_ptr] = [p];
    let output_ptr = output_ptr + 1;
    return ();
}
