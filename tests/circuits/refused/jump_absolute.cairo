// refused: ControlFlowError, line 7
// The place of the program in memory is not known.
// instead:     [ap] = 5, ap++;
%builtins output

func act() {
    jmp abs 4;
    [ap] = 5, ap++;
    ret;
}

func main{output_ptr: felt*}() {
    act();
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
