"""What a program's author declares: contracts of its functions, names, what is free by design, and conclusions.

Declarations are claims, not facts: the analysis proves each contract at every call and on every path. Only what is
marked as assumed (the policy on public values) is taken for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from plimsoll.circuits.bounds.areas import Area, ByRecord
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import number


class Kind(Enum):
    """Values that have no bound and need none. The text says why."""

    INVERSE = "inverse of a branch's condition: stands in that constraint only"
    DEPTH = "depth of the call: stands in claims only, one deeper at each call (soundness, section 6)"
    DIGEST = "digest: an output of the hash, only hashed again in the rate, passed on or published"
    CAPACITY = "capacity: an output of the hash, only carried to the capacity of the next permutation"
    SELECTED = "one of two values without a bound, as a bit says: only absorbed in the rate"
    CHOICE = "the prover's choice: only absorbed in the rate, or compared with zero"


@dataclass(frozen=True, slots=True)
class Inequality:
    """sum of coefficient * name + constant >= 0, over the names of a contract."""

    terms: tuple[tuple[str, int], ...]
    constant: int = 0

    def __str__(self) -> str:
        parts = [_term(c, "" if abs(c) == 1 else f"{number(abs(c))} ", name) for name, c in self.terms]
        parts += [_term(self.constant, number(abs(self.constant)), "")] if self.constant else []
        return " ".join(parts).removeprefix("+ ") + " >= 0"


def _term(coefficient: int, size: str, name: str) -> str:
    return f"{'-' if coefficient < 0 else '+'} {size}{name}"


def between(name: str, lo: int, hi: int) -> list[Inequality]:
    """lo <= name <= hi."""
    return [Inequality(((name, 1),), -lo), Inequality(((name, -1),), hi)]


@dataclass(frozen=True, slots=True)
class Contract:
    """A function that is a table: names of its arguments and results, and inequalities about them.

    `before` holds of the arguments of every call, `after` of the results of every call for which `before` holds. Both
    are given for one value of the variable `case` (an argument, or for main a result), whose values are `cases`;
    without a case they are asked for once, with 0. `areas` say what the call and all calls below it may post to the
    ledger. `assumed` are inequalities about results that are fixed from outside: main's only, like its case.
    """

    arguments: tuple[str, ...]
    results: tuple[str, ...]
    free: Mapping[str, Kind]
    before: Callable[[int], list[Inequality]] = lambda case: []
    after: Callable[[int], list[Inequality]] = lambda case: []
    case: str | None = None
    cases: range = range(1)
    areas: Callable[[int], list[Area]] = lambda case: []
    assumed: tuple[Inequality, ...] = ()
    summary: str = ""


Names = Callable[[str], IntPoly]
"""The polynomial of a name: a column, an argument or result of a call (`call0.sum.c3`), a lane (`hash0.i6`)."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a table's rows imply: `positive` is not negative, `zero` is zero, each of them if several; `packed` is
    injective.

    `packed` means: different values of the polynomial's columns in their intervals give different field elements.
    """

    text: str
    positive: Callable[[Names], IntPoly | list[IntPoly]] | None = None
    zero: Callable[[Names], IntPoly | list[IntPoly]] | None = None
    packed: Callable[[Names], IntPoly] | None = None


@dataclass(frozen=True, slots=True)
class Declarations:
    """Everything declared about one program. `tape` and `choices` are by table, `roms` by builtin.

    `tape` names the tape cells in the order of reading; `choices` says of which of them no bound is needed, and why.
    `roms` gives inequalities about the fields of a record and its `index`; `by_record` the keys that records name.
    `lemmas` say, by table, that a named polynomial equals another one, whose interval may be narrower: proved first.
    """

    contracts: Mapping[str, Contract]
    tape: Mapping[str, tuple[str, ...]]
    choices: Mapping[str, Mapping[str, str]]
    roms: Callable[[], Mapping[str, list[Inequality]]]
    conclusions: Mapping[str, tuple[Conclusion, ...]] = field(default_factory=dict)
    lemmas: Mapping[str, Mapping[str, Callable[[Names], IntPoly]]] = field(default_factory=dict)
    by_record: tuple[ByRecord, ...] = ()
