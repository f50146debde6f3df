// refused: CursorError, line 13
// A key without its amount.
%builtins ledger

struct Entry {
    key: felt,
    amount: felt,
}

func main{ledger_ptr: Entry*}() {
    assert ledger_ptr.key = 5;
    let ledger_ptr = cast(ledger_ptr + 1, Entry*);
    return ();
}
