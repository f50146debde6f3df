// The prover's private input: a tape that is read in order, each cell once. Nothing is known about a cell's value.

func read{tape_ptr: felt*}() -> (x: felt) {
    let x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    return (x=x);
}
