// refused: FrameError, line 7
// A first write below the arguments would define a cell of the caller's frame.
// instead:     assert [fp] = 4;
%builtins output

func main{output_ptr: felt*}() {
    assert [fp - 4] = 4;
    assert [output_ptr] = 4;
    let output_ptr = output_ptr + 1;
    return ();
}
