"""The analysis of a whole program: every path in every case, by induction over the tree of calls."""

from __future__ import annotations

from functools import lru_cache

from plimsoll.circuits.bounds.book import BOOK
from plimsoll.circuits.bounds.case import Case, analyse_case
from plimsoll.circuits.bounds.declarations import Declarations
from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.facts import Infeasible
from plimsoll.circuits.bounds.ledger import totals
from plimsoll.circuits.bounds.lines import Lines
from plimsoll.circuits.bounds.names import RowNames, contract_of
from plimsoll.circuits.bounds.report import BoundsReport, TableBounds, collect
from plimsoll.circuits.bounds.rows import read_row
from plimsoll.circuits.compiler.compile import CompiledPath, compile_program
from plimsoll.circuits.program import Program


def analyse(program: Program, declared: Declarations = BOOK) -> BoundsReport:
    """Proves that no constraint, sum or carry of the program's tables can wrap p, and that limbs are unique.

    Args:
        program: compiled Cairo.
        declared: its contracts and what is free by design; the book's by default.

    Raises:
        BoundsError: something is not proved; names the table, the constraint with its Cairo lines, and the interval.
        CompileError: the program cannot be turned into tables.
    """
    tables = tuple(analyse_path(program, declared, path) for path in compile_program(program).paths)
    contracts = {name: c.summary for name, c in declared.contracts.items()}
    return BoundsReport(tables, contracts, totals(declared))


@lru_cache(maxsize=64)
def _lines(program: Program, function: str, table: str) -> Lines:
    return Lines(program, function, table)


def analyse_path(program: Program, declared: Declarations, path: CompiledPath) -> TableBounds:
    """Proves one path on its own, taking the contracts of the others for granted. Raises BoundsError."""
    row = read_row(path.table)
    names = RowNames(program, declared, path, row)
    lines = _lines(program, path.function, row.table)
    done: dict[int, Case] = {}
    for case in contract_of(declared, row, row.provided).cases:
        try:
            done[case] = analyse_case(row, names, lines, declared, case)
        except Infeasible:
            continue
    if not done:
        raise BoundsError(row.table, "constraints", "no row can satisfy them within the contract's bounds")
    return collect(row, names, lines, done)
