"""The interpreter: a small program's rows, and every reason to refuse a tape."""

from __future__ import annotations

import copy
import json
import struct
from typing import Any

import numpy as np
import pytest
from profiles import STATEMENT, core_profile, dishonest_profile
from small_program import (
    DONE,
    MORE,
    SQUARES,
    SQUARES_ROM,
    SmallProgram,
    column,
    expected_outputs,
    small_program,
    tape,
)

import plimsoll_core
import plimsoll_dishonest
from plimsoll.circuits.field import P


def run(program: SmallProgram, words: bytes) -> plimsoll_core.Witness:
    return plimsoll_core.Witness(program.tables.encode(), program.json, SQUARES_ROM, words)


def changed(program: SmallProgram, path: int, steps: list[dict[str, Any]]) -> SmallProgram:
    """The program with other steps for one path."""
    data = copy.deepcopy(program.program)
    data["paths"][path]["steps"] = steps
    return SmallProgram(program.tables, data)


@pytest.mark.parametrize("count", [0, 1, 300])
def test_a_run_is_proven_and_verified(count: int) -> None:
    program = small_program()
    values = [(i * 37) % 256 for i in range(count)]
    witness = run(program, tape(values))
    assert witness.outputs == expected_outputs(values)
    assert witness.rows[MORE] == count
    body = witness.prove(STATEMENT, core_profile())
    plimsoll_core.verify(program.tables.encode(), witness.outputs, STATEMENT, body, core_profile())


def test_rows_fill_the_instances_in_order() -> None:
    program = small_program((9, 8))
    values = list(range(200)) * 3
    witness = plimsoll_dishonest.Witness(program.tables.encode(), program.json, SQUARES_ROM, tape(values))
    traces = [np.frombuffer(t, dtype="<u8") for t in witness.traces()]
    tables = program.tables
    active = {
        i: int(t.reshape(-1, tables.tables[instance.table].width)[:, 0].sum())
        for i, (t, instance) in enumerate(zip(traces, tables.instances, strict=True))
        if instance.table in (DONE, MORE)
    }
    assert list(active.values()) == [1, 512, 88]


def test_a_second_proof_of_one_witness_rejected() -> None:
    witness = run(small_program(), tape([1]))
    witness.prove(STATEMENT, core_profile())
    with pytest.raises(plimsoll_core.CoreError, match="already proven"):
        witness.prove(STATEMENT, core_profile())


def test_more_rows_than_the_shape_has_rejected() -> None:
    with pytest.raises(plimsoll_core.CoreError, match=r"^capacity: table sum.nz: expected at most 256 rows .* got 300"):
        run(small_program((8,)), tape([1] * 300))


BAD_TAPES = {
    "the tape ends after 2 words": struct.pack("<2Q", 2, 1),
    "read to its end": tape([1]) + bytes(8),
    r"expected one of 256 records of 1 fields": tape([256]),
    r"table sum.nz, row 0, step 3 \(limbs\), tape word 2: expected a value of 2 limbs of 12 bits": tape([1 << 24]),
    "is no field element": struct.pack("<Q", P),
    "calls nest deeper": struct.pack("<Q", 100_000) + bytes(8 * 100_000),
}


@pytest.mark.parametrize(("message", "words"), BAD_TAPES.items())
def test_bad_tape_rejected(message: str, words: bytes) -> None:
    with pytest.raises(plimsoll_core.CoreError, match=f"^witness: .*{message}") as refused:
        run(small_program((16,)), words)
    # what is on a tape is secret: the message names places only
    assert not {str(1 << 24), str(P)} & set(str(refused.value).replace(",", " ").split())


def test_a_tape_of_broken_words_rejected() -> None:
    with pytest.raises(plimsoll_core.CoreError, match=r"^usage: .* words of 8 bytes"):
        run(small_program(), bytes(9))


def test_division_by_zero_rejected() -> None:
    program = small_program()
    steps = [{"op": "branch", "poly": column(2), "nonzero": True}, {"op": "inverse", "column": 3, "poly": []}]
    with pytest.raises(plimsoll_core.CoreError, match=r"function sum, .* step 1 \(inverse\).*division by zero"):
        run(changed(program, 2, steps), tape([1]))


def test_a_value_out_of_range_rejected() -> None:
    """The limbs' steps are honest by construction, so the low limb is set by another step here."""
    program = small_program()
    steps = copy.deepcopy(program.program["paths"][2]["steps"])
    steps.insert(4, {"op": "set", "column": 6, "poly": [["4096", []]]})
    message = "function sum, table sum.nz, row 0: expected a value below 4096 at a range check$"
    with pytest.raises(plimsoll_core.CoreError, match=message):
        run(changed(program, 2, steps), tape([1]))


