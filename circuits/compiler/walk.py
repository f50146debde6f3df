"""The symbolic walk along one acyclic path of a function: instructions become columns, constraints and messages.

The first assertion about a cell defines it as a polynomial of earlier cells; a second one is a constraint. Nothing is
ever guessed: an address or operand that is not understood is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.circuits.compiler import callgraph, calls
from plimsoll.circuits.compiler.callgraph import CallGraph
from plimsoll.circuits.compiler.cursors import Cursors
from plimsoll.circuits.compiler.errors import (
    CompileError,
    ControlFlowError,
    HintError,
    InstructionError,
    PointerError,
    UnwrittenError,
)
from plimsoll.circuits.compiler.hints import HINTS, LAST_ARGUMENT, LIMB_BITS
from plimsoll.circuits.compiler.memory import Address, Memory, shifted
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import Trace
from plimsoll.circuits.compiler.values import Pointer, Value
from plimsoll.circuits.field import P, signed
from plimsoll.circuits.instructions import Cell, Instruction, Opcode, Operand, Result
from plimsoll.circuits.program import CURSOR, Function


class Undecided(Exception):  # noqa: N818 (not an error: the walk needs one more decision)
    """The walk came to a conditional jump for which no decision was given."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where an inlined call returns to."""

    function: Function
    fp: Address
    pc: int


Place = Address | Pointer | Poly
"""Where an operand stands: a cell of the frame, a builtin's cell, or nowhere (an immediate value)."""


