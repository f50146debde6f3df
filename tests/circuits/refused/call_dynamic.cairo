// refused: ControlFlowError, line 8
// A call to a place that is computed.
// instead:     [ap] = 5, ap++;
%builtins output

func main{output_ptr: felt*}() {
    [ap] = 5, ap++;
    call rel [ap - 1];
    return ();
}
