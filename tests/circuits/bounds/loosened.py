"""Copies of the book's Cairo sources with one piece of text replaced, compiled by cairo-lang."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from machine import CIRCUITS

from plimsoll.circuits import toolchain
from plimsoll.circuits.program import Program


@dataclass(frozen=True)
class Change:
    """One replacement, and what the analysis must say: the table, a piece of the place, a piece of the message."""

    name: str
    file: str
    old: str
    new: str
    table: str
    place: str
    message: str


def compiled(change: Change, folder: Path) -> Program:
    """The book with the first occurrence of the old text replaced."""
    shutil.copytree(CIRCUITS / "lib", folder / "lib")
    shutil.copy(CIRCUITS / "book.cairo", folder / "book.cairo")
    text = (folder / change.file).read_text()
    assert change.old in text, "the text to be replaced is there"
    (folder / change.file).write_text(text.replace(change.old, change.new, 1))
    return toolchain.compile_source(folder / "book.cairo")


RANGES, SCHEDULE, SUMS, BOOK = "lib/ranges.cairo", "lib/schedule.cairo", "lib/sums.cairo", "book.cairo"

CHANGES = [
    Change(
        "check60_limb_unchecked",
        RANGES,
        "range_check(l3);\n    range_check(l4);\n    return ();",
        "range_check(l3);\n    return ();",
        "main",
        "lib/ranges.cairo:",
        "limbs0.4",
    ),
    Change(
        "carry_limb_unchecked",
        RANGES,
        "range_check(l3);\n    range_check(l4);\n    return (carry",
        "range_check(l3);\n    return (carry",
        "holdings.z",
        "lib/ranges.cairo:",
        "no bound is known of limbs0.4",
    ),
    Change(
        "check24_limbs_overlap",
        RANGES,
        "x = l0 + 2 ** 12 * l1;",
        "x = l0 + 2 ** 11 * l1;",
        "holdings.nz",
        "limbs0",
        "not unique",
    ),
    Change("offset_beyond_limbs", RANGES, "x + 2 ** 59 =", "x + 2 ** 63 =", "holdings.z", "constraints", "no row"),
    Change("offset_not_taken_back", RANGES, "x + 2 ** 59 =", "x + 2 ** 60 =", "holdings.z", "conclusion", "not proved"),
    Change(
        "quantity_limb_unchecked",
        SCHEDULE,
        "    range_check(l4);\n",
        "",
        "holdings.nz",
        "lib/ranges.cairo:",
        "no bound is known of above0.4",
    ),
    Change(
        "keys_may_repeat",
        SCHEDULE,
        "check24(r.key - prev_key - 1)",
        "check24(r.key - prev_key)",
        "holdings.nz",
        "claim fn:holdings (book.cairo:",
        "sum.c0",
    ),
    Change(
        "wrong_limb_in_sum",
        SCHEDULE,
        "r.d1_1 * l0,",
        "r.d1_1 * l1,",
        "holdings.nz",
        "conclusion: the new sum",
        "differ",
    ),
    Change(
        "wider_base_of_sums",
        SUMS,
        "sum.c0 + 2 ** 12 * sum.c1",
        "sum.c0 + 2 ** 28 * sum.c1",
        "holdings.z",
        "lib/sums.cairo:",
        "can wrap p",
    ),
    Change("gap_limb_unchecked", BOOK, "    range_check(gap.x3);\n", "", "subtree.z.nz", "gap.3", "no bound"),
    Change("last_unchecked", BOOK, "    check60(last);\n", "", "main", "conclusion: last", "not proved"),
    Change(
        "salt_in_capacity",
        BOOK,
        "Quad(header, order, 0, 0)",
        "Quad(header, order, salt.x0, 0)",
        "subtree.z.nz",
        "lib/hashing.cairo:",
        "stands at i10",
    ),
    Change(
        "cell_undeclared",
        BOOK,
        "let (local count) = read();",
        "let (local count) = read();\n    let (local more) = read();",
        "subtree.z.nz",
        "tape",
        "reads 16 cells",
    ),
]
