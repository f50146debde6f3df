"""What changed between two publications: what each says, side by side. Nothing is verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from plimsoll.cli.amounts import exact
from plimsoll.engine.book_claims import BookClaims, ClaimedFigure
from plimsoll.engine.decimals import PPM_DIGITS, format_decimal
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.ethereum import show_address
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, is_batch_name

COMPARED: Final = (
    "venue, its key, rules, book root, kind of statement, claims (failing accounts, margin gap, deficits, insurance "
    "fund, bounds, totals, scenarios), prices and reserves"
)
NONE: Final = "none"


def changes(old: Bundle, new: Bundle) -> list[str]:
    """What changed, a line each: rules first, since they decide what a proof means.

    Raises:
        BundleError, InputError: a file of one of them breaks its form.
    """
    lines = []
    if old.signature.public_key != new.signature.public_key:
        lines.append("venue's key: another")
    if old.parameters.digest() != new.parameters.digest():
        before, after = ({one.name: one for one in b.parameters.instruments} for b in (old, new))
        changed = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
        lines += [f"rules of {name}: removed" for name in sorted(before.keys() - after.keys())]
        lines += [f"rules of {name}: new" for name in sorted(after.keys() - before.keys())]
        lines += [f"rules of {name}: changed" for name in changed]
        lines.append(f"rules: revision {old.parameters.revision} to {new.parameters.revision}")
        if old.parameters.revision >= new.parameters.revision:
            lines.append("rules: changed without a higher revision")
    if old.is_whole and new.is_whole:
        first, second = _scenarios(old), _scenarios(new)
        if first.digest() != second.digest() and first.revision >= second.revision:
            lines.append("list of scenarios: changed without a higher revision")
    before_said, after_said = dict(_said(old)), dict(_said(new))
    for what in before_said | after_said:
        a, b = before_said.get(what, NONE), after_said.get(what, NONE)
        if a != b:
            lines.append(f"{what}: {a} to {b}")
    for what, a_there, b_there in (
        ("attestation of prices", old.attestation is not None, new.attestation is not None),
        ("reserves", old.reserves is not None, new.reserves is not None),
    ):
        if a_there != b_there:
            lines.append(f"{what}: {'new' if b_there else 'gone'}")
    return lines


def _said(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Each figure's name and value."""
    yield "venue", bundle.manifest.venue
    yield "book root", show_quad(bundle.manifest.root)
    if bundle.is_whole:
        batches = sum(map(is_batch_name, bundle.files))
        yield "statement", f"whole book, {batches} {'batch' if batches == 1 else 'batches'}"
        yield from _claimed(bundle)
    else:
        yield "statement", "strict (every account meets its maintenance margin, in one proof)"
    snapshot = bundle.snapshot
    for what, table in (
        ("price", snapshot.prices),
        ("funding", snapshot.funding),
        ("open interest", snapshot.open_interest),
    ):
        for name, value in sorted(table.items()):
            yield f"{what} of {name}", exact(value)
    for purpose in ("reserve", "insurance fund"):
        for name, units in sorted(_held(bundle, purpose).items()):
            yield f"{purpose} (claimed) of {name}", exact(units)
    for one in bundle.reserves.addresses if bundle.reserves else ():
        yield f"address {show_address(one.address)} on {one.chain}", one.purpose


def _claimed(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """What a whole book's claims say, in the order of `verify`."""
    claims, scenarios = BookClaims.parse(bundle.files[CLAIMS], CLAIMS), _scenarios(bundle)
    gap = claims.margin_gap
    yield "accounts below maintenance margin", _count(gap)
    yield "margin gap", _amount(gap)
    places = ["at the snapshot", *(f"in scenario {one.name}" for one in scenarios.scenarios)]
    for i, deficit in enumerate(claims.deficits):
        # nothing is verified: claims may have more deficits than there are scenarios
        place = places[i] if i < len(places) else f"number {i}"
        yield f"accounts with a deficit {place}", _count(deficit)
        yield f"deficit {place}", _amount(deficit)
    yield "list of scenarios", f"{scenarios.name}, revision {scenarios.revision}, {scenarios.digest().hex()}"
    yield "insurance fund that is claimed", exact(claims.insurance_fund)
    yield "promised surplus of reserves", f"{format_decimal(claims.surplus, PPM_DIGITS - 2)} %"
    for name, bound in claims.liabilities.items():
        yield f"bound of liabilities in {name}", bound
    yield "totals", "hidden" if claims.totals is None else "shown"
    for name, one in (claims.totals or {}).items():
        yield f"total {name}", f"{one.long} long, {one.short} short"


def _scenarios(bundle: Bundle) -> ScenarioList:
    return ScenarioList.parse(bundle.files[SCENARIOS], SCENARIOS)


def _count(figure: ClaimedFigure) -> str:
    if figure.accounts is None:
        return "hidden"
    return str(figure.accounts) if figure.exact else f"at most {figure.accounts}"


def _amount(figure: ClaimedFigure) -> str:
    return exact(figure.amount) if figure.exact else f"at most {exact(figure.amount)}"


def _held(bundle: Bundle, purpose: str) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for one in bundle.reserves.addresses if bundle.reserves else ():
        if one.purpose == purpose:
            for balance in one.balances:
                sums[balance.instrument] += balance.units
    return dict(sums)
