// The ledger: entries (key, amount). Over a whole run the amounts of each key sum to zero in the field, so what some rows
// post one row must close. Each program's bounds keep every sum of amounts below p.

struct Entry {
    key: felt,
    amount: felt,
}

func post{ledger_ptr: Entry*}(key: felt, amount: felt) {
    assert ledger_ptr.key = key;
    assert ledger_ptr.amount = amount;
    let ledger_ptr = ledger_ptr + Entry.SIZE;
    return ();
}
