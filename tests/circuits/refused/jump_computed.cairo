// refused: ControlFlowError, line 9
// A jump by a sum with a constant in it: the constant alone is not the distance.
// instead:     [ap] = 5, ap++;
%builtins output

func act() -> (x: felt) {
    alloc_locals;
    [ap] = 3, ap++;
    jmp rel [ap - 1] + 2;
    [ap] = 7, ap++;
    ret;
    [ap] = 8, ap++;
    ret;
}

func main{output_ptr: felt*}() {
    let (x) = act();
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
