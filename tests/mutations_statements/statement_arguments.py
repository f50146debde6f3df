"""Why a check that no lie was found for may go: by what it is about. None where there is no argument."""

from __future__ import annotations

from statement_judge import Mutant
from statement_search import columns_in, results_of, steps_of, table_of

from plimsoll.circuits.compiler.builtins import LEDGER_BUS, RANGE_BUS

COMPLETE = "completeness only: without its claim a call cannot be made, and every run makes one"
DETERMINED = (
    "implied: the ledger's equation of the key makes the amount, as a field element, the sum of what is posted, which "
    "is bounded where it is posted"
)
TOP_LIMB = (
    "implied up to a factor below 2: the same limb times 2^8 (2^2) is looked up, so it is v / 2^8 with v < 2^12 and the "
    "amount stays below 2^52 + 2^48 (2^58 + 2^56)"
)
DESCENT = (
    "implied: a row with n = 0 would ask for one with n - 1, and so on for p rows, more than tables have; only the row "
    "that ends a recursion asks for none, and it has n = 0"
)
ROWS = "implied: the number of rows is a public value, and the verifier compares it with the instrument table"
COUNT = "implied: a count of n needs n rows of holdings whose keys ascend, six a row and below 2^14: n is below 2^12"
NO_LIABILITY = (
    "implied: without the calls nothing closes the keys of liabilities, so the ledger has none of them to bound"
)


def argument(mutant: Mutant) -> str | None:
    """One line, or None."""
    program, name, place = mutant.program, mutant.table, mutant.place
    table = table_of(program, name)
    if mutant.kind == "constraint":
        used = columns_in(table, table.constraints[place])
        steps = steps_of(program, name)
        if any(s["op"] == "inverse" and s["column"] in used for s in steps):
            return DESCENT
        if closes(program, name, used):
            return DETERMINED
        return None
    message = table.messages[place]
    used = {c for f in message.fields for c in columns_in(table, f)}
    if message.bus.startswith("fn:"):
        if message.weight:
            return NO_LIABILITY if message.bus == "fn:assets" else None
        return COMPLETE
    if message.bus == RANGE_BUS:
        [column] = used
        if closes(program, name, used):
            return DETERMINED
        if sum(m.bus == RANGE_BUS and columns_in(table, m.fields[0]) == used for m in table.messages) == 2:
            return TOP_LIMB
        if column in counts(program, name):
            return COUNT
        if name == "main" and program != "account" and column == results_of(steps_of(program, name)[1])[0]:
            return ROWS
    return None


def counts(program: str, name: str) -> list[int]:
    """The count of rows in a leaf's header."""
    tapes = [s["column"] for s in steps_of(program, name) if s["op"] == "tape"]
    if name == "subtree.z.nz":
        return [tapes[10]]
    return [tapes[30]] if (program, name) == ("account", "main") else []


def closes(program: str, name: str, used: set[int]) -> bool:
    """Whether columns are, or are limbs of, an amount that closes a key."""
    if name not in ("close.nz", "instruments.nz", "figures.nz", "assets.nz"):
        return False
    table = table_of(program, name)
    amounts: set[int] = set()
    cells = {s["column"] for s in steps_of(program, name) if s["op"] == "tape"}
    for message in table.messages:
        if message.bus == LEDGER_BUS:
            amounts |= columns_in(table, message.count) & cells
    if name == "assets.nz":
        amounts -= {sorted(cells)[2]}
    for step in steps_of(program, name):
        if step["op"] == "limbs":
            of = {c for _, columns in step["poly"] for c in columns}
            if len(of) == 1 and of <= amounts and used & set(results_of(step)):
                return used <= of | set(results_of(step)) | {0}
    return False
