// refused: SignatureError, line 14
// A second row of main could cancel the first one's entries.
// instead:     [ap] = 5, ap++;
// instead:     [ap] = output_ptr, ap++;
// instead:     [ap] = tape_ptr, ap++;
%builtins output tape

func main{output_ptr: felt*, tape_ptr: felt*}() {
    let x = [tape_ptr];
    let tape_ptr = tape_ptr + 1;
    if (x == 0) {
        return ();
    }
    main();
    return ();
}
