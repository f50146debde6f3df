"""What a verified book over batches proves, in words: for `plimsoll book verify` and for publications."""

from __future__ import annotations

from typing import Final

from plimsoll.cli.amounts import exact
from plimsoll.engine.book_claims import ClaimedFigure
from plimsoll.engine.decimals import PPM_DIGITS, format_decimal
from plimsoll.verifier.policy import hexadecimal
from plimsoll.verifier.whole_book import VerifiedWholeBook

NOT_BOUNDED: Final = "not bounded: customers may own any amount of it"


def shown_root(root: tuple[int, ...]) -> str:
    """The root as 64 hexadecimal digits."""
    return hexadecimal(root).replace(" ", "")


def book_figures_shown(verified: VerifiedWholeBook, quote: str) -> list[tuple[str, str]]:
    """Name and value of everything that the proofs establish."""
    claims, scenarios = verified.claims, verified.scenarios
    most = verified.shape.leaves * len(verified.batches.batches)
    count = len(verified.batches.batches)
    batches = "1 batch" if count == 1 else f"{count} batches"
    rows = [
        ("accounts", f"at most {most:,}, in {batches} ({verified.shape.name})"),
        ("below maintenance margin", _figure(claims.margin_gap, quote, "lacking")),
        ("deficit at the snapshot", _figure(claims.deficits[0], quote, "lacking")),
    ]
    for scenario, deficit, done in zip(scenarios.scenarios, claims.deficits[1:], verified.moves, strict=True):
        moves = f"prices move by {_percent(done.lowest)} to {_percent(done.highest)}"
        still = f", {done.still} of {done.prices} stand still" if done.still else ""
        rows.append((f"deficit in scenario {scenario.name}", f"{_figure(deficit, quote, 'lacking')}; {moves}{still}"))
    rows += [(f"liabilities in {name}", f"at most {amount} {name}") for name, amount in claims.liabilities.items()]
    rows += [(f"liabilities in {name}", NOT_BOUNDED) for name in verified.unbounded]
    if claims.totals is None:
        rows.append(("totals", "hidden; of each derivative longs equal shorts"))
    else:
        rows += [(f"total {name}", f"{one.long} long, {one.short} short") for name, one in claims.totals.items()]
    return rows


def fund_shown(verified: VerifiedWholeBook, quote: str) -> str:
    """The fund that deficits are within. It is a claim until its addresses sign."""
    return f"{exact(verified.claims.insurance_fund)} {quote}, not below any deficit"


def scenarios_shown(verified: VerifiedWholeBook) -> str:
    """Name, revision and digest of the scenario list: two lists of one name may move prices otherwise."""
    one = verified.scenarios
    return f"{one.name}, revision {one.revision}, {one.digest().hex()}"


def _percent(ppm: int) -> str:
    sign = "-" if ppm < 0 else "+"
    return f"{sign}{format_decimal(abs(ppm), PPM_DIGITS - 2)} %"


def _figure(claimed: ClaimedFigure, quote: str, verb: str) -> str:
    amount = f"{exact(claimed.amount)} {quote}"
    if claimed.exact:
        return f"{claimed.accounts} accounts, {verb} {amount}"
    if claimed.accounts is None:
        return f"{verb} at most {amount}"
    return f"at most {claimed.accounts} accounts, {verb} at most {amount}"
