"""The figures of a verdict as lines for people: made by a worker, compared by its service with what that knows itself.

A worker reads strangers' bytes. What only it can know (amounts, counts) is its word, as the verdict is. With what the
service knows without a proof the lines must agree, or there is no verdict.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import parse_time
from plimsoll.engine.problems import RefusedValueError, printable
from plimsoll.service.models import MAX_LINES, MAX_TEXT, PUBLICATION, Found, Line
from plimsoll.verifier.figures import ACCEPTED, ATTESTED, MANIFEST, MOMENT, PROOF, ROOT, RULES, Figure

MAX_BYTES: Final = 1 << 19
"""Of all lines as JSON: a market of the largest size with its reserves, and half of what a worker may answer."""
_ALWAYS: Final = frozenset({"addresses whose keys signed for this book", PROOF, MANIFEST})
"""What a publication has signed whatever the service was told; all else that is attested needs an oracle set."""


class ContradictionError(PlimsollError):
    """A worker's lines are not those of the statement that it says it verified, or of the question."""


def lines_of(figures: Sequence[Figure]) -> tuple[tuple[Line, ...], int]:
    """Lines in the order of the figures, as many as fit into `MAX_BYTES`, and how many are left out."""
    lines: list[Line] = []
    size = 0
    for one in figures:
        line = Line.model_validate({"figure": plain(one.what), "value": plain(one.value), "label": one.label})
        size += len(json.dumps(line.model_dump(mode="json"))) + 2
        if size > MAX_BYTES or len(lines) == MAX_LINES:
            break
        lines.append(line)
    return tuple(lines), len(figures) - len(lines)


def plain(text: str) -> str:
    """One line of text without control characters, cut to what a line may have."""
    text = printable(text)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + "..."


def check_lines(found: Found, *, rules: bool, oracles: bool) -> None:
    """The lines have each fixed figure once and with the statement's value, and call nothing more than it can be.

    Args:
        rules: the request says which rules it accepts.
        oracles: the service was told whose prices it accepts.

    Raises:
        ContradictionError: there is no verdict then.
    """
    statement, whole = found.statement, found.statement.kind == PUBLICATION
    fixed = {ROOT: statement.root.hex()}
    if whole:
        fixed |= {MANIFEST: statement.statement.hex(), RULES: statement.parameters.hex()}
        fixed[PROOF] = str(found.figures.get("proof_sha256"))
    for name, value in fixed.items():
        _same(name, [one.value for one in found.lines if one.figure == name], [value])
    if whole:
        _same(MOMENT, _seconds(found), [statement.snapshot_time])
    for name, digest in {"root": statement.root, "program": statement.program}.items():
        _same(name, found.figures.get(name), digest.hex())
    for line in found.lines:
        if line.label == ACCEPTED and not rules:
            raise ContradictionError(f"{line.figure} is accepted by nobody")
        if line.label == ATTESTED and not oracles and line.figure not in _ALWAYS:
            raise ContradictionError(f"{line.figure} is attested by nobody")


def _seconds(found: Found) -> list[int]:
    try:
        return [parse_time(one.value) // 1_000_000 for one in found.lines if one.figure == MOMENT]
    except RefusedValueError as error:
        raise ContradictionError(f"{MOMENT}: {error}") from None


def _same(name: str, found: object, expected: object) -> None:
    if found != expected:
        raise ContradictionError(f"{name}: expected {expected}, got {found}")
