"""What a verified publication says, one line a figure, each with why to believe it."""

from __future__ import annotations

from typing import Any, Final

from plimsoll.cli.amounts import quantity
from plimsoll.engine.decimals import VALUE_DIGITS, format_decimal
from plimsoll.engine.fields import format_time
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.publication import VerifiedBundle

PROVEN: Final = ("proven", "Proven")
ATTESTED: Final = ("attested", "Signed")
CLAIMED: Final = ("claimed", "Claimed")
GROUP: Final = 8


def shown_figures(bundle: Bundle, verified: VerifiedBundle, signer_known: bool) -> list[dict[str, Any]]:
    """The figures. `signer_known` is whether the reader gave the key that signed."""
    snapshot, rules = bundle.snapshot, bundle.parameters
    attested = _attested(bundle, verified)
    found = [
        _figure("Accounts below their margin requirement", "none in the whole book", PROVEN),
        _figure("Strength of the proof", f"{int(verified.book.security_bits)} bits", PROVEN),
        _figure("Whose publication", bundle.manifest.venue, ATTESTED if signer_known else CLAIMED),
        _figure("Published", format_time(bundle.manifest.time), CLAIMED),
        _figure("Moment of the prices", format_time(snapshot.time), CLAIMED),
        _figure("Rules", f"{rules.name}, revision {rules.revision}", CLAIMED),
    ]
    for name, price in sorted(snapshot.prices.items()):
        one = rules.by_name[name]
        currency = snapshot.quote if one.kind == "spot" else one.currency
        label = ATTESTED if name in attested else CLAIMED
        found.append(_figure(f"Price of {name}", f"{_decimal(price)} {currency}", label))
    for what, table in (("Funding", snapshot.funding), ("Open interest", snapshot.open_interest)):
        found += [_figure(f"{what} of {name}", _decimal(value), CLAIMED) for name, value in sorted(table.items())]
    if verified.reserves and bundle.reserves:
        addresses = len(bundle.reserves.addresses)
        found.append(_figure("Reserve addresses signed for by their keys", str(addresses), ATTESTED))
        for what, sums in (
            ("Reserves", verified.reserves.reserves),
            ("Insurance fund", verified.reserves.insurance_fund),
        ):
            found += [_figure(f"{what} in {name}", _decimal(units), CLAIMED) for name, units in sorted(sums.items())]
    return found


def fingerprints(bundle: Bundle, verified: VerifiedBundle) -> list[dict[str, str]]:
    """What two customers read to each other to know that they were shown the same."""
    digests = {
        "Publication": verified.digest,
        "Root of the book": show_quad(verified.book.root),
        "Rules": bundle.parameters.digest().hex(),
        "Key that signed": bundle.signature.public_key.hex(),
    }
    return [{"label": label, "value": _grouped(text)} for label, text in digests.items()]


def _attested(bundle: Bundle, verified: VerifiedBundle) -> set[str]:
    """A derivative's price is in its own currency, which a price reporter's report does not know."""
    signed = set(verified.prices.attested) if verified.prices else set()
    quote = bundle.snapshot.quote
    return signed - {one.name for one in bundle.parameters.instruments if one.kind != "spot" and one.currency != quote}


def _figure(label: str, value: str, trust: tuple[str, str]) -> dict[str, Any]:
    return {"label": label, "value": value, "trust": trust[0], "trust_word": trust[1]}


def _decimal(value: int) -> str:
    return quantity(format_decimal(value, VALUE_DIGITS))


def _grouped(text: str) -> str:
    return " ".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))
