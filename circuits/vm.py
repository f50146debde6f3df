"""Runs a Cairo program in cairo-lang's own VM, with Plimsoll's builtins: the other half of the differential test.

The layout and the builtin runners are ours, the VM is cairo-lang's, over the Goldilocks prime. cairo-lang is imported
inside the functions only.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from plimsoll.circuits.compiler.builtins import LEDGER_CELLS, POSEIDON_CELLS, POSEIDON_INPUTS, RANGE_BITS
from plimsoll.circuits.compiler.cursors import ROMS
from plimsoll.circuits.compiler.hints import LAST_ARGUMENT, LIMB_BITS
from plimsoll.circuits.field import P
from plimsoll.circuits.poseidon2 import OUTPUT_LANES, permute
from plimsoll.circuits.toolchain import load_cairo_lang
from plimsoll.engine.errors import PlimsollError


class VmError(PlimsollError):
    """cairo-lang's VM refused the run: an assertion, a builtin or a cursor does not hold."""


Records = Sequence[Sequence[int]]
MAX_STEPS = 50_000
"""A run that takes more steps is refused: a recursion need not end on a wrong tape."""


def run(compiled: Any, tape: Sequence[int], records: Records | Mapping[str, Records]) -> list[int]:
    """Runs `main` of a program compiled by `toolchain.compile_cairo`.

    Args:
        compiled: cairo-lang's program.
        tape: the private input, which main must read to its end.
        records: the schedule, or the records of every read-only table by its name.

    Returns:
        The cells of the output builtin.

    Raises:
        VmError: the run fails anywhere.
    """
    load_cairo_lang()
    utils: Any = importlib.import_module("starkware.cairo.lang.vm.utils")
    try:
        runner, end = prepare(compiled, tape, records)
        runner.initialize_vm(hint_locals={"limbs": _limbs})
        runner.run_until_pc(end, run_resources=utils.RunResources(n_steps=MAX_STEPS))
        runner.end_run()
        runner.read_return_values()
        runner.vm.verify_auto_deductions()
        check_ledger(runner)
        return outputs(runner)
    except Exception as e:  # cairo-lang raises AssertionError, VmException and others
        cause = getattr(e, "inner_exc", e)
        raise VmError(f"cairo-lang's VM: {type(cause).__name__}: {cause}") from e


def prepare(compiled: Any, tape: Sequence[int], records: Records | Mapping[str, Records]) -> tuple[Any, Any]:
    """cairo-lang's runner with Plimsoll's builtins, loaded and at main's entry, and the pc at which main has ended.

    Raises whatever cairo-lang raises: AssertionError and others.
    """
    load_cairo_lang()
    runner_module: Any = importlib.import_module("starkware.cairo.lang.vm.cairo_runner")
    instances: Any = importlib.import_module("starkware.cairo.lang.instances")
    own = ["tape", "ledger", *ROMS]
    names = ["output", "range_check", "poseidon", *own]
    roms = records if isinstance(records, Mapping) else {"schedule": records}
    ours = _factories(list(tape), {name: [value for record in roms[name] for value in record] for name in roms})
    standard = instances.LAYOUTS["recursive_with_poseidon"].builtins
    runner = runner_module.CairoRunner(
        program=compiled,
        layout=instances.CairoLayout(layout_name="plimsoll", builtins={n: standard.get(n) for n in names}),
        additional_builtin_factories={name: ours[name] for name in own},
    )
    for name in ("range_check", "poseidon"):  # cairo-lang has builtins of these names; ours take their places
        if f"{name}_builtin" in runner.builtin_runners:
            runner.builtin_runners[f"{name}_builtin"] = ours[name](name=name, included=True)
    runner.initialize_segments()
    return runner, runner.initialize_main_entrypoint()


def outputs(runner: Any) -> list[int]:
    """The cells of the output builtin of a runner whose run has ended."""
    builtin = runner.builtin_runners.get("output_builtin")
    if builtin is None:
        return []
    return [runner.vm_memory[builtin.base + i] for i in range(builtin.get_used_cells(runner))]


