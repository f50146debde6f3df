// refused: ControlFlowError, line 9
// Loops must be recursive functions.
// instead:     [ap] = 6, ap++;
%builtins output

func act() {
    again:
    [ap] = 5, ap++;
    jmp again;
    ret;
}

func main{output_ptr: felt*}() {
    act();
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
