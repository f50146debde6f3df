// refused: FrameError, line 12
// The address of a local is a pointer into the frame: it comes from a saved fp.
// instead:     local p = x;
%builtins output

from starkware.cairo.common.registers import get_fp_and_pc

func main{output_ptr: felt*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local x = 5;
    local p: felt* = &x;
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return ();
}
