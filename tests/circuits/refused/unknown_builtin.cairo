// refused: SignatureError, line 6
// Plimsoll has no pedersen builtin.
%builtins output pedersen

func main{output_ptr: felt*, pedersen_ptr: felt*}() {
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
