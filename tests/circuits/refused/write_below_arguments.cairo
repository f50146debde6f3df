// refused: FrameError, line 8
// A first write below the arguments would define a cell of the caller's frame, which may hold something else.
// instead:         assert [fp + 9] = 8;
%builtins output

func below(n: felt) -> (x: felt) {
    if (n == 0) {
        assert [fp - 4] = 8;
        return (x=1);
    }
    return below(n - 1);
}

func main{output_ptr: felt*}() {
    tempvar seven = 7;
    let (x) = below(0);
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
