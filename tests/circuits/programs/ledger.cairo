// Rows post amounts under keys; main closes each key once with its total.
// tape: 3 1 10 2 20 1 5 15 20
// outputs: 15 20
// tape: 2 1 10 1 -10 0 0
// outputs: 0 0
// tape: 1 3 0 0 0
// outputs: 0 0
// rejects: 3 1 10 2 20 1 5 15 21
// rejects: 3 1 10 2 20 3 5 10 20
// rejects: 3 1 10 2 20 1 5 20 15

%builtins output tape ledger

from lib.ledger import Entry, post
from lib.tape import read

func entries{tape_ptr: felt*, ledger_ptr: Entry*}(n: felt) {
    alloc_locals;
    if (n == 0) {
        return ();
    }
    let (local key) = read();
    let (local amount) = read();
    post(key, amount);
    return entries(n - 1);
}

func main{output_ptr: felt*, tape_ptr: felt*, ledger_ptr: Entry*}() {
    alloc_locals;
    let (local n) = read();
    entries(n);
    let (local first) = read();
    let (local second) = read();
    post(1, -first);
    post(2, -second);
    assert [output_ptr] = first;
    assert [output_ptr + 1] = second;
    let output_ptr = output_ptr + 2;
    return ();
}
