"""Names of a row's columns, and of the polynomials in its claims and hash lanes: how declarations speak of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.circuits.bounds.declarations import Contract, Declarations
from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.rows import Row, Tuple
from plimsoll.circuits.compiler.builtins import POSEIDON_BUS, POSEIDON_INPUTS, ROM_BUS
from plimsoll.circuits.compiler.calls import FUNCTION_BUS
from plimsoll.circuits.compiler.compile import CompiledPath
from plimsoll.circuits.compiler.trace import ACTIVE, DEPTH
from plimsoll.circuits.poseidon2 import OUTPUT_LANES
from plimsoll.circuits.program import Program

LANES = (*(f"i{i}" for i in range(POSEIDON_INPUTS)), *(f"o{i}" for i in OUTPUT_LANES))


class RowNames:
    """The names of one table. `columns` by column; `hints` are the limbs that hints propose, a list for each hint."""

    def __init__(self, program: Program, declared: Declarations, path: CompiledPath, row: Row) -> None:
        self.table = row.table
        self.columns: dict[int, str] = {ACTIVE: "active", DEPTH: "depth"}
        self.polys: dict[str, IntPoly] = {}
        self.hints: list[list[int]] = []
        self.tape: dict[str, int] = {}
        self._steps(path.witness["steps"], declared.tape.get(row.table, ()))
        calls = row.on(FUNCTION_BUS)
        contract = contract_of(declared, row, row.provided)
        results = 1 + len(contract.arguments)
        self._enter(list(contract.arguments), row.provided.fields[1:results])
        for i, claim in enumerate(calls):
            callee = contract_of(declared, row, claim)
            self._enter([f"call{i}.{n}" for n in (*callee.arguments, *callee.results)], claim.fields[1:])
        layouts = {r.builtin: numbered(r.fields) for r in program.records}
        self.roms = [lookup.bus.removeprefix(ROM_BUS) for lookup in row.on(ROM_BUS)]
        for i, lookup in enumerate(row.on(ROM_BUS)):
            fields = ("index", *layouts[self.roms[i]])
            self._enter([f"r{i}.{name}" for name in fields], lookup.fields)
        for i, lookup in enumerate(row.on(POSEIDON_BUS)):
            self._enter([f"hash{i}.{lane}" for lane in LANES], lookup.fields)
        for i, entry in enumerate(row.posted):
            self._enter([f"post{i}.key", f"post{i}.amount"], [entry.key, entry.amount])
        self._enter([f"result.{n}" for n in contract.results], row.provided.fields[results:])
        for name, op in (("product", "set"), ("inverse", "inverse")):
            columns = [s["column"] for s in path.witness["steps"] if s["op"] == op]
            self._enter([f"{name}{i}" for i in range(len(columns))], [IntPoly.column(c) for c in columns])

    def _steps(self, steps: list[Mapping[str, Any]], tape: tuple[str, ...]) -> None:
        cells = [s["column"] for s in steps if s["op"] == "tape"]
        if len(cells) != len(tape):
            raise BoundsError(
                self.table, "tape", f"the path reads {len(cells)} cells, {len(tape)} are declared: declare each by name"
            )
        self._enter(list(tape), [IntPoly.column(c) for c in cells])
        self.tape = dict(zip(tape, cells, strict=True))
        self.hints = [list(s["columns"]) for s in steps if s["op"] == "limbs"]
        for i, columns in enumerate(self.hints):
            self._enter([f"limbs{i}.{k}" for k in range(len(columns))], [IntPoly.column(c) for c in columns])

    def _enter(self, names: list[str], polys: Any) -> None:
        for name, poly in zip(names, polys, strict=True):
            lifted = poly if isinstance(poly, IntPoly) else IntPoly.lift(poly)
            self.polys[name] = lifted
            column = lifted.as_column()
            if column is not None:
                self.columns.setdefault(column, name)

    def __call__(self, name: str) -> IntPoly:
        if name not in self.polys:
            raise BoundsError(self.table, name, "a declaration speaks of it, but the table has no such name")
        return self.polys[name]

    def lookups_of(self, rom: str) -> list[int]:
        """Numbers of the lookups in a read-only table: n of the names `r{n}.field`."""
        return [i for i, name in enumerate(self.roms) if name == rom]

    def column(self, column: int) -> str:
        return self.columns.get(column, f"x{column}")

    def text(self, poly: IntPoly) -> str:
        """The polynomial in names, groups of 12-bit limbs written as one."""
        from_groups, rest = self._groups(poly)
        parts = from_groups + [_term(c, "*".join(map(self.column, m))) for m, c in sorted(rest.terms.items())]
        return " ".join(parts).removeprefix("+ ") or "0"

    def _groups(self, poly: IntPoly) -> tuple[list[str], IntPoly]:
        groups: dict[str, list[int]] = {}
        for column, name in sorted(self.columns.items()):
            if name.rpartition(".")[2].isdigit():
                groups.setdefault(name.rpartition(".")[0], []).append(column)
        parts: list[str] = []
        for name, columns in groups.items():
            factor = poly.terms.get((columns[0],), 0)
            if factor and all(poly.terms.get((c,)) == factor << 12 * i for i, c in enumerate(columns)):
                parts.append(_term(factor, name))
                poly = poly - IntPoly({(c,): factor << 12 * i for i, c in enumerate(columns)})
        return parts, poly


def numbered(fields: Sequence[str]) -> list[str]:
    """A record's names of cells, those of a field of several cells told apart: `net_0`, `net_1`."""
    return [name if fields.count(name) == 1 else f"{name}_{fields[:i].count(name)}" for i, name in enumerate(fields)]


def contract_of(declared: Declarations, row: Row, claim: Tuple) -> Contract:
    """The contract of a claim's function. Raises BoundsError if none is declared or it has another shape."""
    function = claim.bus.removeprefix(FUNCTION_BUS)
    contract = declared.contracts.get(function)
    if contract is None:
        raise BoundsError(row.table, f"claim {claim.bus}", f"no contract is declared for {function}")
    width = 1 + len(contract.arguments) + len(contract.results)
    if len(claim.fields) != width:
        raise BoundsError(
            row.table,
            f"claim {claim.bus}",
            f"the claim has {len(claim.fields)} fields, the contract of {function} names {width} with the depth",
        )
    return contract


def _term(factor: int, name: str) -> str:
    sign, size = ("-" if factor < 0 else "+"), abs(factor)
    scale = f"2^{size.bit_length() - 1}" if size > 512 and size & size - 1 == 0 else str(size)
    return f"{sign} {scale if not name else name if size == 1 else f'{scale} {name}'}"
