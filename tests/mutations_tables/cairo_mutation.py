"""A Cairo source with one bound removed or loosened, compiled by cairo-lang into tables, and what they let through."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cairo_sources import CIRCUITS, Item
from forged_rows import Offence, offences, rebalance
from lie import Lie
from lies import Mislead
from small_venue import PARAMETERS, SHAPE, SNAPSHOT, Batch
from toolkit import Forgery, dishonest, forge

from plimsoll.circuits import toolchain
from plimsoll.circuits.compiler.errors import CompileError
from plimsoll.circuits.program import Program
from plimsoll.circuits.tables import TableSet
from plimsoll.verifier.book import Expected, expected_statement


@dataclass(frozen=True)
class Argued:
    """No witness: changing it is no loosening, or others imply it."""

    argument: str


@dataclass(frozen=True)
class Refused:
    """The change gives no program: cairo-lang or the compiler refuses it. `new` is the text tried."""

    new: str


@dataclass(frozen=True)
class Endless:
    """The change gives a program that ends on no tape: the honest one is tried. `new` is the text tried."""

    new: str
    argument: str


@dataclass(frozen=True)
class Loosened:
    """The change, and a witness of it.

    Attributes:
        new: the item's text afterwards.
        lie: a forgery of genuine rows that the genuine tables refuse. Its public values are the lie.
        tape: what the changed program runs on; None if the forgery's own rows satisfy the changed tables.
        mislead: changes the changed program's witness program.
        edit: changes the changed program's rows.
        also: a further replacement in the same file, where one line alone gives no program.
        twin: another tape on which the changed program says the same: one root, two books.
    """

    new: str
    lie: Callable[[], Lie]
    tape: Batch | None = None
    mislead: Mislead | None = None
    edit: Callable[[Forgery], None] | None = None
    also: tuple[str, str] | None = None
    twin: Batch | None = None


Entry = Argued | Refused | Endless | Loosened


def changed_program(item: Item, new: str, also: tuple[str, str] | None = None) -> Program:
    """The book with an item's text replaced. Raises CompileError or ToolchainError if that is no program."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(CIRCUITS / "lib", copy / "lib")
        shutil.copy(CIRCUITS / "book.cairo", copy / "book.cairo")
        path = copy / item.file
        text = path.read_text()
        text = text[: item.start] + new + text[item.end :]
        if also is not None:
            assert text.count(also[0]) == 1, also
            text = text.replace(*also)
        path.write_text(text.replace("    ;\n", ""))
        return toolchain.compile_source(copy / "book.cairo")


def tables_of(program: Program) -> Expected:
    return expected_statement(program, SNAPSHOT, PARAMETERS, SHAPE)


def is_refused(item: Item, entry: Refused) -> bool:
    """Whether the change gives no tables."""
    try:
        tables_of(changed_program(item, entry.new))
    except (CompileError, toolchain.ToolchainError):
        return True
    return False


def is_endless(item: Item, entry: Endless) -> bool:
    try:
        forge(expected=tables_of(changed_program(item, entry.new)))
    except dishonest.CoreError:
        return True
    return False


def witnesses(item: Item, entry: Loosened) -> tuple[Lie, TableSet, Forgery]:
    """The lie as the genuine tables see it, the changed tables, and the same lie in these."""
    lie = entry.lie()
    expected = tables_of(changed_program(item, entry.new, entry.also))
    if entry.tape is None:
        traces = [trace.copy() for trace in lie.forgery.traces]
        rebalance(expected.book.tables, traces)
        return lie, expected.book.tables, replace(lie.forgery, traces=traces, tables=expected.book.tables)
    forgery = forge(entry.tape, expected=expected, mislead=entry.mislead)
    if entry.edit is not None:
        entry.edit(forgery)
    if entry.twin is not None:
        other = forge(entry.twin, expected=expected).rebalance()
        assert other.publics == forgery.publics and not offences(expected.book.tables, other.traces, other.publics)
    return lie, expected.book.tables, forgery.rebalance()


def killed(item: Item, entry: Loosened, genuine: TableSet, *, proofs: bool) -> tuple[str, set[Offence]]:
    """Asserts that the lie is refused by the genuine tables and accepted, with the same public values, by the changed.

    Returns its words and what it breaks.
    """
    lie, changed, forgery = witnesses(item, entry)
    assert forgery.publics == lie.forgery.publics, f"{item.key}: the two runs say different things"
    broken = offences(genuine, lie.forgery.traces, lie.forgery.publics)
    assert len(broken) == 1, f"{item.key}: the witness breaks {sorted(map(str, broken))}"
    if proofs:
        forgery.accepted_by_both_under(changed)
    else:
        still = offences(changed, forgery.traces, forgery.publics)
        assert not still, f"{item.key}: in the changed program the witness still breaks {sorted(map(str, still))}"
    return lie.words, broken
