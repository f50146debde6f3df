"""The functions of a random program: inlined ones, hints, recursion of each shape, and main."""

from __future__ import annotations

import random
from collections.abc import Sequence

from generate import FIELDS, LIBRARY, ORDER, TYPES, Program, Scope, Signature, Writer

from plimsoll.circuits.field import P

IMPORTS = {
    "range_check": "from lib.ranges import carry, check24, check60, range_check",
    "poseidon": "from lib.hashing import Permutation, Quad, permute",
    "tape": "from lib.tape import read",
    "ledger": "from lib.ledger import Entry",
}


LIKELY = {"tape": 0.85, "ledger": 0.3}
"""How often a builtin is declared, if not half the time. Entries must balance, which a changed tape mostly undoes."""


def random_program(seed: int) -> Program:
    """The program of a seed, always the same."""
    rng = random.Random(seed)
    w = Writer(rng)
    builtins = [b for b in ORDER if b == "output" or rng.random() < LIKELY.get(b, 0.5)]
    w.callable = [s for s in LIBRARY if set(s.builtins) <= set(builtins)]
    parts = [f"%builtins {' '.join(builtins)}", *(IMPORTS[b] for b in builtins if b in IMPORTS)]
    records: list[list[int]] = []
    if "schedule" in builtins:
        w.fields, w.records = rng.randrange(1, 5), rng.randrange(1, 7)
        parts.append(struct("Record", [(name, "felt") for name in FIELDS[: w.fields]]))
        records = [
            [rng.choice([rng.randrange(9), rng.randrange(P)]) for _ in range(w.fields)] for _ in range(w.records)
        ]
    for _ in range(rng.randrange(3)):
        kinds = tuple(rng.choice(["felt", "felt", *w.structs]) for _ in range(rng.randrange(1, 4)))
        name = w.name("S")
        parts.append(struct(name, list(zip("abcdefgh", kinds, strict=False))))
        w.structs[name] = kinds
    for _ in range(rng.randrange(4)):
        parts.append(rng.choice([inlined, inlined, hinted, recursive, recursive, mutual])(w, builtins))
    parts.append(main(w, builtins))
    return Program(seed, "\n\n".join(parts) + "\n", records)


def struct(name: str, members: Sequence[tuple[str, str]]) -> str:
    return f"struct {name} {{\n" + "".join(f"    {m}: {kind},\n" for m, kind in members) + "}"


def function(s: Signature, names: Sequence[str], lines: Sequence[str]) -> str:
    implicit = f"{{{', '.join(TYPES[b] for b in s.builtins)}}}" if s.builtins else ""
    arguments = ", ".join(f"{n}: {k}" for n, k in zip(names, s.arguments, strict=True))
    returns = ", ".join(f"r{i}: {k}" for i, k in enumerate(s.returns))
    head = f"func {s.name}{implicit}({arguments})" + (f" -> ({returns})" if s.returns else "")
    return "\n".join([head + " {", "    alloc_locals;", *lines, "}"])


def signature(w: Writer, stem: str, builtins: Sequence[str], counter: int = 0) -> Signature:
    rng = w.rng
    own = [b for b in builtins if b != "output" and rng.random() < 0.7]
    rng.shuffle(own)
    kinds = ["felt", "felt", *w.structs]
    arguments = [rng.choice(kinds) for _ in range(rng.randrange(3))]
    returns = [rng.choice(kinds) for _ in range(rng.randrange(3))]
    return Signature(w.name(stem), tuple(own), (*["felt"] * bool(counter), *arguments), tuple(returns), counter)


def opened(w: Writer, s: Signature) -> tuple[Scope, list[str]]:
    scope = Scope(w, s.builtins)
    names = [w.name("a") for _ in s.arguments]
    for name, kind in zip(names, s.arguments, strict=True):
        scope.add(name, kind)
    return scope, names


def returned(scope: Scope, s: Signature) -> str:
    return f"return ({', '.join(f'r{i}={scope.value(k)}' for i, k in enumerate(s.returns))});"


