// A product beyond degree three.

%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    tempvar x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    assert [output_ptr] = x * x * x * x * x * x * x;
    let output_ptr = output_ptr + 1;
    return ();
}
