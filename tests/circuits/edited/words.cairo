// One instruction of each kind, of which a word is changed.

%builtins output tape

func none() {
    ret;
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    ap += 2;
    tempvar x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    tempvar y = x * x;
    tempvar z = 5;
    none();
    jmp there;
    there:
    jmp here if x != 0;
    here:
    assert [output_ptr] = 3;
    let output_ptr = output_ptr + 1;
    return ();
}
