// refused: PointerError, line 8
// A claim carries field elements only.
// instead:         return (sum=0);
%builtins output tape

func count{tape_ptr: felt*}(n: felt) -> (sum: felt) {
    if (n == 0) {
        return (sum=cast(tape_ptr, felt));
    }
    return count(n - 1);
}

func main{output_ptr: felt*, tape_ptr: felt*}() {
    let (sum) = count(2);
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}
