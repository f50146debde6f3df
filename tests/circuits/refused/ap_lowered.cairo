// refused: ControlFlowError, line 8
// Lowering ap is nothing that compiled code does.
// instead:     ap += 1;
%builtins output

func main{output_ptr: felt*}() {
    [ap] = 5, ap++;
    ap += (-1);
    return ();
}