def check_ledger(runner: Any) -> None:
    """The amounts of each key sum to zero, in a run that has ended. Raises VmError otherwise."""
    builtin = runner.builtin_runners.get("ledger_builtin")
    used = builtin.get_used_cells(runner) if builtin is not None else 0
    cells = [runner.vm_memory[builtin.base + i] for i in range(used)]
    balance: defaultdict[int, int] = defaultdict(int)
    for key, amount in zip(cells[::LEDGER_CELLS], cells[1::LEDGER_CELLS], strict=True):
        balance[key] += amount
    for key, total in balance.items():
        if total % P:
            raise VmError(f"the ledger's amounts under key {key} sum to {total % P}, expected 0")


def _limbs(memory: Any, fp: Any, count: int, offset: int = 0) -> None:
    """The hint of the same name (compiler/hints.py)."""
    value = (memory[fp + LAST_ARGUMENT] + offset) % P
    for i in range(count):
        memory[fp + i] = value >> LIMB_BITS * i & (1 << LIMB_BITS) - 1


def _factories(tape: list[int], roms: Mapping[str, list[int]]) -> dict[str, Callable[..., Any]]:
    """The builtin runners by name, as cairo-lang asks for them: called with `name` and `included`."""
    simple: Any = importlib.import_module("starkware.cairo.lang.vm.builtin_runner").SimpleBuiltinRunner
    checks: Any = importlib.import_module("starkware.cairo.lang.builtins.range_check.range_check_builtin_runner")

    class Loaded(simple):  # type: ignore[misc]
        """A segment that is full before the run: no cell behind its values may be written."""

        def __init__(self, name: str, included: bool, values: list[int], moves: bool) -> None:
            super().__init__(name=name, included=included, ratio=1, cells_per_instance=1, n_input_cells=1)
            self.values, self.moves = values, moves

        def initialize_segments(self, runner: Any) -> None:
            super().initialize_segments(runner)
            runner.load_data(self.base, self.values)

        def add_validation_rules(self, runner: Any) -> None:
            def rule(_memory: Any, address: Any) -> set[Any]:
                if not 0 <= address.offset < len(self.values):
                    raise VmError(f"{self.name} has {len(self.values)} cells, cell {address.offset} is written")
                return {address}

            runner.vm.add_validation_rule(self.base.segment_index, rule)

        def final_stack(self, runner: Any, pointer: Any) -> Any:
            expected = self.base + (len(self.values) if self.moves else 0)
            self.stop_ptr = runner.vm_memory[pointer - 1]
            if self.stop_ptr != expected:
                raise VmError(f"{self.name}_ptr ends at {self.stop_ptr}, expected {expected}")
            return pointer - 1

        def get_allocated_instances(self, runner: Any) -> int:
            return len(self.values)

    class Poseidon(simple):  # type: ignore[misc]
        def __init__(self, name: str, included: bool) -> None:
            super().__init__(name, included, 1, POSEIDON_CELLS, POSEIDON_INPUTS)

        def get_allocated_instances(self, runner: Any) -> int:
            return int(self.get_used_instances(runner))

        def add_auto_deduction_rules(self, runner: Any) -> None:
            def rule(vm: Any, address: Any, _verified: Any) -> int | None:
                lane = address.offset % POSEIDON_CELLS
                first = address - lane
                memory = vm.run_context.memory
                if lane < POSEIDON_INPUTS or any(first + i not in memory for i in range(POSEIDON_INPUTS)):
                    return None
                state = permute([memory[first + i] for i in range(POSEIDON_INPUTS)])
                return state[OUTPUT_LANES[lane - POSEIDON_INPUTS]]

            runner.vm.add_auto_deduction_rule(self.base.segment_index, rule, set())

    class RangeCheck(checks.RangeCheckBuiltinRunner):  # type: ignore[misc]
        def get_allocated_instances(self, runner: Any) -> int:
            return int(self.get_used_instances(runner))

    class Ledger(simple):  # type: ignore[misc]
        def __init__(self, name: str, included: bool) -> None:
            super().__init__(name, included, 1, LEDGER_CELLS, LEDGER_CELLS)

        def get_allocated_instances(self, runner: Any) -> int:
            return int(self.get_used_instances(runner))

    def rom(name: str) -> Callable[..., Any]:
        return lambda name=name, included=True: Loaded(name, included, roms.get(name, []), False)

    return {
        "range_check": lambda name, included: RangeCheck(name, included, 1, 1, 1 << RANGE_BITS, 1),
        "poseidon": Poseidon,
        "tape": lambda name, included: Loaded(name, included, tape, True),
        "ledger": Ledger,
        **{name: rom(name) for name in ROMS},
    }
