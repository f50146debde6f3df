"""Small programs mean the same in cairo-lang's VM and through the tables: equal outputs, equal refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from machine import PROGRAMS, cairo, compiled, expectations, machine

from plimsoll.circuits import vm
from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.interpreter import WitnessError

each_program = pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)


@each_program
def test_outputs_are_equal_in_vm_and_tables(path: Path) -> None:
    expected = expectations(path)
    tables = machine(compiled(path), expected.records)
    assert expected.runs
    for tape, outputs in expected.runs:
        assert vm.run(cairo(path), tape, expected.records) == outputs
        assert tables.run(tape) == outputs


@each_program
def test_wrong_tape_rejected(path: Path) -> None:
    expected = expectations(path)
    tables = machine(compiled(path), expected.records)
    for tape in expected.rejects:
        with pytest.raises(vm.VmError):
            vm.run(cairo(path), tape, expected.records)
        with pytest.raises((CheckError, WitnessError)):
            tables.run(tape)
