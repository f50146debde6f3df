// Range checks in limbs of 12 bits. The field has 64 bits, so functions of cairo-lang's own library (bounds of 2^128)
// must not be used here. A hint proposes limbs: the last argument is cut, the first locals receive them.

// 0 <= x < 2^12.
func range_check{range_check_ptr}(x: felt) {
    assert [range_check_ptr] = x;
    let range_check_ptr = range_check_ptr + 1;
    return ();
}

// 0 <= x < 2^24.
func check24{range_check_ptr}(x: felt) {
    alloc_locals;
    local l0;
    local l1;
    %{ limbs(memory, fp, 2) %}
    assert x = l0 + 2 ** 12 * l1;
    range_check(l0);
    range_check(l1);
    return ();
}

// 0 <= x < 2^60.
func check60{range_check_ptr}(x: felt) {
    alloc_locals;
    local l0;
    local l1;
    local l2;
    local l3;
    local l4;
    %{ limbs(memory, fp, 5) %}
    assert x = l0 + 2 ** 12 * (l1 + 2 ** 12 * (l2 + 2 ** 12 * (l3 + 2 ** 12 * l4)));
    range_check(l0);
    range_check(l1);
    range_check(l2);
    range_check(l3);
    range_check(l4);
    return ();
}

// For |x| < 2^59: x = low + 2^24 * carry with 0 <= low < 2^24 and |carry| <= 2^35.
func carry{range_check_ptr}(x: felt) -> (carry: felt) {
    alloc_locals;
    local l0;
    local l1;
    local l2;
    local l3;
    local l4;
    %{ limbs(memory, fp, 5, 2 ** 59) %}
    assert x + 2 ** 59 = l0 + 2 ** 12 * (l1 + 2 ** 12 * (l2 + 2 ** 12 * (l3 + 2 ** 12 * l4)));
    range_check(l0);
    range_check(l1);
    range_check(l2);
    range_check(l3);
    range_check(l4);
    return (carry=l2 + 2 ** 12 * (l3 + 2 ** 12 * l4) - 2 ** 35);
}
