"""Random programs mean the same in cairo-lang's VM and through the tables; accepted rows are a Cairo memory.

The long form writes its figures to build/audit/compiler.json, and the page of refusals (tests/circuits/refusals.py).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from books import BOOK, book_machine, random_batch
from compiler_branches import Reached
from machine import HERE, PROGRAMS, cairo, compiled, expectations, machine, program
from rebuild import RebuildError, Rebuilt, judge, padded, rebuild, recorded_paths
from refusal_cases import CASES, MORE, RULES
from refusals import PAGE, page
from trials import Counts, Subject, attack, trial

from plimsoll.circuits.field import P

AUDIT = Path("build/audit/compiler.json")


@cache
def book() -> Subject:
    return Subject(cairo(BOOK), program(BOOK), recorded_paths(program(BOOK), compiled(BOOK)), book_machine())


def small(path: Path) -> Subject:
    tables = machine(compiled(path), expectations(path).records)
    return Subject(cairo(path), program(path), recorded_paths(program(path), compiled(path)), tables)


def rebuilt(subject: Subject, tape: list[int]) -> Rebuilt:
    execution = subject.machine.execute(tape)
    subject.machine.check(execution)
    tables = subject.machine.tables
    return rebuild(subject.program, subject.paths, tables, execution.rows, execution.outputs)


def run(seeds: range, folder: Path, reached: Reached | None = None) -> Counts:
    counts: Counts = Counter()
    for seed in seeds:
        trial(seed, folder, counts, reached)
    return counts


def test_random_programs_mean_the_same_and_their_rows_are_a_memory(tmp_path: Path) -> None:
    counts = run(range(45), tmp_path)
    assert counts["programs compiled to tables"] > 30
    assert counts["memories rebuilt from honest rows that the VM accepts"] > 30
    assert counts["inputs that both refuse"] > 30
    assert counts["changed rows that the tables refuse"] > 10
    assert counts["changed rows that the tables accept and the VM, too"] > 0


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_rows_of_a_program_are_a_memory(path: Path) -> None:
    subject = small(path)
    for tape, _ in expectations(path).runs:
        judge(subject.cairo, rebuilt(subject, tape), padded(subject.machine.tables))


def test_rows_of_a_book_are_a_memory() -> None:
    subject = book()
    judge(subject.cairo, rebuilt(subject, random_batch(3).tape()), padded(subject.machine.tables))


@pytest.mark.parametrize("name", ["cursors_in_recursion", "records", "inlined_calls", "ledger"])
def test_no_other_memory_is_accepted(name: str) -> None:
    """Any one cell of the rebuilt memory changed: the VM refuses. So its acceptance means something."""
    path = HERE / "programs" / f"{name}.cairo"
    subject, tape = small(path), expectations(path).runs[0][0]
    good = rebuilt(subject, tape)
    rng = random.Random(1)
    for cell in rng.sample(sorted(good.cells), 20):
        word = good.cells[cell]
        other: int | tuple[str, int] = (word + 1) % P if isinstance(word, int) else (word[0], word[1] + 1)
        with pytest.raises(RebuildError):
            judge(subject.cairo, Rebuilt(good.outputs, good.cells | {cell: other}), padded(subject.machine.tables))


def test_rows_without_a_call_and_calls_without_a_row_are_no_memory() -> None:
    subject = small(HERE / "programs" / "recursion.cairo")
    rows = subject.machine.execute([4, 9]).rows
    names = [t.name for t in subject.machine.tables.tables]
    for name in ("main", "even.nz", "odd.nz", "even.z"):
        table = names.index(name)
        for wrong in (rows[table][1:], [*rows[table], rows[table][0]]):
            changed = [*rows[:table], wrong, *rows[table + 1 :]]
            with pytest.raises(RebuildError, match=r"no active row|stand for no call"):
                rebuild(subject.program, subject.paths, subject.machine.tables, changed, [1, 13])


@pytest.mark.audit
def test_many_random_programs(tmp_path: Path) -> None:
    reached = Reached()
    counts = run(range(1_000, 1_600), tmp_path, reached)
    for seed in range(4):
        subject, batch = book(), random_batch(seed, height=1 + seed % 2)
        execution = subject.machine.execute(batch.tape())
        subject.machine.check(execution)
        subject.judge(execution.rows, execution.outputs)
        attack(subject, random.Random(seed), batch.tape(), execution, counts)
        counts["book batches rebuilt"] += 1
    assert counts["memories rebuilt from honest rows that the VM accepts"] > 500
    assert counts["other hints that the tables accept and the VM, too"] > 20
    assert counts["changed rows that the tables accept and the VM, too"] > 50
    ways = reached.ways()
    missed = sorted(
        f"{m}.py:{line} {'entered' if inside else 'passed'}" for (m, line, inside), ok in ways.items() if not ok
    )
    figures: dict[str, int | str] = dict(sorted(counts.items()))
    figures["branches of the compiler reached"] = f"{sum(ways.values())} of {len(ways)}"
    assert not missed
    text, verdicts = page(CASES, MORE, RULES)
    PAGE.write_text(text)
    figures |= {f"refusals taken out: {verdict}": count for verdict, count in verdicts.items()}
    AUDIT.parent.mkdir(parents=True, exist_ok=True)
    AUDIT.write_text(json.dumps({"figures": figures}, indent=1) + "\n")
