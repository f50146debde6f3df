// refused: ControlFlowError, line 7
// The place of the program in memory is not known. (Relative to here, it would be `late`.)
// instead:     [ap] = 5, ap++;
%builtins output

func main{output_ptr: felt*}() {
    call abs 10;
    late();
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}

func late() {
    return ();
}
