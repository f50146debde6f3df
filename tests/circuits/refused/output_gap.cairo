// refused: CursorError, line 9
// An unwritten cell of output would be a free public value.
%builtins output

func main{output_ptr: felt*}() {
    assert [output_ptr + 1] = 5;
    let output_ptr = output_ptr + 2;
    [ap] = 5, ap++;
    return ();
}
