"""Why a check that no lie was found for may go: by what it is about. None where there is no argument."""

from __future__ import annotations

from statement_judge import Mutant
from statement_search import columns_in, results_of, steps_of, table_of

from plimsoll.circuits.compiler.builtins import LEDGER_BUS, RANGE_BUS

KINDS = [("batch", "subtree.z.z"), ("batch", "subtree.z.nz"), ("totals", "join.z.z"), ("totals", "join.z.nz")]
"""Tables of a leaf or a slot: something, or nothing."""
COMPLETE = "completeness only: without its claim a call cannot be made, and every run makes one"
DETERMINED = (
    "implied: the ledger's equation of the key makes the amount, as a field element, the sum of what is posted; that "
    "is bounded where it is posted (2^14 leaves a batch, 64 batches, two instruments an asset, by the verifier's rules)"
)
DESCENT = (
    "implied: a row with n = 0 would ask for one with n - 1, and so on for p rows, more than tables have; only the row "
    "that ends a recursion asks for none, and it has n = 0"
)
LAST_CARRY = (
    "implied: the highest part is looked up below 2^36, and another low part of the last carry moves it by "
    "d (2^40 - 2^8) modulo p with 0 < |d| < 2^24: by more than 2^39 either way"
)
SPLIT = (
    "implied: parts of the total that are cut otherwise still add up to it, and so does what is left of the bound: as "
    "integers, since the carry is below 2^24"
)
SAME_TOTAL = (
    "implied: with the other limbs in range the carry is below 2^24, so both parts still stand for the same total, as "
    "integers: equal parts are of equal totals, shown parts are the verifier's, cut as they should be, and an asset's "
    "sums are of two instruments at most, cut again"
)
KIND = (
    "implied: the number read says which path the prover takes and nothing else, and is in no public value; either "
    "path proves all that it says of its slot"
)
NO_SUM = (
    "completeness only: nobody else closes the key, so nothing is owed in that part, and a sum stated in its range "
    "only makes the bound tighter"
)
ROWS = "implied: the number of rows is a public value, and the verifier compares it with the instrument table"
COUNT = "implied: a count of n needs n rows of holdings whose keys ascend, six a row and below 2^14: n is below 2^12"
NO_LIABILITY = (
    "implied: of assets left out nothing closes the keys, so the ledger has none of their liabilities to bound"
)


def argument(mutant: Mutant) -> str | None:
    """One line, or None."""
    program, name, place = mutant.program, mutant.table, mutant.place
    table = table_of(program, name)
    if mutant.kind == "constraint":
        used = columns_in(table, table.constraints[place])
        steps = steps_of(program, name)
        if kind(program, name) in used:
            return KIND
        if (program, name, place) == ("totals", "assets.z", 1):
            return NO_LIABILITY
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
    if mutant.kind == "message" and message.bus == LEDGER_BUS and (program, name) == ("totals", "assets.nz"):
        return NO_SUM
    if mutant.kind == "message" and message.bus == RANGE_BUS:
        [column] = used
        if closes(program, name, used):
            return DETERMINED
        if (program, name) == ("batch", "holdings.z") and column in last_carries():
            return LAST_CARRY
        normal = [s for s in steps_of(program, name) if s["op"] == "limbs"][8:]
        if name == "instruments.nz" and any(column in results_of(s)[:3] for s in normal):
            return SAME_TOTAL
        if name == "assets.nz" and column in results_of(steps_of(program, name)[6])[:3]:
            return SPLIT
        if column in counts(program, name):
            return COUNT
        if name == "main" and program != "account" and column == results_of(steps_of(program, name)[1])[0]:
            return ROWS
    return None


def kind(program: str, name: str) -> int:
    """The number by which the two paths of a leaf or slot are told apart; -1 in others."""
    if (program, name) not in KINDS:
        return -1
    return int(next(s["column"] for s in steps_of(program, name) if s["op"] == "tape"))


def last_carries() -> set[int]:
    """Limbs from the third on of the last of each five carries in `shortfall`."""
    steps = steps_of("batch", "holdings.z")
    return {column for f in range(5) for column in results_of(steps[6 + 7 * f])[2:]}


def counts(program: str, name: str) -> list[int]:
    """The count of rows in a leaf's header."""
    tapes = [s["column"] for s in steps_of(program, name) if s["op"] == "tape"]
    if name == "subtree.z.nz":
        return [tapes[10]]
    return [tapes[30]] if (program, name) == ("account", "main") else []


def closes(program: str, name: str, used: set[int]) -> bool:
    """Whether columns are, or are limbs of, an amount that closes a key: the first eight cuts of a row of totals, and
    the one of an asset's high part. Cuts that compare totals are others."""
    if name not in ("close.nz", "instruments.nz", "figures.nz", "assets.nz"):
        return False
    cuts = [s for s in steps_of(program, name) if s["op"] == "limbs"][: 1 if name == "assets.nz" else 8]
    for step in cuts:
        results = set(results_of(step))
        of = {c for _, columns in step["poly"] for c in columns}
        if used & results:
            return used <= of | results | {0}
    return False
