// refused: UnwrittenError, line 15
// An amount that the program does not say is the prover's choice.
// instead:     assert ledger_ptr.amount = 7;
// instead:     let amount = ledger_ptr.amount;
%builtins output ledger

struct Entry {
    key: felt,
    amount: felt,
}

func main{output_ptr: felt*, ledger_ptr: Entry*}() {
    assert [output_ptr] = 1;
    assert ledger_ptr.key = 5;
    let amount = ledger_ptr.amount;
    assert [output_ptr + 1] = amount;
    let ledger_ptr = ledger_ptr + Entry.SIZE;
    let output_ptr = output_ptr + 2;
    return ();
}
