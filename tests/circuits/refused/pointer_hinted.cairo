// refused: PointerError, line 10
// A hint is given field elements only.
%builtins output tape

func check(x: felt) {
    alloc_locals;
    local l0;
    local l1;
    %{ limbs(memory, fp, 2) %}
    assert 5 = l0 + 2 ** 12 * l1;
    return ();
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    check(cast(tape_ptr, felt));
    assert [output_ptr] = 1;
    let output_ptr = output_ptr + 1;
    return ();
}
