// refused: SignatureError
// Entries of three cells: the third would be posted as a key.
// in: -
%builtins ledger

struct Entry {
    key: felt,
    amount: felt,
    more: felt,
}

func main{ledger_ptr: Entry*}() {
    assert ledger_ptr.key = 5;
    assert ledger_ptr.amount = 5;
    assert ledger_ptr.more = 5;
    let ledger_ptr = ledger_ptr + Entry.SIZE;
    return ();
}
