// refused: PathError, line 6
// Each path would be a table: 128 of them.
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    tempvar x0 = [tape_ptr + 0];
    if (x0 == 0) {
        tempvar y = 1;
    } else {
        tempvar y = 2;
    }
    tempvar x1 = [tape_ptr + 1];
    if (x1 == 0) {
        tempvar y = 1;
    } else {
        tempvar y = 2;
    }
    tempvar x2 = [tape_ptr + 2];
    if (x2 == 0) {
        tempvar y = 1;
    } else {
        tempvar y = 2;
    }
    tempvar x3 = [tape_ptr + 3];
    if (x3 == 0) {
        tempvar y = 1;
    } else {
        tempvar y = 2;
    }
    tempvar x4 = [tape_ptr + 4];
    if (x4 == 0) {
        tempvar y = 1;
    } else {
        tempvar y = 2;
    }
    tempvar x5 = [tape_ptr + 5];
    if (x5 == 0) {
        tempvar y = 1;
    } else {
        tempvar y = 2;
    }
    tempvar x6 = [tape_ptr + 6];
    if (x6 == 0) {
        tempvar y = 1;
    } else {
        tempvar y = 2;
    }
    let tape_ptr = tape_ptr + 7;
    return ();
}
