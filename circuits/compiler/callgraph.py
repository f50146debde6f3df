"""Which functions a program has, where they end, and which of them call themselves.

Functions that call themselves, directly or through others, become tables; every other function is inlined.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from plimsoll.circuits.compiler.builtins import LEDGER_CELLS, POSEIDON_CELLS
from plimsoll.circuits.compiler.cursors import ROMS, SEQUENTIAL
from plimsoll.circuits.compiler.errors import CompileError, ControlFlowError, InstructionError, SignatureError
from plimsoll.circuits.field import signed
from plimsoll.circuits.instructions import DecodeError, Instruction, Opcode, Operand, Result, decode
from plimsoll.circuits.program import CURSOR, FELT, POINTER, Function, Program

MAIN = "main"


@dataclass(frozen=True, slots=True)
class CallGraph:
    """A checked program: its functions by start and name, ends, record sizes, and the functions that become tables."""

    program: Program
    by_start: dict[int, Function]
    by_name: dict[str, Function]
    ends: dict[str, int]
    record_sizes: dict[str, int]
    hints: dict[int, list[str]]
    tables: tuple[Function, ...]

    @property
    def recursive(self) -> frozenset[str]:
        return frozenset(f.name for f in self.tables) - {MAIN}

    def instruction(self, function: Function, pc: int) -> Instruction:
        """The instruction at pc, which must be in the function."""
        return _instruction(self.program, function, self.ends, pc)

    def callee(self, instruction: Instruction, pc: int) -> Function:
        """The function that a call instruction calls."""
        if instruction.operand is not Operand.IMMEDIATE or not instruction.relative:
            raise ControlFlowError("a call to an address that is not constant")
        target = pc + signed(instruction.immediate)
        if target not in self.by_start:
            raise ControlFlowError(f"a call to word {target}, where no function starts")
        return self.by_start[target]


def located(program: Program, pc: int, error: CompileError) -> None:
    """Notes the Cairo file and line of the instruction at pc in the error."""
    i = bisect_right(program.lines, pc, key=lambda entry: entry[0]) - 1
    if i >= 0:
        error.locate(program.lines[i][1], program.lines[i][2])


def jump_target(instruction: Instruction, pc: int) -> int:
    """Where a jump or jnz goes, which must be a constant distance forward."""
    # A jnz with a result is no instruction: `decode` refuses it.
    plain = instruction.relative and instruction.result is Result.OP1
    if instruction.operand is not Operand.IMMEDIATE or (instruction.opcode is Opcode.JUMP and not plain):
        raise ControlFlowError("a jump to an address that is not constant, or absolute")
    target = pc + signed(instruction.immediate)
    if target <= pc:
        raise ControlFlowError("a backward jump: loops must be recursive functions")
    return target


def build(program: Program) -> CallGraph:
    """Checks names, signatures and builtins, and finds the functions that become tables.

    Raises:
        CompileError: with the line, where there is one.
    """
    by_name: dict[str, Function] = {}
    by_start: dict[int, Function] = {}
    ends: dict[str, int] = {}
    starts = [f.start for f in program.functions]
    for i, f in enumerate(program.functions):
        try:
            if f.name in by_name:
                raise SignatureError(f"two functions are named {f.name}: their claims would share the bus fn:{f.name}")
            if i and starts[i - 1] >= f.start:
                raise SignatureError(f"{f.name} stands out of order: functions must stand in ascending order")
            _check_cursors(program, f)
        except CompileError as e:
            located(program, f.start, e)
            raise
        by_name[f.name] = by_start[f.start] = f
        ends[f.name] = starts[i + 1] if i + 1 < len(starts) else len(program.bytecode)
    sizes = _record_sizes(program)
    hints: dict[int, list[str]] = {}
    for pc, text in program.hints:
        hints.setdefault(pc, []).append(text)
    main = by_name.get(MAIN)
    if main is None:
        raise SignatureError("the program has no function main")
    graph = CallGraph(program, by_start, by_name, ends, sizes, hints, (main,))
    callees: dict[str, list[Function]] = {}
    todo = [main]
    while todo:
        f = todo.pop()
        if f.name not in callees:
            callees[f.name] = _callees(graph, f)
            todo += callees[f.name]
    recursive = [f for f in program.functions if f.name in callees and _reaches(callees, f)]
    for f in (main, *recursive):
        try:
            _check_claim(f, main)
        except CompileError as e:
            located(program, f.start, e)
            raise
    return CallGraph(program, by_start, by_name, ends, sizes, hints, (main, *recursive))


def _instruction(program: Program, function: Function, ends: dict[str, int], pc: int) -> Instruction:
    if not function.start <= pc < ends[function.name]:
        raise ControlFlowError(f"control leaves {function.name} other than by a call or return")
    try:
        return decode(program.bytecode, pc)
    except DecodeError as e:
        raise InstructionError(str(e)) from e


def _callees(graph: CallGraph, f: Function) -> list[Function]:
    """The functions that the instructions reachable in f call, in order of their place."""
    found: list[Function] = []
    seen: set[int] = set()
    todo = [f.start]
    while todo:
        pc = todo.pop()
        if pc in seen:
            continue
        seen.add(pc)
        try:
            ins = graph.instruction(f, pc)
            if ins.opcode is Opcode.CALL:
                found.append(graph.callee(ins, pc))
                if found[-1].name == MAIN:
                    raise SignatureError("main must not be called: only the root table requires its claim")
            if ins.opcode in (Opcode.JUMP, Opcode.JNZ):
                todo.append(jump_target(ins, pc))
            if ins.opcode not in (Opcode.JUMP, Opcode.RET):
                todo.append(pc + ins.size)
        except CompileError as e:
            located(graph.program, pc, e)
            raise
    return sorted(found, key=lambda g: g.start)


def _reaches(callees: dict[str, list[Function]], f: Function) -> bool:
    """Whether f can call itself, directly or through others."""
    seen: set[str] = set()
    todo = list(callees[f.name])
    while todo:
        g = todo.pop()
        if g.name not in seen:
            seen.add(g.name)
            todo += callees[g.name]
    return f.name in seen


def _check_cursors(program: Program, f: Function) -> None:
    for kind in (*f.arguments, *f.returns):
        name = kind.removeprefix(CURSOR)
        if kind not in (FELT, POINTER) and (name == kind or (name not in SEQUENTIAL and name not in ROMS)):
            raise SignatureError(f"{f.name} uses the builtin {name}, which Plimsoll does not have")
        if name == "output" and f.name != MAIN:
            raise SignatureError(f"{f.name} uses the builtin output: only main may")
    received = [k for k in f.arguments if k.startswith(CURSOR)]
    if received != [k for k in f.returns if k.startswith(CURSOR)] or len(set(received)) != len(received):
        raise SignatureError(f"{f.name} does not return each builtin's cursor that it receives, once and in order")


def _check_claim(f: Function, main: Function) -> None:
    """The function's arguments and results can be the fields of a claim."""
    if POINTER in f.arguments or POINTER in f.returns:
        raise SignatureError(f"{f.name} becomes a table, but a claim cannot carry a pointer: pass values")
    if f is main and FELT in (*f.arguments, *f.returns):
        raise SignatureError("main takes and returns builtins' cursors only: use the tape and output")


def _record_sizes(program: Program) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for layout in program.records:
        if layout.builtin in sizes:
            raise SignatureError(f"{layout.builtin}_ptr is declared with two structures, one is {layout.struct}")
        sizes[layout.builtin] = len(layout.fields)
    if sizes.get("poseidon", POSEIDON_CELLS) != POSEIDON_CELLS:
        raise SignatureError(f"poseidon_ptr must point to a structure of {POSEIDON_CELLS} cells: 12 inputs, 8 outputs")
    if sizes.get("ledger", LEDGER_CELLS) != LEDGER_CELLS:
        raise SignatureError(f"ledger_ptr must point to a structure of {LEDGER_CELLS} cells: key and amount")
    for rom in ROMS:
        used = any(f"{CURSOR}{rom}" in f.arguments for f in program.functions)
        if used and not sizes.get(rom):
            raise SignatureError(f"{rom}_ptr must be declared as a pointer to its record's structure")
    return sizes
