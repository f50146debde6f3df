// refused: ControlFlowError, line 9
// The frame would have a length that is computed, and [ap] could be any cell: for a tape of 3 it is [fp + 4].
// instead:     ap += 5;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    tempvar x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    ap += [fp];
    assert [fp + 4] = 6;
    [ap] = 5, ap++;
    [ap] = [fp - 4], ap++;
    [ap] = [fp - 3] + 1, ap++;
    ret;
}
