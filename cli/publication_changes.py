"""What changed between two publications."""

from __future__ import annotations

from plimsoll.cli.amounts import exact
from plimsoll.verifier.bundle import Bundle


def changes(old: Bundle, new: Bundle) -> list[str]:
    """What changed, a line each: rules first, since they decide what a proof means."""
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
    compared = [("price", old.snapshot.prices, new.snapshot.prices)]
    for purpose in ("reserve", "insurance fund"):
        compared.append((f"{purpose} (claimed)", _held(old, purpose), _held(new, purpose)))
    for what, before_values, after_values in compared:
        for name in sorted(before_values.keys() | after_values.keys()):
            a, b = before_values.get(name), after_values.get(name)
            if a != b:
                lines.append(f"{what} of {name}: {_or_none(a)} to {_or_none(b)}")
    for what, a_there, b_there in (
        ("attestation of prices", old.attestation is not None, new.attestation is not None),
        ("reserves", old.reserves is not None, new.reserves is not None),
    ):
        if a_there != b_there:
            lines.append(f"{what}: {'new' if b_there else 'gone'}")
    return lines


def _held(bundle: Bundle, purpose: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in bundle.reserves.addresses if bundle.reserves else ():
        if one.purpose == purpose:
            for balance in one.balances:
                sums[balance.instrument] = sums.get(balance.instrument, 0) + balance.units
    return sums


def _or_none(value: int | None) -> str:
    return "none" if value is None else exact(value)