def inlined(w: Writer, builtins: Sequence[str]) -> str:
    s = signature(w, "inlined", builtins)
    scope, names = opened(w, s)
    scope.statements(w.rng.randrange(1, 4), nested=1)
    scope.line(returned(scope, s))
    w.callable.append(s)
    return function(s, names, scope.lines)


def hinted(w: Writer, builtins: Sequence[str]) -> str:
    """Limbs from a hint. Confined by the sum and range checks, by the sum alone, or not at all."""
    confined = w.rng.choice(["checked", "sum", "free"]) if "range_check" in builtins else w.rng.choice(["sum", "free"])
    s = Signature(w.name("cut"), ("range_check",) if confined == "checked" else (), ("felt",), ("felt", "felt"))
    lines = ["    local l0;", "    local l1;", "    %{ limbs(memory, fp, 2) %}"]
    if confined == "checked":
        lines += ["    range_check(l0);", "    range_check(l1);"]
    if confined != "free":
        lines.append("    assert v = l0 + 2 ** 12 * l1;")
    lines.append(f"    return (r0=l0 + {w.rng.randrange(5)}, r1=l{w.rng.randrange(2)} * 3);")
    w.callable.append(s)
    return function(s, ["v"], lines)


def recursive(w: Writer, builtins: Sequence[str]) -> str:
    """Counts down to its base case: one call, two calls (a tree), or a call whose result is the result."""
    shape = w.rng.choice(["linear", "linear", "tail", "tree"])
    s = signature(w, "rec", builtins, counter=2 if shape == "tree" else 4)
    return recursion(w, s, s, shape)


def mutual(w: Writer, builtins: Sequence[str]) -> str:
    """Two functions that call each other."""
    f = signature(w, "even", builtins, counter=4)
    g = Signature(w.name("odd"), f.builtins, f.arguments, f.returns, f.counter)
    return recursion(w, f, g, "linear") + "\n\n" + recursion(w, g, f, w.rng.choice(["linear", "tail"]))


def recursion(w: Writer, s: Signature, other: Signature, shape: str) -> str:
    rng = w.rng
    scope, names = opened(w, s)
    base = Scope(w, s.builtins, 2)
    base.felts, base.structs = list(scope.felts), list(scope.structs)
    base.statements(rng.randrange(2), nested=2)
    scope.line(f"if ({names[0]} == 0) {{")
    scope.lines += base.lines
    scope.line("    " + returned(base, s))
    scope.line("}")
    scope.statements(rng.randrange(3), nested=1)
    count = f"{names[0]} - 1"
    if shape == "tail":
        arguments = [count, *(scope.value(k) for k in other.arguments[1:])]
        scope.line(f"return {other.name}({', '.join(arguments)});")
    else:
        scope.call_of(other, count)
        scope.statements(rng.randrange(3), nested=1)
        if shape == "tree":
            scope.call_of(other, count)
        scope.line(returned(scope, s))
    w.callable += [s] if s not in w.callable else []
    return function(s, names, scope.lines)


def main(w: Writer, builtins: Sequence[str]) -> str:
    s = Signature("main", tuple(builtins), (), ())
    scope = Scope(w, builtins)
    for callee in w.callable[-2:]:
        scope.statements(w.rng.randrange(2))
        if set(callee.builtins) <= set(builtins):
            scope.call_of(callee)
    scope.statements(w.rng.randrange(2, 7))
    for _ in range(w.rng.randrange(1, 4)):
        scope.line(f"assert [output_ptr] = {scope.expression(1)};")
        scope.line("let output_ptr = output_ptr + 1;")
    if w.rng.random() < 0.3:
        scope.line("local again = [output_ptr - 1];")
        scope.line("assert [output_ptr] = again + 1;")
        scope.line("let output_ptr = output_ptr + 1;")
    scope.line("return ();")
    return function(s, [], scope.lines)
