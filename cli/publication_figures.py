"""What a verified publication says, a line each, with the reason to believe it."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.cli.amounts import exact
from plimsoll.cli.whole_book import NOT_BOUNDED, book_figures_shown, fund_shown, scenarios_shown
from plimsoll.engine.decimals import PPM_DIGITS, format_decimal
from plimsoll.engine.fields import format_time
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.publication import VerifiedBundle
from plimsoll.verifier.whole_book import VerifiedWholeBook

PROVEN, ATTESTED, CLAIMED, ACCEPTED = "proven", "attested", "claimed", "accepted"


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
        Figure("root of the book", show_quad(verified.book.root), PROVEN),
        Figure("proven bits", f"{verified.book.security_bits:.1f}, profile {verified.book.profile}", PROVEN),
        Figure("rules", f"{bundle.parameters.name}, revision {bundle.parameters.revision}", CLAIMED),
        Figure("digest of the rules", bundle.parameters.digest().hex(), ACCEPTED if rules else CLAIMED),
        Figure("digest of the customers' nonce", verified.book.nonce_digest, CLAIMED),
        Figure("digest of the proof", verified.book.proof_digest, ATTESTED),
        Figure("time of the snapshot", format_time(snapshot.time), CLAIMED),
        Figure("published by the venue at", format_time(bundle.manifest.time), CLAIMED),
        Figure("manifest", verified.digest, ATTESTED),
    ]
    attested = set(verified.prices.attested) if verified.prices else set()
    for name, price in sorted(snapshot.prices.items()):
        label = ATTESTED if name in attested else CLAIMED
        found.append(Figure(f"price of {name}", f"{exact(price)} {_currency(bundle, name)}", label))
    for one in bundle.parameters.instruments:
        if one.kind == "spot" and one.currency == snapshot.quote:
            found.append(Figure(f"price of {one.name}: the quote currency's own coin", f"1 {snapshot.quote}", CLAIMED))
    for what, table in (("funding", snapshot.funding), ("open interest", snapshot.open_interest)):
        found += [Figure(f"{what} of {name}", exact(value), CLAIMED) for name, value in sorted(table.items())]
    if verified.reserves:
        listed = bundle.reserves.addresses if bundle.reserves else ()
        found.append(Figure("addresses whose keys signed for this book", str(len(listed)), ATTESTED))
        for what, sums in (("reserves", verified.reserves.reserves), ("fund", verified.reserves.insurance_fund)):
            found += [Figure(f"{what} in {name}", exact(units), CLAIMED) for name, units in sorted(sums.items())]
        for name, coins in verified.reserves.assets.items():
            found += [Figure(f"counted as {name}", coin, CLAIMED) for coin in coins]
        for chain, (height, block) in verified.reserves.blocks.items():
            found.append(Figure(f"block of {chain} at which to look", f"{height}, 0x{block.hex()}", CLAIMED))
    return found


def _of_the_book(verified: VerifiedBundle, quote: str, stress: bool) -> list[Figure]:
    """What its proofs establish, and whether listed coins cover it."""
    book = verified.book
    if not isinstance(book, VerifiedWholeBook):
        return [Figure("every account meets its maintenance margin", book.shape.name, PROVEN)]
    found = [
        Figure(name, value, CLAIMED if value == NOT_BOUNDED else PROVEN)
        for name, value in book_figures_shown(book, quote)
    ]
    found.append(Figure("list of scenarios", scenarios_shown(book), ACCEPTED if stress else CLAIMED))
    found.append(Figure("insurance fund", fund_shown(book, quote), CLAIMED))
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
            value = f"{exact(worth)} {quote}, not below the deficit"
            found.append(Figure(f"worth of the fund's addresses at {place}", value, CLAIMED))
    return found


def _currency(bundle: Bundle, name: str) -> str:
    one = bundle.parameters.by_name[name]
    return bundle.snapshot.quote if one.kind == "spot" else one.currency
