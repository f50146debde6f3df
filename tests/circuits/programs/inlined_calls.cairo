// Inlined calls, locals, structures, constants and a quotient by a constant.
// tape: 5 7
// outputs: 36 6 12
// rejects: 5
// rejects: 5 7 9

%builtins output tape

const FACTOR = 3;

struct Pair {
    a: felt,
    b: felt,
}

func read{tape_ptr: felt*}() -> (x: felt) {
    let x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    return (x=x);
}

func scaled(p: Pair) -> (sum: felt, half: felt) {
    alloc_locals;
    local sum = FACTOR * (p.a + p.b);
    return (sum=sum, half=(p.a + p.b) / 2);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    alloc_locals;
    let (local a) = read();
    let (local b) = read();
    let (local sum, local half) = scaled(Pair(a, b));
    assert [output_ptr] = sum;
    assert [output_ptr + 1] = half;
    assert [output_ptr + 2] = a + b;
    let output_ptr = output_ptr + 3;
    return ();
}