def test_no_path_fits_rejected() -> None:
    program = small_program()
    steps = [{"op": "branch", "poly": [], "nonzero": True}]
    with pytest.raises(plimsoll_core.CoreError, match="no path of function sum fits"):
        run(changed(program, 1, steps), tape([]))


def test_an_abandoned_path_takes_its_reads_back() -> None:
    """The path for n = 0 reads record 9 and a word before it branches: only the last call's read may count."""
    program = small_program()
    data = copy.deepcopy(program.program)
    late = [
        {"op": "rom", "rom": "squares", "index": [["9", []]], "columns": [3]},
        {"op": "tape", "column": 3},
        {"op": "branch", "poly": column(2), "nonzero": False},
    ]
    data["paths"][1]["steps"] = late
    words = tape([1, 2]) + struct.pack("<Q", 77)
    witness = plimsoll_dishonest.Witness(program.tables.encode(), json.dumps(data), SQUARES_ROM, words)
    assert witness.outputs[0] == 77
    instance = next(i for i, x in enumerate(program.tables.instances) if x.table == SQUARES)
    counts = np.frombuffer(witness.traces()[instance], dtype="<u8").reshape(256, -1)[:, 0]
    assert {int(i): int(counts[i]) for i in counts.nonzero()[0]} == {1: 1, 2: 1, 9: 1}


def _unknown_function(data: dict[str, Any]) -> None:
    data["paths"][0]["steps"][1]["function"] = "nothing"


def _blind_column(data: dict[str, Any]) -> None:
    data["paths"][1]["steps"] = [{"op": "tape", "column": 4}]


def _too_few_arguments(data: dict[str, Any]) -> None:
    data["paths"][0]["steps"][1]["args"].pop()


def _unknown_step(data: dict[str, Any]) -> None:
    data["paths"][0]["steps"].append({"op": "jump"})


def _no_table(data: dict[str, Any]) -> None:
    data["poseidon"] = 99


def _number_too_large(data: dict[str, Any]) -> None:
    data["paths"][1]["steps"] = [{"op": "set", "column": 3, "poly": [[str(P), []]]}]


def _table_without_a_part(data: dict[str, Any]) -> None:
    del data["paths"][2]


def _one_table_twice(data: dict[str, Any]) -> None:
    data["paths"].append(copy.deepcopy(data["paths"][1]))


BAD_PROGRAMS = [
    _unknown_function,
    _blind_column,
    _too_few_arguments,
    _unknown_step,
    _no_table,
    _number_too_large,
    _one_table_twice,
    _table_without_a_part,
]


@pytest.mark.parametrize("break_program", BAD_PROGRAMS)
def test_bad_program_rejected(break_program: Any) -> None:
    program = small_program()
    break_program(program.program)
    with pytest.raises(plimsoll_core.CoreError, match=r"^program: "):
        run(program, tape([]))


BAD_RECORDS = {
    "missing": {},
    "others": {"squares": bytes(8 * 256)},
    "broken words": {"squares": b"\1"},
    "too many": {"squares": SQUARES_ROM["squares"] + bytes(8)},
    "unknown table": {**SQUARES_ROM, "other": b""},
}


@pytest.mark.parametrize("rom", BAD_RECORDS.values(), ids=BAD_RECORDS.keys())
def test_records_other_than_the_tables_rejected(rom: dict[str, bytes]) -> None:
    program = small_program()
    with pytest.raises(plimsoll_core.CoreError, match="read-only table"):
        plimsoll_core.Witness(program.tables.encode(), program.json, rom, tape([]))


def test_a_lenient_witness_is_proven_and_rejected() -> None:
    """What forgeries are made with: the run goes on past the limb, upstream's verifier sees the unbalanced bus."""
    program = small_program()
    steps = copy.deepcopy(program.program["paths"][2]["steps"])
    steps[3:4] = [
        {"op": "set", "column": 6, "poly": [["4097", []]]},
        {"op": "set", "column": 7, "poly": [["-1", []]]},
    ]
    forged = changed(program, 2, steps)
    tables = program.tables.encode()
    with pytest.raises(plimsoll_core.CoreError, match="range check"):
        run(forged, tape([1]))
    witness = plimsoll_dishonest.Witness(tables, forged.json, SQUARES_ROM, tape([1]), lenient=True)
    body = witness.prove(STATEMENT, dishonest_profile())
    with pytest.raises(plimsoll_core.CoreError, match=r"^verification: .*Lookup"):
        plimsoll_core.verify(tables, witness.outputs, STATEMENT, body, core_profile())
