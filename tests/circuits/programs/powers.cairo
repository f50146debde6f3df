// Products beyond degree three get columns of their own; a condition may be of any degree.
// tape: 2
// outputs: 128 1
// tape: 1
// outputs: 1 0

%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    local x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    assert [output_ptr] = x * x * x * x * x * x * x;
    if (x * x * x == 1) {
        assert [output_ptr + 1] = 0;
    } else {
        assert [output_ptr + 1] = 1;
    }
    let output_ptr = output_ptr + 2;
    return ();
}
