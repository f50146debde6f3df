"""A small batch with everything that the verifier handles, and its proof at the test profile.

Three tables, four instances of three heights: `root` has public values and a public column that forces one active row;
`pairs` (two instances) requires several tuples a row, so that some messages share a fraction column and some do not;
`squares` is a public table. Run as a script, with the dishonest prover on the path, it writes the vector anew:

    python tests/verifier/example_proof.py
"""

from __future__ import annotations

import hashlib
import random
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.circuits.tables import Instance, Table, TableBuilder, TableSet
from plimsoll.verifier.profile import INSECURE_TEST, Profile

VECTOR = Path(__file__).parent / "vectors" / "example.insecure-test-only.proof"
DIGEST = hashlib.sha256(b"plimsoll/tests/verifier").digest()
RECORDS = 256
PUBLICS = [49, 7]
Trace = list[list[int]]


@dataclass(frozen=True)
class Example:
    """Tables, a trace for each instance, and public values."""

    tables: TableSet
    traces: list[Trace]
    publics: list[int]


def root_table() -> Table:
    """Columns: active, x, y. On the forced row (x, y) is required, and both are public."""
    t = TableBuilder("root", publics=2)
    active, x, y = (t.column(t.new_column()) for _ in range(3))
    first = t.add_periodic([1] + [0] * (RECORDS - 1))
    t.assert_zero(t.sub(active, first))
    t.assert_zero(t.mul(first, t.sub(y, t.public(0))))
    t.assert_zero(t.mul(active, t.sub(x, t.public(1))))
    t.send("rom:squares", [x, y], active, 1)
    return t.build()


def pairs_table() -> Table:
    """Columns: active, a, b, a^2, b^2: requires both squares, that of a + 1 as an expression, and a small a."""
    t = TableBuilder("pairs")
    active, a, b, aa, bb = (t.column(t.new_column()) for _ in range(5))
    t.assert_zero(t.sub(t.mul(active, active), active))
    t.assert_zero(t.mul(active, t.sub(aa, t.mul(a, a))))
    t.assert_zero(t.mul(active, t.sub(bb, t.mul(b, b))))
    next_a = t.add(a, t.const(1))
    t.send("rom:squares", [a, aa], active, 1)
    t.send("rom:squares", [b, bb], active, 1)
    t.send("rom:squares", [next_a, t.mul(next_a, next_a)], active, 1)
    t.send("rom:squares", [a, aa], active, 1)
    t.send("builtin:small", [a], active, 1)
    return t.build()


def squares_table() -> Table:
    """Columns: two multiplicities, x, y: copies of two public columns, provided on two buses."""
    t = TableBuilder("squares")
    of_pairs, of_small, x, y = (t.column(t.new_column()) for _ in range(4))
    t.assert_zero(t.sub(x, t.add_periodic(range(RECORDS))))
    t.assert_zero(t.sub(y, t.add_periodic([i * i for i in range(RECORDS)])))
    t.send("rom:squares", [x, y], t.sub(t.const(0), of_pairs), 0)
    t.send("builtin:small", [x], t.sub(t.const(0), of_small), 0)
    return t.build()


def example(seed: int = 1) -> Example:
    """The batch with an honest trace."""
    rng = random.Random(seed)
    tables = TableSet(
        (root_table(), pairs_table(), squares_table()),
        (Instance(0, 8), Instance(1, 10), Instance(1, 9), Instance(2, 8)),
    )
    of_pairs, of_small = [0] * RECORDS, [0] * RECORDS
    of_pairs[7] += 1
    root = [[int(i == 0), 7 * int(i == 0), 49 * int(i == 0), 0, 0, 0] for i in range(RECORDS)]
    traces = [root]
    for log_height in (10, 9):
        rows = []
        for i in range(1 << log_height):
            a, b = rng.randrange(RECORDS - 1), rng.randrange(RECORDS)
            if i % 100 == 99:
                rows.append([0] * 8)
                continue
            for x in (a, b, a + 1, a):
                of_pairs[x] += 1
            of_small[a] += 1
            rows.append([1, a, b, a * a, b * b, 0, 0, 0])
        traces.append(rows)
    traces.append([[of_pairs[i], of_small[i], i, i * i, 0, 0, 0] for i in range(RECORDS)])
    return Example(tables, traces, PUBLICS)


def packed(trace: Trace) -> bytes:
    """A trace as the core takes it."""
    return b"".join(struct.pack(f"<{len(row)}Q", *row) for row in trace)


def core_profile(module: Any, profile: Profile) -> Any:
    """The profile as an object of the core."""
    p = profile
    return module.Profile(
        p.log_blowup,
        p.queries,
        p.query_pow_bits,
        p.log_final_poly_len,
        p.max_log_arity,
        p.random_codewords,
        p.cap_height,
    )


def prove(case: Example, profile: Profile = INSECURE_TEST, keep_blinds: bool = False) -> bytes:
    """A proof of any traces, by the prover that checks nothing."""
    import plimsoll_dishonest as dishonest

    traces = [packed(trace) for trace in case.traces]
    parameters = core_profile(dishonest, profile)
    return dishonest.prove_traces(case.tables.encode(), traces, case.publics, DIGEST, parameters, keep_blinds)


if __name__ == "__main__":
    VECTOR.write_bytes(prove(example()))
