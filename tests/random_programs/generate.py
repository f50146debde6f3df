"""Random Cairo 0 programs, from a seed: what a program of Plimsoll may contain, in odd combinations.

A `Scope` is the body of one function while it is written. It knows which names stand for field elements or structures
(`felts`, `structs`), and which of them are lost at a call or a join of branches, because they are relative to ap
(`fleeting`). The programs end on a small tape by construction: counters start at small constants or tape cells.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

ORDER = ("output", "range_check", "poseidon", "tape", "ledger", "schedule")
"""Builtins in the order of a `%builtins` line."""
TYPES = {
    "range_check": "range_check_ptr",
    "poseidon": "poseidon_ptr: Permutation*",
    "tape": "tape_ptr: felt*",
    "ledger": "ledger_ptr: Entry*",
    "schedule": "schedule_ptr: Record*",
    "output": "output_ptr: felt*",
}
FIELDS = ("price", "size", "rate", "cap")


@dataclass(frozen=True)
class Signature:
    """A function that may be called: builtins, kinds of arguments and results, and the counter's bound if recursive."""

    name: str
    builtins: tuple[str, ...]
    arguments: tuple[str, ...]
    returns: tuple[str, ...]
    counter: int = 0


LIBRARY = (
    Signature("read", ("tape",), (), ("felt",)),
    Signature("range_check", ("range_check",), ("felt",), ()),
    Signature("check24", ("range_check",), ("felt",), ()),
    Signature("check60", ("range_check",), ("felt",), ()),
    Signature("carry", ("range_check",), ("felt",), ("felt",)),
    Signature("permute", ("poseidon",), ("Quad", "Quad", "Quad"), ("Quad", "Quad")),
)


@dataclass
class Program:
    """A finished source with the schedule that it is to run on."""

    seed: int
    source: str
    records: list[list[int]]


@dataclass
class Writer:
    """What all functions of one program share."""

    rng: random.Random
    structs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fields: int = 0
    records: int = 0
    counter: int = 0
    callable: list[Signature] = field(default_factory=list)

    def name(self, stem: str) -> str:
        self.counter += 1
        return f"{stem}{self.counter}"

    def members(self, kind: str) -> list[str]:
        """Paths to the field elements in a value of a kind; a felt is one itself."""
        if kind == "felt":
            return [""]
        return [f".{m}{rest}" for m, k in zip("abcdefgh", self.structs[kind], strict=False) for rest in self.members(k)]


