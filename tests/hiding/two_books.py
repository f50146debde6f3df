"""Two books of one shape class, as small as proofs can be: three tables of 256 rows, proven in about 20 ms.

`claims` holds what is secret: rows (active, x, x^2). `squares` provides the squares, and so counts how often each is
used; `root` has the public value. The two books use other squares, and not equally many of them.
"""

from __future__ import annotations

import importlib
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import numpy as np
from forged_rows import Matrix
from toolkit import dishonest_profile

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import Instance, Table, TableBuilder, TableSet
from plimsoll.verifier.encoding import Proof, parse_body
from plimsoll.verifier.profile import Profile
from plimsoll.verifier.shape import ProofShape, proof_shape

dishonest = importlib.import_module("plimsoll_dishonest")

ROWS = 256
USED = {"first": 250, "second": 31}
PUBLICS = [49]
STATEMENT = sha256(b"plimsoll/tests/hiding").digest()
TINY = Profile("insecure-hiding", 2, 4, 0, 5, 3, 4, 3)
"""Few queries: what is shown at each must look the same for every book, however many there are."""
OFF = bytes(32)
"""A seed that switches a generator off."""
FRESH = b""


def _root() -> Table:
    t = TableBuilder("root", publics=1)
    active, y = (t.column(t.new_column()) for _ in range(2))
    first = t.add_periodic([1] + [0] * (ROWS - 1))
    t.assert_zero(t.sub(active, first))
    t.assert_zero(t.mul(first, t.sub(y, t.public(0))))
    t.send("rom:squares", [t.const(7), y], active, 1)
    return t.build()


def _claims() -> Table:
    t = TableBuilder("claims")
    active, x, y = (t.column(t.new_column()) for _ in range(3))
    t.assert_zero(t.mul(active, t.sub(active, t.const(1))))
    t.assert_zero(t.mul(active, t.sub(y, t.mul(x, x))))
    t.send("rom:squares", [x, y], active, 1)
    return t.build()


def _squares() -> Table:
    t = TableBuilder("squares")
    multiplicity, x, y = (t.column(t.new_column()) for _ in range(3))
    t.assert_zero(t.sub(x, t.add_periodic(range(ROWS))))
    t.assert_zero(t.sub(y, t.add_periodic([i * i for i in range(ROWS)])))
    t.send("rom:squares", [x, y], t.sub(t.const(0), multiplicity), 0)
    return t.build()


@cache
def tables() -> TableSet:
    return TableSet((_root(), _claims(), _squares()), tuple(Instance(k, 8) for k in range(3)))


@cache
def shape(profile: Profile = TINY) -> ProofShape:
    return proof_shape(tables(), profile)


@cache
def encoded() -> bytes:
    return tables().encode()


@dataclass(frozen=True)
class Traces:
    """A book's filled tables; blind columns are zero until somebody draws them."""

    matrices: tuple[Matrix, ...]

    def raw(self) -> list[bytes]:
        return [trace.tobytes() for trace in self.matrices]

    def blinded(self, rng: random.Random) -> Traces:
        """Blinds as the core draws them, but from a generator of the test's."""
        copies = tuple(trace.copy() for trace in self.matrices)
        for trace in copies:
            trace[:, -3:] = [[rng.randrange(P) for _ in range(3)] for _ in trace]
        for k in (-3, -2, -1):
            total = sum(int(x) for trace in copies for x in trace[:, k])
            copies[-1][-1, k] = (int(copies[-1][-1, k]) - total) % P
        return Traces(copies)


@cache
def book(name: str) -> Traces:
    """`first` or `second`; made from a fixed seed."""
    rng = random.Random(name)
    root = np.zeros((ROWS, 5), "<u8")
    root[0, :2] = 1, 49
    claims, squares = np.zeros((ROWS, 6), "<u8"), np.zeros((ROWS, 6), "<u8")
    squares[:, 1] = range(ROWS)
    squares[:, 2] = [i * i for i in range(ROWS)]
    squares[7, 0] = 1
    for row in range(USED[name]):
        x = rng.randrange(ROWS)
        claims[row, :3] = 1, x, x * x
        squares[x, 0] += 1
    return Traces((root, claims, squares))


def prove(
    traces: Traces,
    *,
    keep_blinds: bool = False,
    seeds: tuple[bytes, bytes] | None = None,
    profile: Profile = TINY,
    statement: bytes = STATEMENT,
) -> bytes:
    """A proof's body. Without `seeds` by the core's own prover; else with these of the salts and of the masks."""
    core = dishonest_profile(profile)
    body: bytes = dishonest.prove_traces(encoded(), traces.raw(), PUBLICS, statement, core, keep_blinds, seeds)
    return body


def parsed(body: bytes, profile: Profile = TINY) -> Proof:
    return parse_body(body, shape(profile))


@contextmanager
def one_thread() -> Iterator[None]:
    """The core starts its threads for each call: one is quicker for proofs this small, and draws in one order."""
    name, before = "RAYON_NUM_THREADS", os.environ.get("RAYON_NUM_THREADS")
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def flat(values: Any) -> list[int]:
    """All integers in nested tuples, in order."""
    return [values] if isinstance(values, int) else [x for value in values for x in flat(value)]
