// refused: ControlFlowError, line 10
// Control may leave a function by a call or return only.
%builtins output

func jumps() {
    jmp rel 3;
    ret;
}
func other() {
    ret;
}

func main{output_ptr: felt*}() {
    call jumps;
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
