"""Lies about the proof itself: parts flipped, cut, extended, written otherwise, or taken from another proof."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from vector_edits import Base, Edit, Fault

from plimsoll.circuits.field import P

FLIPS = {
    "commitment-main": ("commitment main", "main", "constraints"),
    "commitment-permutation": ("commitment permutation", "permutation", "constraints"),
    "commitment-quotient": ("commitment quotient", "quotient", "constraints"),
    "commitment-random": ("commitment random", "random", "constraints"),
    "terminal": ("terminal", "holdings.z", "constraints"),
    "opened-main": ("opened main columns", "holdings.nz", "constraints"),
    "opened-quotient": ("opened quotient chunks", "poseidon", "constraints"),
    "opened-permutation": ("opened permutation columns", "range_check", "constraints"),
    "opened-running-sum-next": ("opened running sum, next row", "root", "constraints"),
    "opened-fractions-next": ("opened fractions, next row", "root", "transcript"),
    "opened-masks": ("opened masks of the constraints", "main", "transcript"),
    "opened-codewords": ("opened random codewords", "quotient", "transcript"),
    "commitment-fold": ("commitment of a fold", "fold 1", "transcript"),
    "final-polynomial": ("final polynomial", "final polynomial", "transcript"),
    "work-queries": ("work for queries", "queries", "transcript"),
    "work-lookups": ("work for lookups", "lookup", "transcript"),
    "work-zeta": ("work for zeta", "zeta", "transcript"),
    "work-batching": ("work for batching", "batching", "transcript"),
    "work-fold": ("work for a fold", "fold 0", "transcript"),
    "rows-random": ("rows", "random", "openings"),
    "rows-main": ("rows", "main", "openings"),
    "rows-quotient": ("rows", "quotient", "openings"),
    "rows-permutation": ("rows", "permutation", "openings"),
    "salts-main": ("salts", "main", "openings"),
    "siblings-main": ("siblings", "main", "openings"),
    "rows-fold": ("rows of a fold", "fold 0", "openings"),
    "salts-fold": ("salts", "fold 2", "openings"),
    "siblings-fold": ("siblings", "fold 1", "openings"),
}
"""Name: part of the body, which one, and where its lowest bit is missed."""


def faults(base: Base, other: Base) -> Iterator[Fault]:
    """`other` is the proof of another root."""
    for name, (group, which, step) in FLIPS.items():
        yield Fault(f"{name}-flipped", f"one bit of the proof: {group}", step, edits=[base.flip(group, which)])
    yield from _heights(base)
    yield from _lengths(base)
    yield from _claims(base)
    yield from _other_encodings(base)
    yield from _splices(base, other)


def _heights(base: Base) -> Iterator[Fault]:
    tables = base.read.expected.book.tables
    names = [table.name for table in tables.instance_tables()]
    at = base.part("degree bits", "degree bits").start
    for name, by, lie in (
        ("root", 1, "a root table of twice the height, with a second active row"),
        ("holdings.nz", 1, "twice the rows of holdings"),
        ("range_check", -1, "half of the range check"),
        ("rom:schedule", 40, "a schedule of 2^49 rows"),
    ):
        place = at + names.index(name)
        edit = base.put(f"degree bits, {name}", place, place + 1, bytes([base.data[place] + by]))
        yield Fault(f"height-{name.replace(':', '-').replace('.', '-')}{by:+d}", lie, "heights", edits=[edit])


def _lengths(base: Base) -> Iterator[Fault]:
    end = len(base.data)
    cuts = {
        "by-one-byte": end - 1,
        "by-one-sibling": end - 32,
        "at-terminals": base.part("terminal", "root").start,
        "at-final-polynomial": base.part("final polynomial", "final polynomial").start,
        "at-rows": base.part("rows", "main").start,
    }
    for name, at in cuts.items():
        yield Fault(f"body-cut-{name}", "the proof ends early", "encoding", edits=[base.cut(at)])
    for count in (1, 8, 32):
        edit = base.put("after the end", end, end, bytes(count))
        yield Fault(f"body-extended-by-{count}", f"{count} zero bytes after the end", "encoding", edits=[edit])
    twice = {"base": base.name, "start": base.body_start, "stop": end}
    edit = {"part": "after the end", "start": end, "stop": end, "take": twice}
    yield Fault("body-twice", "the proof stands twice", "encoding", edits=[edit])
    last = base.part("siblings", "fold 3")
    (count,) = struct.unpack_from("<I", base.data, last.start - 4)
    for name, number, by in (("added", count + 1, bytes(32)), ("missing", count - 1, b"")):
        counted = base.put("number of siblings, fold 3", last.start - 4, last.start, struct.pack("<I", number))
        changed = base.put("siblings, fold 3", last.stop - (0 if by else 32), last.stop, by)
        lie = f"a Merkle sibling {name}, and counted so"
        yield Fault(f"sibling-{name}", lie, "openings", edits=[counted, changed])
    most = base.put("number of siblings, fold 3", last.start - 4, last.start, struct.pack("<I", (1 << 32) - 1))
    yield Fault("siblings-4-billion", "2^32 - 1 Merkle siblings", "encoding", edits=[most])


def _claims(base: Base) -> Iterator[Fault]:
    edits = [_added(base, ("terminal", name), by) for name, by in (("holdings.nz", 1), ("range_check", -1))]
    lie = "a terminal is raised by one and another lowered, so that they still sum to zero"
    yield Fault("terminals-moved", lie, "constraints", edits=edits)
    part = base.part("final polynomial", "final polynomial")
    zeros = base.put("final polynomial", part.start, part.stop, bytes(part.stop - part.start))
    yield Fault("final-polynomial-zero", "the final polynomial is zero", "transcript", edits=[zeros])


def _added(base: Base, part: tuple[str, str], by: int) -> Edit:
    return base.number(*part, (base.element(*part) + by) % P)


def _other_encodings(base: Base) -> Iterator[Fault]:
    for name, (group, which) in {
        "lookups": ("work for lookups", "lookup"),
        "zeta": ("work for zeta", "zeta"),
        "batching": ("work for batching", "batching"),
        "fold": ("work for a fold", "fold 3"),
    }.items():
        assert base.element(group, which) == 0
        lie = f"the witness of no work ({name}) as p in the place of 0: the same element"
        yield Fault(f"zero-as-p-{name}", lie, "encoding", edits=[base.number(group, which, P)])
    for name, (group, which) in {
        "opened": ("opened main columns", "root"),
        "rows": ("rows", "main"),
        "salts": ("salts", "permutation"),
        "last-rows": ("rows of a fold", "fold 3"),
    }.items():
        edit = base.number(group, which, (1 << 64) - 1)
        yield Fault(f"above-p-{name}", f"2^64 - 1 as an element: {group}", "encoding", edits=[edit])


def _splices(base: Base, other: Base) -> Iterator[Fault]:
    end = ("siblings", "fold 3")
    for name, first, last, step in (
        ("body", ("degree bits", "degree bits"), end, "constraints"),
        ("after-commitments", ("terminal", "root"), end, "constraints"),
        (
            "claims",
            ("opened masks of the constraints", "root"),
            ("opened random codewords", "permutation"),
            "constraints",
        ),
        ("after-claims", ("work for batching", "batching"), end, "transcript"),
        ("openings", ("rows", "random"), end, "openings"),
        ("rows-main", ("rows", "main"), ("siblings", "main"), "openings"),
        ("folds", ("rows of a fold", "fold 0"), end, "openings"),
    ):
        lie = f"{', '.join(first)} up to {', '.join(last)} of a proof about another root"
        yield Fault(f"splice-{name}", lie, step, edits=[base.take(first, last, other)])
    values = other.statement.public_values
    edit = base.state("root and commitment", public_values=values)
    yield Fault("splice-statement", "root and commitment of another book", "constraints", edits=[edit])