class Path:
    """One path of one function: `decisions` says for each conditional jump whether it is taken."""

    def __init__(self, graph: CallGraph, function: Function, decisions: Sequence[bool]) -> None:
        self.graph = graph
        self.function = function
        self.decisions = tuple(decisions)
        self.trace = Trace()
        names = [k.removeprefix(CURSOR) for k in function.arguments if k.startswith(CURSOR)]
        self.cursors = Cursors(names, graph.record_sizes, self.trace)
        self.arguments: list[int] = []
        self.returns: list[Poly] = []
        self.memory = Memory([self._argument(kind) for kind in function.arguments])
        self.fp: Address = (0, 0)
        self.ap: Address = (0, 0)
        self.pc = function.start
        self._stack: list[Frame] = []
        self._current = function
        self._decided = 0

    def walk(self) -> None:
        """Follows the path to its end.

        Raises:
            Undecided: the decisions given do not reach the end.
            ImpossiblePath: no row can satisfy the path.
            CompileError: with the Cairo file and line.
        """
        ended = False
        while not ended:
            pc = self.pc
            try:
                ended = self._step()
            except CompileError as e:
                callgraph.located(self.graph.program, pc, e)
                raise

    def _argument(self, kind: str) -> Value:
        if kind.startswith(CURSOR):
            return self.cursors.incoming(kind.removeprefix(CURSOR))
        self.arguments.append(self.trace.new_column())
        return Poly.column(self.arguments[-1])

    def _step(self) -> bool:
        """One instruction. Returns whether the walked function has returned."""
        for text in self.graph.hints.get(self.pc, []):
            self._hint(text)
        ins = self.graph.instruction(self._current, self.pc)
        following = self.pc + ins.size
        ap_increment = int(ins.increments_ap)
        match ins.opcode:
            case Opcode.ASSERT:
                self._assert(ins)
            case Opcode.CALL:
                return self._call(ins, following)
            case Opcode.RET:
                return self._return()
            case Opcode.JUMP:
                following = callgraph.jump_target(ins, self.pc)
            case Opcode.JNZ:
                if self._jump_if_not_zero(ins):
                    following = callgraph.jump_target(ins, self.pc)
            case Opcode.ADD_AP:
                ap_increment = self._ap_increment(ins)
        self.ap = shifted(self.ap, ap_increment)
        self.pc = following
        return False

    # Places and their values.

    def _cell(self, cell: Cell) -> Address:
        return shifted(self.fp if cell.fp else self.ap, cell.offset)

    def _operand(self, ins: Instruction) -> Place:
        match ins.operand:
            case Operand.IMMEDIATE:
                return Poly.constant(ins.immediate)
            case Operand.FP:
                return shifted(self.fp, ins.op1_offset)
            case Operand.AP:
                return shifted(self.ap, ins.op1_offset)
        base = self.memory.read(self._cell(ins.op0))
        if not isinstance(base, Pointer):
            raise PointerError("the address of a cell is no pointer into a builtin's cells")
        return Pointer(base.root, base.offset + ins.op1_offset)

    def _known(self, place: Place) -> bool:
        if isinstance(place, Poly):
            return True
        return self.cursors.known(place) if isinstance(place, Pointer) else self.memory.known(place)

    def _read(self, place: Place) -> Value:
        if isinstance(place, Poly):
            return place
        return self.cursors.read(place) if isinstance(place, Pointer) else self.memory.read(place)

    def _define(self, place: Place, value: Value) -> None:
        if isinstance(place, Poly):
            raise InstructionError("an immediate value is defined: it has a value")
        if isinstance(place, Pointer):
            self.cursors.define(place, value)
        else:
            self.memory.define(place, value)

    # Instructions.

    def _assert(self, ins: Instruction) -> None:
        dst, op1 = self._cell(ins.dst), self._operand(ins)
        if ins.result is Result.OP1:
            self._equal(dst, op1)
            return
        op0 = self._cell(ins.op0)
        if self._known(op0) and self._known(op1):
            combine = self._sum if ins.result is Result.ADD else self._product
            value = combine(self._read(op0), self._read(op1))
            if self._known(dst):
                self._constrain_equal(self._read(dst), value)
            else:
                self._define(dst, value)
            return
        # Reading refuses a cell that nothing was asserted about: one assertion defines one cell.
        unknown, other = (op1, op0) if self._known(op0) else (op0, op1)
        self._define(unknown, self._solve(ins.result, self._read(dst), self._read(other)))

    def _equal(self, a: Place, b: Place) -> None:
        if self._known(a) and self._known(b):
            self._constrain_equal(self._read(a), self._read(b))
        elif self._known(b):
            self._define(a, self._read(b))
        else:
            self._define(b, self._read(a))

    def _constrain_equal(self, a: Value, b: Value) -> None:
        if isinstance(a, Poly) and isinstance(b, Poly):
            self.trace.constrain(a - b)
        elif a != b:
            raise PointerError(f"the pointer {a if isinstance(a, Pointer) else b} is asserted equal to another value")

    def _sum(self, a: Value, b: Value) -> Value:
        if isinstance(b, Pointer):
            a, b = b, a
        if isinstance(b, Pointer):
            raise PointerError("a sum of two pointers")
        return self.cursors.add(a, b) if isinstance(a, Pointer) else a + b

    def _product(self, a: Value, b: Value) -> Value:
        if isinstance(a, Pointer) or isinstance(b, Pointer):
            raise PointerError("a product with a pointer")
        return self.trace.product(a, b)

    def _solve(self, result: Result, total: Value, known: Value) -> Value:
        """The operand that together with `known` gives `total`: a difference, or a quotient by a constant."""
        if isinstance(total, Pointer) or isinstance(known, Pointer):
            raise PointerError("a difference or quotient with a pointer")
        if result is Result.ADD:
            return total - known
        divisor = known.as_constant()
        if not divisor:
            raise UnwrittenError("a division by something that is no constant other than zero: assert the product")
        return total.scaled(pow(divisor, -1, P))

    def _jump_if_not_zero(self, ins: Instruction) -> bool:
        """Whether this path takes the jump; constrains the condition accordingly."""
        condition = self.memory.read(self._cell(ins.dst))
        if isinstance(condition, Pointer):
            raise PointerError("a conditional jump on a pointer")
        constant = condition.as_constant()
        if constant is not None:
            return constant != 0
        if self._decided == len(self.decisions):
            raise Undecided
        taken = self.decisions[self._decided]
        self._decided += 1
        self.trace.steps.append({"op": "branch", "poly": condition.to_json(), "nonzero": taken})
        if not taken:
            self.trace.constrain(condition)
            return False
        inverse = self.trace.new_column()
        self.trace.steps.append({"op": "inverse", "column": inverse, "poly": condition.to_json()})
        self.trace.constrain(self.trace.product(condition, Poly.column(inverse)) - Poly.constant(1))
        return True

    def _ap_increment(self, ins: Instruction) -> int:
        if ins.operand is not Operand.IMMEDIATE or ins.result is not Result.OP1 or signed(ins.immediate) < 0:
            raise ControlFlowError("ap is raised by something that is no constant of zero or more")
        return signed(ins.immediate)

    def _call(self, ins: Instruction, following: int) -> bool:
        callee = self.graph.callee(ins, self.pc)
        if callee.name in self.graph.recursive:
            self.ap = calls.require_claim(self, callee)
            self.pc = following
        else:
            self._stack.append(Frame(self._current, self.fp, following))
            self.fp = self.ap = self.memory.push_frame(self.ap)
            self._current, self.pc = callee, callee.start
        return False

    def _return(self) -> bool:
        if self._stack:
            frame = self._stack.pop()
            self._current, self.fp, self.pc = frame.function, frame.fp, frame.pc
            return False
        calls.provide_claim(self)
        return True

    def _hint(self, text: str) -> None:
        limbs = HINTS.get(text)
        if limbs is None:
            raise HintError(f"the hint {text!r} is not in the registry: expected one of {sorted(HINTS)}")
        value = self.memory.read(shifted(self.fp, LAST_ARGUMENT))
        if isinstance(value, Pointer):
            raise PointerError("a hint is given a pointer")
        columns = self.trace.new_columns(limbs.count)
        for i, column in enumerate(columns):
            self._equal(shifted(self.fp, i), Poly.column(column))
        self.trace.steps.append(
            {
                "op": "limbs",
                "poly": (value + Poly.constant(limbs.offset)).to_json(),
                "offset": "0",
                "bits": LIMB_BITS,
                "columns": columns,
            }
        )
