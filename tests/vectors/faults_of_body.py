"""Lies about the proof itself: parts flipped, cut, extended, written otherwise, or taken from another proof."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace

from vector_edits import Base, Edit, Fault

from plimsoll.circuits.field import P
from plimsoll.verifier.profile import STANDARD

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

GROUND_ELSEWHERE = {
    "folds": ("before the first fold", 1555055),
    "final-polynomial": ("before the final polynomial", 2421021),
}
"""By place: in words, and a witness of twenty bits of work there in the honest base's transcript (`work_elsewhere`)."""


def faults(base: Base, other: Base) -> Iterator[Fault]:
    """`other` is the proof of another root."""
    for name, (group, which, step) in FLIPS.items():
        yield Fault(f"{name}-flipped", f"one bit of the proof: {group}", step, edits=[base.flip(group, which)])
    yield from _heights(base)
    yield from _lengths(base)
    yield from _claims(base)
    yield from _other_encodings(base)
    yield from _splices(base, other)
    yield from _queries(base)
    yield from _polynomials(base)
    yield from _work(base, other)
    yield from _tables(base)


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


def _queries(base: Base) -> Iterator[Fault]:
    """Everything that a query opens is left out; the commitments stay."""
    names = [part.name for part in base.parts if part.group in ("rows", "rows of a fold")]
    groups = ("rows", "rows of a fold", "salts", "number of siblings", "siblings")
    edits = []
    for name in names:
        own = [part for part in base.parts if part.name == name and part.group in groups]
        edits.append(base.put(f"all that is opened, {name}", own[0].start, own[-1].stop, bytes(4)))
    lie = "no row is opened, of a hundred and twelve"
    yield Fault("queries-left-out", lie, "encoding", edits=edits)
    said = base.state("profile", profile=replace(STANDARD, queries=0))
    lie = "no queries, in the statement and in the body: nothing that was committed is opened"
    yield Fault("queries-none", lie, "policy", edits=[said, *edits])
    fewer = []
    for name in names:
        part = next(p for p in base.parts if p.name == name and p.group in ("rows", "rows of a fold"))
        size = (part.stop - part.start) // STANDARD.queries
        fewer.append(base.put(f"last query's rows, {name}", part.stop - size, part.stop, b""))
    yield Fault("queries-one-fewer", "the last query's rows are left out", "encoding", edits=fewer)


def _polynomials(base: Base) -> Iterator[Fault]:
    part = base.part("final polynomial", "final polynomial")
    size = part.stop - part.start
    for name, stop, put, lie in (
        ("longer", part.stop, bytes(size), "32 coefficients of zero more: the same polynomial"),
        ("longer-by-one", part.stop, bytes(24), "one coefficient of zero more: the same polynomial"),
    ):
        edit = base.put("after the final polynomial", stop, stop, put)
        yield Fault(f"final-polynomial-{name}", lie, "encoding", edits=[edit])
    shorter = base.put("last coefficient", part.stop - 24, part.stop, b"")
    yield Fault("final-polynomial-shorter", "31 coefficients", "encoding", edits=[shorter])
    said = base.state("profile", profile=replace(STANDARD, log_final_poly_len=6))
    longer = base.put("after the final polynomial", part.stop, part.stop, bytes(size))
    lie = "64 coefficients, as the statement says: the upper half zero"
    yield Fault("final-polynomial-64-in-full", lie, "policy", edits=[said, longer])


def _work(base: Base, other: Base) -> Iterator[Fault]:
    taken = base.take(("work for queries", "queries"), ("work for queries", "queries"), other)
    yield Fault("work-of-another-proof", "the witness of another proof's work", "transcript", edits=[taken])
    for name, (label, witness) in GROUND_ELSEWHERE.items():
        lie = f"twenty bits of work, done {label} and not where the queries are drawn"
        edit = base.number("work for queries", "queries", witness)
        yield Fault(f"work-done-{name}", lie, "transcript", edits=[edit])


def _tables(base: Base) -> Iterator[Fault]:
    """Parts of two tables of one height change places; a table more, or one fewer, or another order."""
    for name, (first, second), group, step in TABLES:
        a, b = base.part(group, first), base.part(group, second)
        assert a.stop - a.start == b.stop - b.start and a.stop <= b.start
        edits = [
            base.put(f"{group}, {first}", a.start, a.stop, base.data[b.start : b.stop]),
            base.put(f"{group}, {second}", b.start, b.stop, base.data[a.start : a.stop]),
        ]
        yield Fault(name, f"{first} and {second} change places: {group}", step, edits=edits)
    at = base.part("degree bits", "degree bits")
    order = base.data[at.start : at.stop]
    yield Fault(
        "order-of-tables",
        "the tables stand in another order: the last one first",
        "heights",
        edits=[base.put("degree bits", at.start, at.stop, order[-1:] + order[:-1])],
    )
    added = base.put("degree bits", at.stop, at.stop, order[-1:])
    yield Fault("table-added", "a further table's height after the last one's", "encoding", edits=[added])
    missing = base.put("degree bits", at.stop - 1, at.stop, b"")
    yield Fault("table-missing", "the last table's height is left out", "heights", edits=[missing])


TABLES = (
    ("order-of-terminals", ("root", "main"), "terminal", "constraints"),
    ("order-of-quotients", ("root", "main"), "opened quotient chunks", "constraints"),
)
