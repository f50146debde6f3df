// refused: FrameError, line 7
// [fp - 2] holds the caller's fp: a pointer into its frame.
// instead:     assert [fp + 9] = 3;
%builtins output

func main{output_ptr: felt*}() {
    assert [fp - 2] = 3;
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
