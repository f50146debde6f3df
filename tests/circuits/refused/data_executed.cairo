// refused: InstructionError, line 7
// A data word that is no canonical instruction.
// instead:     [ap] = 5, ap++;
%builtins output

func act() {
    dw 1234567;
    ret;
}

func main{output_ptr: felt*}() {
    act();
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
