"""Decoder of Cairo instructions: 16-bit offsets and flag bits as in the Cairo whitepaper, section 4.5.

Only the canonical encodings that Cairo's assembler writes are accepted; every other combination of flags is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from plimsoll.circuits.field import P
from plimsoll.engine.errors import PlimsollError


class DecodeError(PlimsollError):
    """A word that is no canonical Cairo instruction."""


class Opcode(Enum):
    """What an instruction does."""

    ASSERT = auto()
    CALL = auto()
    RET = auto()
    JUMP = auto()
    JNZ = auto()
    ADD_AP = auto()


class Operand(Enum):
    """Where the second operand stands."""

    IMMEDIATE = auto()
    FP = auto()
    AP = auto()
    DEREFERENCE = auto()


class Result(Enum):
    """What the destination is asserted equal to, or jumped by."""

    OP1 = auto()
    ADD = auto()
    MUL = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell relative to a register."""

    fp: bool
    offset: int


@dataclass(frozen=True, slots=True)
class Instruction:
    """One decoded instruction. `immediate` is only meaningful for an immediate operand; `size` is 1 or 2 words."""

    opcode: Opcode
    dst: Cell
    op0: Cell
    operand: Operand
    op1_offset: int
    result: Result
    relative: bool
    increments_ap: bool
    immediate: int
    size: int


UNUSED = Cell(True, -1)
"""What the assembler writes for a cell that an instruction does not use: one that always has a value."""

_OPERANDS = {0: Operand.DEREFERENCE, 1: Operand.IMMEDIATE, 2: Operand.FP, 4: Operand.AP}
_RESULTS = {0: Result.OP1, 1: Result.ADD, 2: Result.MUL}
_ABSOLUTE, _RELATIVE, _JNZ = 1, 2, 4
_CALL, _RET, _ASSERT = 1, 2, 4
_BIAS = 1 << 15


def decode(bytecode: Sequence[int], pc: int) -> Instruction:
    """The instruction at `pc`.

    Raises:
        DecodeError: no canonical instruction stands there.
    """
    if not 0 <= pc < len(bytecode):
        raise DecodeError(f"no instruction at {pc}: the bytecode has {len(bytecode)} words")
    word = bytecode[pc]
    if not 0 <= word < 1 << 63:
        raise DecodeError(f"word {word:#x} at {pc} is no instruction: bit 63 must be zero")
    off0, off1, off2 = ((word >> shift & 0xFFFF) - _BIAS for shift in (0, 16, 32))
    flags = word >> 48
    dst, op0 = Cell(bool(flags & 1), off0), Cell(bool(flags & 2), off1)
    operand, result = _OPERANDS.get(flags >> 2 & 7), _RESULTS.get(flags >> 5 & 3)
    jump, add_ap, add1, code = flags >> 7 & 7, flags >> 10 & 1, flags >> 11 & 1, flags >> 12
    opcode = _opcode(jump, add_ap, add1, code)
    if operand is None or result is None or opcode is None:
        raise DecodeError(f"word {word:#x} at {pc} has flags that no Cairo instruction has")
    if opcode is Opcode.CALL and (dst != Cell(False, 0) or op0 != Cell(False, 1) or result is not Result.OP1):
        raise DecodeError(f"call at {pc} does not save fp at [ap] and pc at [ap + 1]")
    if opcode is Opcode.RET and (dst, op0, operand, off2) != (Cell(True, -2), Cell(True, -1), Operand.FP, -1):
        raise DecodeError(f"ret at {pc} does not restore fp from [fp - 2] and pc from [fp - 1]")
    if opcode in (Opcode.JNZ, Opcode.RET) and result is not Result.OP1:
        raise DecodeError(f"word {word:#x} at {pc} computes a result it does not use")
    if opcode in (Opcode.JUMP, Opcode.ADD_AP) and dst != UNUSED:
        raise DecodeError(f"word {word:#x} at {pc} names a destination that it does not use")
    reads_op0 = operand is Operand.DEREFERENCE or result is not Result.OP1 or opcode is Opcode.CALL
    if not reads_op0 and op0 != UNUSED:
        raise DecodeError(f"word {word:#x} at {pc} names a first operand that it does not use")
    immediate = 0
    if operand is Operand.IMMEDIATE:
        if off2 != 1 or pc + 1 >= len(bytecode) or not 0 <= bytecode[pc + 1] < P:
            raise DecodeError(f"instruction at {pc} lacks its immediate operand")
        immediate = bytecode[pc + 1]
    size = 2 if operand is Operand.IMMEDIATE else 1
    return Instruction(opcode, dst, op0, operand, off2, result, jump == _RELATIVE, bool(add1), immediate, size)


def _opcode(jump: int, add_ap: int, add1: int, code: int) -> Opcode | None:
    """The opcode of a combination of flags, or None if no Cairo instruction has it."""
    if add_ap:
        return Opcode.ADD_AP if (jump, add1, code) == (0, 0, 0) else None
    if code == _ASSERT:
        return Opcode.ASSERT if jump == 0 else None
    if code == _CALL:
        return Opcode.CALL if jump in (_ABSOLUTE, _RELATIVE) and not add1 else None
    if code == _RET:
        return Opcode.RET if jump == _ABSOLUTE and not add1 else None
    if code == 0 and jump in (_ABSOLUTE, _RELATIVE):
        return Opcode.JUMP
    return Opcode.JNZ if code == 0 and jump == _JNZ else None
