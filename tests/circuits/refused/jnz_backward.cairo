// refused: ControlFlowError, line 11
// Loops must be recursive functions.
// instead:     [ap] = 6, ap++;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    tempvar x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    again:
    [ap] = 5, ap++;
    jmp again if [fp] != 0;
    return ();
}