class Scope:
    """A function's body while it is written."""

    def __init__(self, writer: Writer, builtins: Sequence[str], indent: int = 1) -> None:
        self.writer = writer
        self.rng = writer.rng
        self.builtins = tuple(builtins)
        self.indent = indent
        self.lines: list[str] = []
        self.felts: list[str] = []
        self.fleeting: list[str] = []
        self.structs: list[tuple[str, str]] = []

    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def add(self, name: str, kind: str) -> None:
        if kind == "Quad":
            self.felts += [f"{name}.x{i}" for i in range(4)]
        else:
            self.felts += [name + path for path in self.writer.members(kind)]
        if kind != "felt":
            self.structs.append((name, kind))

    # Expressions.

    def literal(self) -> str:
        rng = self.rng
        choices = [rng.randrange(4), rng.randrange(5000), -rng.randrange(1, 50), 2 ** rng.randrange(64) - 1]
        return str(rng.choice(choices))

    def atom(self) -> str:
        names = self.felts + self.fleeting * 2
        return self.rng.choice(names) if names and self.rng.random() < 0.75 else self.literal()

    def expression(self, depth: int = 2) -> str:
        rng = self.rng
        if depth == 0 or rng.random() < 0.35:
            return self.atom()
        a, b = self.expression(depth - 1), self.expression(depth - 1)
        form = rng.random()
        if form < 0.85:
            return f"({a} {rng.choice(['+', '-', '*', '+', '*'])} {b})"
        return f"({a} / {rng.randrange(2, 9)})"

    def value(self, kind: str) -> str:
        """An expression of a kind."""
        known = [name for name, k in self.structs if k == kind]
        if kind == "felt":
            return self.expression()
        if known and self.rng.random() < 0.5:
            return self.rng.choice(known)
        kinds = ("felt",) * 4 if kind == "Quad" else self.writer.structs[kind]
        return f"{kind}({', '.join(self.value(k) if k != 'felt' else self.expression(1) for k in kinds)})"

    # Statements.

    def statements(self, count: int, nested: int = 0) -> None:
        for _ in range(count):
            self.rng.choice(self.choices(nested))()

    def choices(self, nested: int) -> list[Callable[[], None]]:
        found: list[Callable[[], None]] = [self.local, self.local, self.tempvar, self.let, self.late, self.tautology]
        found += [self.assembly, self.call, self.call]
        if nested < 2:
            found += [lambda: self.branch(nested)] * 2
        if self.writer.structs:
            found.append(self.structure)
        if "tape" in self.builtins:
            found += [self.tape, self.tape, self.advice]
        if "range_check" in self.builtins:
            found += [self.checked]
        if "poseidon" in self.builtins:
            found += [self.hash]
        if "ledger" in self.builtins:
            found += [self.entries]
        if "schedule" in self.builtins:
            found += [self.record] * 2
        return found

    def local(self) -> None:
        value, name = self.expression(), self.writer.name("x")
        self.line(f"local {name} = {value};")
        self.add(name, "felt")

    def tempvar(self) -> None:
        value, name = self.expression(), self.writer.name("t")
        self.line(f"tempvar {name} = {value};")
        self.fleeting.append(name)

    def let(self) -> None:
        value, name = self.expression(1), self.writer.name("e")
        self.line(f"let {name} = {value};")
        self.fleeting.append(name)

    def late(self) -> None:
        """A local that a later assertion defines, as a difference or as a quotient by a constant; then once more."""
        total, late, other = self.writer.name("x"), self.writer.name("y"), self.atom()
        self.line(f"local {total} = {self.expression()};")
        self.line(f"local {late};")
        form = f"{late} * {self.rng.randrange(1, 9)}" if self.rng.random() < 0.4 else f"{late} + {other}"
        self.line(f"assert {total} = {form};")
        if self.rng.random() < 0.4:
            self.line(f"assert {form} = {total};")
        for name in (total, late):
            self.add(name, "felt")

    def tautology(self) -> None:
        """An equation that always holds, though not as it stands."""
        a, b, c = self.atom(), self.atom(), self.atom()
        pairs = [(f"({a} + {b}) * {c}", f"{c} * {b} + {a} * {c}"), (f"{a} * {b} * {c}", f"{c} * ({a} * {b})")]
        left, right = self.rng.choice([*pairs, (a, a), (f"({a} - {b}) * ({a} + {b})", f"{a} * {a} - {b} * {b}")])
        self.line(f"assert {left} = {right};")

    def assembly(self) -> None:
        """Instructions: cells relative to ap, ap moved, a jump."""
        form, name = self.rng.randrange(3), self.writer.name("t")
        if form == 0:
            self.line(f"[ap] = {self.rng.randrange(9)}, ap++;")
            self.line("[ap] = [ap - 1] * [ap - 1], ap++;")
            self.line(f"tempvar {name} = [ap - 1] + [ap - 2];")
        elif form == 1:
            self.line(f"tempvar {name} = {self.atom()};")
            self.line(f"ap += {self.rng.randrange(1, 4)};")
        else:
            label = self.writer.name("skip")
            self.line(f"jmp {label};")
            self.line(f"{label}:")
            return
        self.fleeting.append(name)

    def structure(self) -> None:
        kind, name = self.rng.choice(list(self.writer.structs)), self.writer.name("s")
        if self.rng.random() < 0.6:
            self.line(f"local {name}: {kind} = {self.value(kind)};")
            self.add(name, kind)
        else:
            self.line(f"tempvar {name}: {kind} = {self.value(kind)};")
            self.fleeting += [name + path for path in self.writer.members(kind)]

    def call(self) -> None:
        able = [s for s in self.writer.callable if set(s.builtins) <= set(self.builtins)]
        if able:
            self.call_of(self.rng.choice(able))

    def call_of(self, s: Signature, count: str = "") -> None:
        rng = self.rng
        if s.counter and not count:
            count = str(rng.randrange(s.counter + 1))
            if "tape" in self.builtins and rng.random() < 0.3:
                self.line(f"let (local {(name := self.writer.name('n'))}) = read();")
                self.add(name, "felt")
                count = name
        arguments = [count] if s.counter else []
        arguments += [self.value(k) for k in s.arguments[len(arguments) :]]
        call = f"{s.name}({', '.join(arguments)})"
        names = [self.writer.name("r") for _ in s.returns]
        kept = rng.random() < 0.8
        self.fleeting.clear()
        if not s.returns or rng.random() < 0.1:
            self.line(f"{call};")
        elif kept:
            bound = [f"local {n}" + (f": {k}" if k != "felt" else "") for n, k in zip(names, s.returns, strict=True)]
            self.line(f"let ({', '.join(bound)}) = {call};")
            for name, kind in zip(names, s.returns, strict=True):
                self.add(name, kind)
        else:
            bound = [n + (f": {k}" if k != "felt" else "") for n, k in zip(names, s.returns, strict=True)]
            self.line(f"let ({', '.join(bound)}) = {call};")
            self.fleeting += [n for n, k in zip(names, s.returns, strict=True) if k == "felt"]

    def branch(self, nested: int) -> None:
        """Both arms define one local and leave every cursor at a known place."""
        joined, rebound = self.writer.name("b"), [f"{b}_ptr" for b in self.builtins]
        self.line(f"local {joined};")
        self.line(f"if ({self.expression(1)} == {self.rng.choice(['0', '0', '1', self.atom()])}) {{")
        for arm in range(2):
            inner = Scope(self.writer, self.builtins, self.indent + 1)
            inner.felts, inner.structs = list(self.felts), list(self.structs)
            inner.statements(self.rng.randrange(3), nested + 1)
            inner.line(f"assert {joined} = {inner.expression(1)};")
            for pointer in rebound:
                inner.line(f"tempvar {pointer} = {pointer};")
            self.lines += inner.lines
            self.line("} else {" if arm == 0 else "}")
        self.fleeting.clear()
        self.add(joined, "felt")

    # Builtins.

    def tape(self) -> None:
        count = self.rng.randrange(1, 3)
        for i in range(count):
            name = self.writer.name("x")
            self.line(f"local {name} = [tape_ptr{f' + {i}' if i else ''}];")
            self.add(name, "felt")
        self.line(f"let tape_ptr = tape_ptr + {count};")

    def advice(self) -> None:
        """A tape cell that the program says what it must be, or that is written before it is read."""
        value, name = self.expression(), self.writer.name("x")
        if self.rng.random() < 0.5:
            self.line(f"assert [tape_ptr] = {value};")
            self.line("let tape_ptr = tape_ptr + 1;")
            return
        self.line(f"local {name} = [tape_ptr];")
        self.line("let tape_ptr = tape_ptr + 1;")
        self.line(f"assert {name} = {value};")
        self.add(name, "felt")

    def checked(self) -> None:
        count = self.rng.randrange(1, 3)
        for i in range(count):
            value = self.rng.randrange(4096) if self.rng.random() < 0.5 else self.atom()
            self.line(f"assert [range_check_ptr + {i}] = {value};")
        self.line(f"let range_check_ptr = range_check_ptr + {count};")

    def hash(self) -> None:
        """An instance written cell by cell; sometimes an output is asserted before it is read."""
        for i in range(12):
            self.line(f"assert poseidon_ptr.i{i} = {self.atom() if self.rng.random() < 0.4 else i};")
        if "tape" in self.builtins and self.rng.random() < 0.4:
            self.line("assert poseidon_ptr.o1 = [tape_ptr];")
            self.line("let tape_ptr = tape_ptr + 1;")
        if self.rng.random() < 0.7:
            name = self.writer.name("h")
            self.line(f"local {name} = poseidon_ptr.o{self.rng.choice([0, 1, 2, 3, 8, 9, 10, 11])};")
            self.add(name, "felt")
        self.line("let poseidon_ptr = poseidon_ptr + Permutation.SIZE;")

    def entries(self) -> None:
        """An amount under a key, and what closes it, in one piece or two; now and then it is left open."""
        key, amount, part = self.atom(), self.expression(1), self.atom()
        closing = [f"-{amount}"] if self.rng.random() < 0.5 else [f"{part} - {amount}", f"-{part}"]
        for value in [amount, *(closing if self.rng.random() < 0.95 else [])]:
            self.line(f"assert ledger_ptr.key = {key};")
            self.line(f"assert ledger_ptr.amount = {value};")
            self.line("let ledger_ptr = ledger_ptr + Entry.SIZE;")

    def record(self) -> None:
        """Fields of a record: by index or behind a pointer in a local, and sometimes asserted before they are read."""
        rng, w = self.rng, self.writer
        index = w.name("i")
        self.line(f"local {index} = {rng.randrange(w.records) if rng.random() < 0.6 else self.atom()};")
        if "tape" in self.builtins and rng.random() < 0.5:
            self.line(f"let (local {(index := w.name('i'))}) = read();")
            self.fleeting.clear()
        at = index if rng.random() < 0.7 else f"{index} + {rng.randrange(3)} - {rng.randrange(2)}"
        at = at if rng.random() < 0.95 else "0"
        name, value = w.name("p"), w.name("f")
        form = rng.random()
        if form < 0.3:
            self.line(f"local {name}: Record* = schedule_ptr + Record.SIZE * ({at});")
        elif form < 0.5:
            self.line(f"local {name}: Record* = cast(Record.SIZE * ({at}) + cast(schedule_ptr, felt), Record*);")
            self.line(f"local {(same := w.name('q'))}: Record* = {name};")
            self.line(f"assert {same} = {name};")
        else:
            self.line(f"let {name} = schedule_ptr[{at}];")
        used = [rng.choice(FIELDS[: w.fields]) for _ in range(2)]
        if "tape" in self.builtins and rng.random() < 0.3:
            self.line(f"assert {name}.{used[0]} = [tape_ptr];")
            self.line("let tape_ptr = tape_ptr + 1;")
        self.line(f"local {value} = {name}.{used[0]} + {name}.{used[1]};")
        self.add(value, "felt")
