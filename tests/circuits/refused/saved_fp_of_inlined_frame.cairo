// refused: FrameError, line 12
// Above the arguments of an inlined call stand its saved fp and pc.
// instead:     assert [output_ptr] = [ap - 1];
%builtins output

func one() -> (x: felt) {
    return (x=1);
}

func main{output_ptr: felt*}() {
    one();
    assert [output_ptr] = [ap - 3];
    let output_ptr = output_ptr + 1;
    return ();
}
