// refused: UnwrittenError, line 6
// Output is written; nothing determines an unwritten cell.
%builtins output

func main{output_ptr: felt*}() {
    assert [output_ptr + 1] = [output_ptr];
    let output_ptr = output_ptr + 2;
    return ();
}
