// refused: ControlFlowError, line 9
// The frame would have a length that is computed.
// instead:     ap += 3;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    tempvar x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    ap += [fp];
    return ();
}
