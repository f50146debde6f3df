"""What was verified, in words: each figure of a publication or of a whole book, with the reason to believe it.

Nothing is checked here. The command line, the service and the customers' page all show these lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from plimsoll.engine.book_claims import ClaimedFigure
from plimsoll.engine.decimals import PPM_DIGITS, VALUE_DIGITS, format_decimal
from plimsoll.engine.fields import format_time
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.verifier.book import VerifiedBook
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.policy import hexadecimal
from plimsoll.verifier.publication import VerifiedBundle
from plimsoll.verifier.whole_book import VerifiedWholeBook

PROVEN, ATTESTED, CLAIMED, ACCEPTED = "proven", "attested", "claimed", "accepted"
ROOT, RULES, PROOF = "root of the book", "digest of the rules", "digest of the proof"
MOMENT, MANIFEST = "time of the snapshot", "manifest"
REPORTS: Final = "prices reported, none after the snapshot"
"""Names of figures that whoever shows them looks for."""
NOT_BOUNDED: Final = "not bounded: customers may own any amount of it"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a verified publication: what, its value, and why to believe it."""

    what: str
    value: str
    label: str


def figures(bundle: Bundle, verified: VerifiedBundle, *, rules: bool = False, stress: bool = False) -> list[Figure]:
    """One line a figure: proven by a proof, attested by a signature, or only claimed by the venue; the rules accepted
    by the reader where she gave them (`rules`)."""
    snapshot = bundle.snapshot
    found = [
        *_of_the_book(verified, snapshot.quote, stress),
        *_of_the_proof(verified.book),
        Figure("rules", f"{bundle.parameters.name}, revision {bundle.parameters.revision}", CLAIMED),
        Figure(RULES, bundle.parameters.digest().hex(), ACCEPTED if rules else CLAIMED),
        Figure("digest of the customers' nonce", verified.book.nonce_digest, CLAIMED),
        Figure(PROOF, verified.book.proof_digest, ATTESTED),
        Figure(MOMENT, format_time(snapshot.time), CLAIMED),
        Figure("published by the venue at", format_time(bundle.manifest.time), CLAIMED),
        Figure(MANIFEST, verified.digest, ATTESTED),
    ]
    if verified.prices and bundle.attestation:
        times = sorted(one.time for one in bundle.attestation.reports)
        found.append(Figure(REPORTS, f"from {format_time(times[0])} to {format_time(times[-1])}", ATTESTED))
    attested = set(verified.prices.attested) if verified.prices else set()
    for name, price in sorted(snapshot.prices.items()):
        label = ATTESTED if name in attested else CLAIMED
        found.append(Figure(f"price of {name}", f"{_exact(price)} {_currency(bundle, name)}", label))
    for one in bundle.parameters.instruments:
        if one.kind == "spot" and one.currency == snapshot.quote:
            found.append(Figure(f"price of {one.name}: the quote currency's own coin", f"1 {snapshot.quote}", CLAIMED))
    for what, table in (("funding", snapshot.funding), ("open interest", snapshot.open_interest)):
        found += [Figure(f"{what} of {name}", _exact(value), CLAIMED) for name, value in sorted(table.items())]
    if verified.reserves:
        listed = bundle.reserves.addresses if bundle.reserves else ()
        found.append(Figure("addresses whose keys signed for this book", str(len(listed)), ATTESTED))
        for what, sums in (("reserves", verified.reserves.reserves), ("fund", verified.reserves.insurance_fund)):
            found += [Figure(f"{what} in {name}", _exact(units), CLAIMED) for name, units in sorted(sums.items())]
        for name, coins in verified.reserves.assets.items():
            found += [Figure(f"counted as {name}", coin, CLAIMED) for coin in coins]
        for chain, (height, block) in verified.reserves.blocks.items():
            found.append(Figure(f"block of {chain} at which to look", f"{height}, 0x{block.hex()}", CLAIMED))
    return found


def proof_figures(book: VerifiedBook) -> list[Figure]:
    """What one proof of a book says by itself, for whoever gave snapshot and rules."""
    return [_all_covered(book), *_of_the_proof(book)]


def _all_covered(book: VerifiedBook) -> Figure:
    return Figure("every account meets its maintenance margin", book.shape.name, PROVEN)


def _of_the_proof(book: VerifiedBook | VerifiedWholeBook) -> list[Figure]:
    return [
        Figure(ROOT, show_quad(book.root), PROVEN),
        Figure("proven bits", f"{book.security_bits:.1f}, profile {book.profile}", PROVEN),
    ]


