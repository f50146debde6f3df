// One branch: is the tape's cell zero?

%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    tempvar x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    if (x == 0) {
        assert [output_ptr] = 1;
    } else {
        assert [output_ptr] = 2;
    }
    let output_ptr = output_ptr + 1;
    return ();
}
