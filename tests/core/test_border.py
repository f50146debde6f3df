"""The border to Python: one exception, no panic across, no GIL held, safe after a fork, stubs complete."""

from __future__ import annotations

import ast
import multiprocessing
import threading
from pathlib import Path

import pytest
from profiles import STATEMENT, core_profile, dishonest_profile
from small_program import SQUARES_ROM, small_program, tape
from small_tables import small_case

import plimsoll_core
import plimsoll_dishonest
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.tables import Instance, TableBuilder, TableSet


def test_poseidon2_equals_the_reference() -> None:
    for seed in range(5):
        state = [(seed * 7 + 1) ** (i + 1) for i in range(12)]
        assert plimsoll_core.poseidon2(state) == permute(state)


def test_a_panic_is_a_core_error(capfd: pytest.CaptureFixture[str]) -> None:
    """Upstream panics on a public column inside a message; nothing else is wrong with these tables."""
    t = TableBuilder("panics")
    count = t.column(t.new_column())
    t.send("bus", [t.add_periodic([0] * 256)], count, 0)
    tables = TableSet((t.build(),), (Instance(0, 8),)).encode()
    with pytest.raises(plimsoll_dishonest.CoreError, match=r"^panic: .*\.rs:\d+"):
        plimsoll_dishonest.prove_traces(tables, [b"\1" + bytes(8 * 4 * 256 - 1)], [], STATEMENT, dishonest_profile())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("tables", [b"", b"\xff" * 64, small_case().tables.encode()[:-1]])
def test_malformed_tables_rejected(tables: bytes) -> None:
    for call in (
        lambda: plimsoll_core.verify(tables, [], STATEMENT, b"", core_profile()),
        lambda: plimsoll_core.security_terms(tables, core_profile()),
        lambda: plimsoll_core.Witness(tables, "{}", {}, b""),
    ):
        with pytest.raises(plimsoll_core.CoreError, match=r"^tables: "):
            call()


def test_arguments_out_of_range_rejected() -> None:
    tables = small_case().tables.encode()
    for call in (
        lambda: plimsoll_core.verify(tables, [2**64 - 1], STATEMENT, b"", core_profile()),
        lambda: plimsoll_core.verify(tables, [1], STATEMENT[:-1], b"", core_profile()),
        lambda: plimsoll_core.verify(tables, [1, 2], STATEMENT, b"", core_profile()),
        lambda: plimsoll_core.poseidon2([0] * 11),
    ):
        with pytest.raises(plimsoll_core.CoreError, match=r"^usage: "):
            call()
    # Two random codewords cannot hide an element of a cubic extension.
    with pytest.raises(plimsoll_core.CoreError, match=r"^profile: .*random_codewords"):
        plimsoll_core.Profile(2, 112, 20, 5, 3, 2, 3)


def test_a_shape_below_the_hiding_budget_rejected() -> None:
    """A table of 256 rows is masked for 122 queries at most: 2 * (queries + 3 * 2 points) <= 256."""
    case = small_case()
    for queries, accepted in ((122, True), (123, False)):
        profile = plimsoll_dishonest.Profile(2, queries, 0, 5, 3, 4, 3)

        def prove(profile: plimsoll_dishonest.Profile = profile) -> bytes:
            body: bytes = plimsoll_dishonest.prove_traces(
                case.tables.encode(), case.packed(), case.publics, STATEMENT, profile
            )
            return body

        if accepted:
            prove()
        else:
            with pytest.raises(plimsoll_dishonest.CoreError, match=r"^proving: .*HidingBudget"):
                prove()


def witness(rows: int = 100) -> plimsoll_core.Witness:
    program = small_program()
    return plimsoll_core.Witness(program.tables.encode(), program.json, SQUARES_ROM, tape([1] * rows))


def test_progress_is_told_each_stage() -> None:
    stages: list[str] = []
    witness().prove(STATEMENT, core_profile(), stages.append)
    assert stages == ["proof", "commit", "lookups", "quotient", "open", "encode"]


@pytest.mark.parametrize("last", ["proof", "quotient"])
def test_an_exception_in_progress_is_raised_as_it_is(last: str) -> None:
    def stop(stage: str) -> None:
        if stage == last:
            raise KeyboardInterrupt(stage)

    with pytest.raises(KeyboardInterrupt, match=last):
        witness().prove(STATEMENT, core_profile(), stop)


def test_python_runs_while_a_proof_is_made() -> None:
    """Another thread gets its turns between the two stages that a proof reports."""
    case, turns, done = small_case(), [0], threading.Event()

    def count() -> None:
        while not done.is_set():
            turns[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    before = turns[0]
    plimsoll_dishonest.prove_traces(case.tables.encode(), case.packed(), case.publics, STATEMENT, dishonest_profile())
    during = turns[0] - before
    done.set()
    thread.join()
    assert during > 100


def _child(connection: multiprocessing.connection.Connection) -> None:
    connection.send_bytes(witness().prove(STATEMENT, core_profile()))


def test_forked_processes_prove_with_randomness_of_their_own() -> None:
    """The parent has proven before, so every generator and thread pool that could be inherited exists."""
    witness().prove(STATEMENT, core_profile())
    context = multiprocessing.get_context("fork")
    bodies = []
    for _ in range(2):
        here, there = context.Pipe()
        process = context.Process(target=_child, args=(there,))
        process.start()
        assert here.poll(60), "a forked proof did not end"
        bodies.append(here.recv_bytes())
        process.join()
    first, second = (body[10:2000] for body in bodies)
    assert all(first[i : i + 32] != second[i : i + 32] for i in range(0, 1024, 32))


def test_every_function_and_class_has_a_stub(repository: Path) -> None:
    tree = ast.parse((repository / "prover" / "core" / "plimsoll_core.pyi").read_text())
    stubs = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    assert set(stubs) == set(plimsoll_core.__all__)
    for name in ("Profile", "Witness"):
        methods = {n.name for n in ast.walk(stubs[name]) if isinstance(n, ast.FunctionDef)}
        public = {m for m in dir(getattr(plimsoll_core, name)) if not m.startswith("_")}
        assert {m for m in methods if not m.startswith("_")} == public
