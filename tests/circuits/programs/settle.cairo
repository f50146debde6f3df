// A sum of eleven coefficients, read from the tape, is not negative.
// tape: 0 0 0 0 0 0 0 0 0 0 0
// outputs: 1
// rejects: -1 0 0 0 0 0 0 0 0 0 0
// tape: -4096 1 0 0 0 0 0 0 0 0 0
// outputs: 1
// rejects: -4097 1 0 0 0 0 0 0 0 0 0
// rejects: 0 0 0 0 0 0 0 0 0 0 -1

%builtins output range_check tape

from lib.sums import Sum, settle
from lib.tape import read

func main{output_ptr: felt*, range_check_ptr, tape_ptr: felt*}() {
    alloc_locals;
    let (local c0) = read();
    let (local c1) = read();
    let (local c2) = read();
    let (local c3) = read();
    let (local c4) = read();
    let (local c5) = read();
    let (local c6) = read();
    let (local c7) = read();
    let (local c8) = read();
    let (local c9) = read();
    let (local c10) = read();
    settle(Sum(c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10));
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
