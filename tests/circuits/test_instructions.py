"""Our instruction decoder: equal to cairo-lang's on every word of the book, and strict about everything else."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machine import HERE, program

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.instructions import Cell, DecodeError, Instruction, Opcode, Operand, Result, decode
from plimsoll.circuits.toolchain import load_cairo_lang

BYTECODE = book_program().bytecode
WITH_JUMPS = program(HERE / "programs" / "powers.cairo").bytecode


def walk(bytecode: tuple[int, ...] = BYTECODE) -> list[tuple[int, Instruction]]:
    """All instructions of a program, one after the other."""
    found, pc = [], 0
    while pc < len(bytecode):
        found.append((pc, decode(bytecode, pc)))
        pc += found[-1][1].size
    return found


@pytest.mark.parametrize("bytecode", [BYTECODE, WITH_JUMPS], ids=["book", "powers"])
def test_equal_to_cairo_lang(bytecode: tuple[int, ...]) -> None:
    load_cairo_lang()
    encode: Any = importlib.import_module("starkware.cairo.lang.compiler.encode")
    for pc, ours in walk(bytecode):
        theirs = encode.decode_instruction(bytecode[pc], bytecode[pc + 1] if ours.size == 2 else None)
        assert ours.dst == Cell(theirs.dst_register.name == "FP", theirs.off0)
        assert ours.op0 == Cell(theirs.op0_register.name == "FP", theirs.off1)
        assert ours.op1_offset == theirs.off2
        operand = {"IMM": "IMMEDIATE", "OP0": "DEREFERENCE"}.get(theirs.op1_addr.name, theirs.op1_addr.name)
        assert ours.operand.name == operand
        assert ours.increments_ap == (theirs.ap_update.name == "ADD1")
        assert ours.size == theirs.size
        if ours.size == 2:
            assert ours.immediate == theirs.imm
        if ours.opcode in (Opcode.ASSERT, Opcode.CALL, Opcode.RET):
            assert ours.opcode.name == {"ASSERT_EQ": "ASSERT"}.get(theirs.opcode.name, theirs.opcode.name)
        if ours.opcode is Opcode.ASSERT:
            assert ours.result.name == theirs.res.name


def test_every_opcode_is_compared() -> None:
    assert {i.opcode for bytecode in (BYTECODE, WITH_JUMPS) for _, i in walk(bytecode)} == set(Opcode)


@given(st.integers(0, 2**64 - 2**32))
def test_any_word_is_decoded_or_refused(word: int) -> None:
    with contextlib.suppress(DecodeError):
        assert decode([word, 5], 0).size in (1, 2)


def flagged(flags: int) -> int:
    """A word whose offsets are those of `ret`, with the given flags."""
    return flags << 48 | 0x7FFF_7FFF_7FFE


RET, ASSERT, CALL, ABSOLUTE, RELATIVE, JNZ = 1 << 13, 1 << 14, 1 << 12, 1 << 7, 1 << 8, 1 << 9
DST_FP, OP0_FP, IMMEDIATE, OP1_FP, OP1_AP, ADD, MUL, ADD_AP, ADD1 = (1 << i for i in (0, 1, 2, 3, 4, 5, 6, 10, 11))


def test_ret_is_accepted() -> None:
    assert decode([flagged(RET | ABSOLUTE | DST_FP | OP0_FP | OP1_FP)], 0).opcode is Opcode.RET


@pytest.mark.parametrize(
    "flags",
    [
        RET | ABSOLUTE | DST_FP | OP0_FP | OP1_FP | ADD,
        RET | ABSOLUTE | OP0_FP | OP1_FP,
        RET | RELATIVE | DST_FP | OP0_FP | OP1_FP,
        RET | ABSOLUTE | DST_FP | OP0_FP | OP1_FP | ADD1,
        CALL | RELATIVE | OP1_FP,
        ASSERT | ABSOLUTE | OP1_FP,
        ASSERT | ADD_AP | OP1_FP,
        ASSERT | RET | OP1_FP,
        ASSERT | OP1_FP | OP1_AP,
        ASSERT | OP1_FP | ADD | MUL,
        ABSOLUTE | RELATIVE | OP1_FP,
        JNZ | OP1_FP | MUL,
        JNZ | ADD_AP | OP1_FP,
        ADD_AP | ADD1 | OP1_FP,
        OP1_FP,
        IMMEDIATE | ASSERT,
        1 << 15 | ASSERT | OP1_FP,
    ],
)
def test_flags_of_no_instruction_rejected(flags: int) -> None:
    with pytest.raises(DecodeError):
        decode([flagged(flags)], 0)


@pytest.mark.parametrize("pc", [-1, len(BYTECODE)])
def test_place_outside_the_bytecode_rejected(pc: int) -> None:
    with pytest.raises(DecodeError, match="no instruction"):
        decode(BYTECODE, pc)


@pytest.mark.parametrize("opcode", [Opcode.JUMP, Opcode.ADD_AP, Opcode.JNZ, Opcode.ASSERT])
@pytest.mark.parametrize("unused", ["destination", "first operand"])
def test_named_but_unused_cell_rejected(opcode: Opcode, unused: str) -> None:
    if unused == "destination" and opcode in (Opcode.JNZ, Opcode.ASSERT):
        return  # these use it
    candidates = [(pc, i) for pc, i in walk(WITH_JUMPS) if i.opcode is opcode and i.operand is Operand.IMMEDIATE]
    pc, i = next((pc, i) for pc, i in candidates if i.result is Result.OP1)
    word = WITH_JUMPS[pc] - (1 << (0 if unused == "destination" else 16))
    assert decode(WITH_JUMPS, pc) == i
    with pytest.raises(DecodeError, match=f"names a {unused}"):
        decode([word, WITH_JUMPS[pc + 1]], 0)


def test_missing_immediate_rejected() -> None:
    pc = next(pc for pc, i in walk() if i.operand is Operand.IMMEDIATE)
    with pytest.raises(DecodeError, match="immediate"):
        decode(BYTECODE[: pc + 1], pc)
