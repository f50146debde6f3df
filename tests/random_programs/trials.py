"""One random program put through both machines, and its accepted rows rebuilt; what may differ raises."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler_branches import Reached
from functions import random_program
from inputs import TooLong, changed, dishonest, improvise
from machine import CIRCUITS, Machine, machine
from rebuild import RebuildError, RecordedPath, judge, padded, rebuild, recorded_paths

from plimsoll.circuits import toolchain, vm
from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.compiler import CompileError, compile_program
from plimsoll.circuits.interpreter import Execution, WitnessError
from plimsoll.circuits.program import Program

Counts = Counter[str]


@dataclass(frozen=True)
class Subject:
    """A program as every part of a trial needs it."""

    cairo: Any
    program: Program
    paths: dict[str, RecordedPath]
    machine: Machine

    @staticmethod
    def of(cairo: Any, program: Program, records: Sequence[Sequence[int]]) -> Subject:
        """Raises CompileError."""
        compiled = compile_program(program)
        return Subject(cairo, program, recorded_paths(program, compiled), machine(compiled, records))

    def judge(self, rows: Sequence[Sequence[list[int]]], outputs: Sequence[int]) -> None:
        """Rebuilds the memory of accepted rows and has the VM accept it."""
        tables = self.machine.tables
        memory = rebuild(self.program, self.paths, tables, rows, outputs)
        judge(self.cairo, memory, padded(tables))


def compare(subject: Subject, tape: list[int], counts: Counts) -> Execution | None:
    """The two machines on one tape: equal outputs, or both refuse. The rows, if they are accepted."""
    execution: Execution | None
    try:
        execution = subject.machine.execute(tape)
        subject.machine.check(execution)
    except (WitnessError, CheckError):
        execution = None
    try:
        outputs = vm.run(subject.cairo, tape, subject.machine.records)
    except vm.VmError as e:
        if execution is not None:
            raise AssertionError(f"on tape {tape} the tables accept {execution.outputs}, the VM refuses: {e}") from e
        counts["inputs that both refuse"] += 1
        return None
    if execution is None or execution.outputs != outputs:
        raise AssertionError(f"on tape {tape} the VM's outputs are {outputs}, the tables': {execution}")
    counts["inputs that both accept, with equal outputs"] += 1
    return execution


def attack(subject: Subject, rng: random.Random, tape: list[int], honest: Execution, counts: Counts) -> None:
    """Witnesses that no honest prover makes: refused, or a memory exists for them."""
    try:
        lie = dishonest(subject.machine, rng, tape)
    except (WitnessError, TooLong):
        lie = honest
    other = [("other hints", lie.rows, lie.outputs)]
    for _ in range(2):
        rows, outputs = [list(map(list, its_rows)) for its_rows in honest.rows], list(honest.outputs)
        changed(subject.machine.tables, rows, rng, outputs)
        other.append(("changed rows", rows, outputs))
    for kind, rows, outputs in other:
        if (rows, outputs) == (honest.rows, honest.outputs):
            continue
        try:
            subject.machine.check(Execution(rows, outputs))
        except CheckError:
            counts[f"{kind} that the tables refuse"] += 1
            continue
        subject.judge(rows, outputs)
        counts[f"{kind} that the tables accept and the VM, too"] += 1


def trial(seed: int, folder: Path, counts: Counts, reached: Reached | None = None) -> None:
    """Everything about the program of one seed. A failure names the seed and shows the program.

    Args:
        reached: notes what of the compiler the program uses.
    """
    rng = random.Random(seed)
    made = random_program(seed)
    path = folder / "program.cairo"
    path.write_text(made.source)
    try:
        cairo = toolchain.compile_cairo(path, CIRCUITS)
    except toolchain.ToolchainError:
        counts["sources that are no Cairo (a lost reference)"] += 1
        return
    try:
        with reached or nullcontext():
            subject = Subject.of(cairo, toolchain.convert(cairo, CIRCUITS, path), made.records)
    except CompileError:
        counts["programs that the compiler refuses"] += 1
        return
    counts["programs compiled to tables"] += 1
    counts["their path tables"] += len(subject.paths)
    try:
        for _ in range(2):
            try:
                tape = improvise(subject.machine, subject.paths, rng)
            except TooLong:
                counts["inputs left out: the calls do not end soon"] += 1
                continue
            honest = compare(subject, tape, counts)
            if honest is None:
                continue
            subject.judge(honest.rows, honest.outputs)
            counts["memories rebuilt from honest rows that the VM accepts"] += 1
            attack(subject, rng, tape, honest, counts)
            for wrong in ([*tape, 0], corrupted(rng, tape)) if "tape" in subject.program.builtins else ():
                if terminates(subject, rng, wrong) and (other := compare(subject, wrong, counts)):
                    subject.judge(other.rows, other.outputs)
                    counts["memories rebuilt from honest rows that the VM accepts"] += 1
    except (AssertionError, RebuildError) as e:
        raise AssertionError(f"seed {seed}: {e}\n{made.source}\nrecords {made.records}") from e


def corrupted(rng: random.Random, tape: list[int]) -> list[int]:
    """The tape with a cell changed, or cut short."""
    if not tape:
        return [1]
    at = rng.randrange(len(tape))
    return rng.choice([tape[:at], [*tape[:at], rng.randrange(4), *tape[at + 1 :]]])


def terminates(subject: Subject, rng: random.Random, tape: list[int]) -> bool:
    """Whether a run on the tape (with more cells if it is short) ends soon."""
    try:
        dishonest(subject.machine, rng, tape)
    except TooLong:
        return False
    except WitnessError:
        return True
    return True
