"""Whatever a changed program means, tables that accept it mean the same as cairo-lang's VM.

Words of small programs are changed at random. Most changes are refused by the compiler or reject the tape; where the
tables accept a run, the VM must accept it with the same outputs. An alias of two cells that the compiler overlooked, or
an operand it read differently, shows here.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from machine import PROGRAMS, cairo, expectations, machine, program

from plimsoll.circuits import vm
from plimsoll.circuits.compiler import CompileError, compile_program
from plimsoll.circuits.field import P
from plimsoll.engine.errors import PlimsollError


def mutated(rng: random.Random, bytecode: tuple[int, ...]) -> tuple[int, ...]:
    """One to three words changed: an offset by up to three, a flag, an immediate, or another word of the program."""
    words = list(bytecode)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        i = rng.randrange(len(words))
        what = rng.random()
        if what < 0.5:
            shift = rng.choice([0, 16, 32])
            offset = ((words[i] >> shift & 0xFFFF) + rng.choice([-3, -2, -1, 1, 2, 3])) & 0xFFFF
            words[i] = words[i] & ~(0xFFFF << shift) | offset << shift
        elif what < 0.7:
            words[i] ^= 1 << 48 + rng.randrange(15)
        elif what < 0.8:
            words[i] += rng.choice([-2, -1, 1, 2])
        else:
            words[i] = words[rng.randrange(len(words))]
    return tuple(w % P for w in words)


def try_mutant(rng: random.Random, path: Path) -> list[str]:
    """What became of one mutant: refused, or for each tape rejected or agreed."""
    original = program(path)
    mutant = replace(original, bytecode=mutated(rng, original.bytecode))
    try:
        compiled = compile_program(mutant)
    except CompileError:
        return ["refused"]
    expected = expectations(path)
    tables = machine(compiled, expected.records)
    in_cairo = copy.copy(cairo(path))
    in_cairo.data = list(mutant.bytecode)
    found = []
    for given in [*(tape for tape, _ in expected.runs), *expected.rejects]:
        for tape in (given, [*given, 0], given[:-1]):
            try:
                outputs = tables.run(tape)
            except PlimsollError:
                found.append("rejected")
                continue
            assert vm.run(in_cairo, tape, expected.records) == outputs
            found.append("agreed")
    return found


def run_mutants(count: int, seed: int) -> Counter[str]:
    rng = random.Random(seed)
    results: Counter[str] = Counter()
    for _ in range(count):
        results.update(try_mutant(rng, rng.choice(PROGRAMS)))
    return results


def test_accepted_mutants_mean_the_same_in_the_vm() -> None:
    results = run_mutants(250, seed=1)
    assert min(results[r] for r in ("refused", "rejected", "agreed")) > 10


@pytest.mark.parametrize("result", [1, 2])
def test_jump_by_a_computed_distance_rejected(result: int) -> None:
    """`jmp rel [fp - 1] + n` and `jmp rel [fp - 1] * n` in place of `jmp rel n`: where they go, a cell decides."""
    [path] = [path for path in PROGRAMS if path.stem == "powers"]
    words = list(program(path).bytecode)
    [at] = [i for i, word in enumerate(words) if word >> 48 == 0x107]
    words[at] |= result << 53
    with pytest.raises(CompileError, match="a jump to an address that is not constant"):
        compile_program(replace(program(path), bytecode=tuple(words)))


@pytest.mark.audit
def test_many_accepted_mutants_mean_the_same_in_the_vm() -> None:
    assert run_mutants(20_000, seed=2)["agreed"] > 1_000
