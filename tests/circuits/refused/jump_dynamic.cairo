// refused: ControlFlowError, line 8
// A jump to a place that is computed.
// instead:     [ap] = 5, ap++;
%builtins output

func act() {
    [ap] = 2, ap++;
    jmp rel [ap - 1];
    ret;
}

func main{output_ptr: felt*}() {
    act();
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
