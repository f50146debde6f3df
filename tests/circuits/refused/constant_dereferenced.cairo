// refused: PointerError, line 8
// Address 5 is nothing: the program segment is not data.
// instead:     assert [output_ptr] = p;
%builtins output

func main{output_ptr: felt*}() {
    tempvar p = 5;
    assert [output_ptr] = [cast(p, felt*)];
    let output_ptr = output_ptr + 1;
    return ();
}