def _of_the_book(verified: VerifiedBundle, quote: str, stress: bool) -> list[Figure]:
    """What its proofs establish, and whether listed coins cover it."""
    book = verified.book
    if not isinstance(book, VerifiedWholeBook):
        return [_all_covered(book)]
    found = figures_of_book(book, quote, stress=stress)
    if verified.coverage is None:
        return found
    for currency, ratio in verified.coverage.ratios.items():
        value = "nothing is owed" if ratio is None else f"at least {format_decimal(ratio, PPM_DIGITS - 2)} %"
        found.append(Figure(f"reserves of {currency} over liabilities", value, CLAIMED))
    if book.claims.surplus:
        least = f"{format_decimal(book.claims.surplus, PPM_DIGITS - 2)} %, held"
        found.append(Figure("surplus of reserves that is promised", least, CLAIMED))
    if verified.coverage.fund is not None:
        places = ("the snapshot", *(f"scenario {one.name}" for one in book.scenarios.scenarios))
        for place, worth in zip(places, verified.coverage.fund, strict=True):
            value = f"{_exact(worth)} {quote}, not below the deficit"
            found.append(Figure(f"worth of the fund's addresses at {place}", value, CLAIMED))
    return found


def _currency(bundle: Bundle, name: str) -> str:
    one = bundle.parameters.by_name[name]
    return bundle.snapshot.quote if one.kind == "spot" else one.currency


def shown_root(root: tuple[int, ...]) -> str:
    """The root as 64 hexadecimal digits."""
    return hexadecimal(root).replace(" ", "")


def figures_of_book(verified: VerifiedWholeBook, quote: str, *, stress: bool = False) -> list[Figure]:
    """Everything that the proofs of a whole book are about: what they establish, what is only claimed, and the list of
    scenarios, which the reader may have accepted (`stress`). Whoever shows a line shows its label."""
    claims, scenarios = verified.claims, verified.scenarios
    most = verified.shape.leaves * len(verified.batches.batches)
    count = len(verified.batches.batches)
    batches = "1 batch" if count == 1 else f"{count} batches"
    rows = [
        Figure("accounts", f"at most {most:,}, in {batches} ({verified.shape.name})", PROVEN),
        Figure("below maintenance margin", below_margin(verified, quote), PROVEN),
        Figure("deficit at the snapshot", _figure(claims.deficits[0], quote, "lacking"), PROVEN),
    ]
    for scenario, deficit, done in zip(scenarios.scenarios, claims.deficits[1:], verified.moves, strict=True):
        moves = f"prices move by {_percent(done.lowest)} to {_percent(done.highest)}"
        still = f", {done.still} of {done.prices} stand still" if done.still else ""
        text = f"{_figure(deficit, quote, 'lacking')}; {moves}{still}"
        rows.append(Figure(f"deficit in scenario {scenario.name}", text, PROVEN))
    for name, amount in claims.liabilities.items():
        rows.append(Figure(f"liabilities in {name}", f"at most {amount} {name}", PROVEN))
    # nothing is established of these: never under "proven"
    rows += [Figure(f"liabilities in {name}", NOT_BOUNDED, CLAIMED) for name in verified.unbounded]
    if claims.totals is None:
        rows.append(Figure("totals", "hidden; of each derivative longs equal shorts", PROVEN))
    else:
        for name, one in claims.totals.items():
            rows.append(Figure(f"total {name}", f"{one.long} long, {one.short} short", PROVEN))
    rows.append(Figure("list of scenarios", scenarios_shown(scenarios), ACCEPTED if stress else CLAIMED))
    rows.append(Figure("insurance fund", fund_shown(verified, quote), CLAIMED))
    return rows


def below_margin(verified: VerifiedWholeBook, quote: str) -> str:
    """How many accounts are below maintenance margin and what they lack, as is proven."""
    return _figure(verified.claims.margin_gap, quote, "lacking")


def fund_shown(verified: VerifiedWholeBook, quote: str) -> str:
    """The fund that deficits are within. It is a claim until its addresses sign."""
    return f"{_exact(verified.claims.insurance_fund)} {quote}, not below any deficit"


def scenarios_shown(one: ScenarioList) -> str:
    """Name, revision and digest of the scenario list: two lists of one name may move prices otherwise."""
    without_effect = "; its moves of volatility change nothing here" if one.moves_volatility else ""
    return f"{one.name}, revision {one.revision}, {one.digest().hex()}{without_effect}"


def _exact(value: int) -> str:
    """A value of 10^-20 units as the shortest exact decimal string."""
    return format_decimal(value, VALUE_DIGITS)


def _percent(ppm: int) -> str:
    sign = "-" if ppm < 0 else "+"
    return f"{sign}{format_decimal(abs(ppm), PPM_DIGITS - 2)} %"


def _figure(claimed: ClaimedFigure, quote: str, verb: str) -> str:
    amount = f"{_exact(claimed.amount)} {quote}"
    if claimed.exact:
        return f"{claimed.accounts} accounts, {verb} {amount}"
    if claimed.accounts is None:
        return f"{verb} at most {amount}"
    return f"at most {claimed.accounts} accounts, {verb} at most {amount}"
