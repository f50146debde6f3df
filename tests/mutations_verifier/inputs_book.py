"""Inputs: proof files that a dishonest prover makes for statements that no caller should accept.

The traces are honest; the proof is made *for* the statement, so that the transcript fits it and the policy alone says
no. At the test profile, which each caller here allows unless the input is about just that.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from check_runs import Input
from check_worlds import World
from inputs_vectors import market_file, parameters_file, verify
from small_venue import EMPTY, Batch, honest
from toolkit import Forgery, dishonest, dishonest_profile, forge

from plimsoll.circuits.field import P
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD
from plimsoll.verifier.statement import MAX_FILE_BYTES, MAX_STATEMENT_BYTES, Digests, Statement, write_proof

AT = datetime(2026, 11, 21, 13, tzinfo=UTC)
WEAK = {"security_floor": 1, "accept_weaker_security": True}
RENAMED = replace(INSECURE_TEST, name=STANDARD.name)


@cache
def honest_traces() -> Forgery:
    return forge()


@cache
def proof_of(**changes: Any) -> bytes:
    """The proof file of an honest book under a statement with some fields changed; `batch`: of another book."""
    batch: Batch | None = changes.pop("batch", None)
    base = forge(batch) if batch else honest_traces()
    forgery = replace(base, changes={"profile": INSECURE_TEST} | changes)
    return write_proof(forgery.statement, forgery.body())


def base_statement() -> Statement:
    return replace(honest_traces(), changes={"profile": INSECURE_TEST}).statement


def judged(
    proof: Any = None, market: dict[str, Any] | None = None, parameters: dict[str, Any] | None = None, **policy: Any
) -> Any:
    """A runner: the proof (a function that makes it) before a caller with these conditions."""

    def run(world: World) -> None:
        data = (proof or proof_of)()
        policies = world["verifier.policy"]
        conditions = policies.Policy(**{"at": AT, "allow_insecure": True} | policy)
        files = (json.dumps(market_file() | (market or {})), json.dumps(parameters_file() | (parameters or {})))
        verify(world, data, files[0].encode(), files[1].encode(), conditions)

    return run


def inputs() -> Iterator[Input]:
    yield Input("book honest", "an honest book at the test profile", judged(), valid=True)
    yield from _digests()
    yield from _fields()
    yield from _profiles()
    yield from _callers()
    yield from _bytes()
    yield from _exchanged()


def _statement(name: str, about: str, policy: dict[str, Any] | None = None, **changes: Any) -> Input:
    return Input(f"proof of {name}", about, judged(lambda: proof_of(**changes), **(policy or {})))


def _digests() -> Iterator[Input]:
    base = base_statement().digests
    for field in fields(Digests):
        other = replace(base, **{field.name: bytes(32)})
        about = f"made for a statement that names another {field.name} digest"
        yield _statement(f"another {field.name} digest", about, digests=other)

    other = replace(base, program=bytes(32))
    about = "made for a program that the caller accepts, and whose tables nobody has"
    yield _statement("an accepted program", about, {"programs": frozenset({bytes(32).hex()})}, digests=other)


def _fields() -> Iterator[Input]:
    yield _statement("another kind", "made for a statement of another kind", kind="account")
    yield _statement("the next sequence", "made for the publication after the snapshot's", sequence=4)
    yield _statement("another predecessor", "made to follow another publication", previous=bytes([1] * 32))
    yield _statement("another context", "made for another consumer", context=b"another")
    yield _statement("batch 1 of 1", "made as the second batch of one", batch_index=1)
    yield _statement("batch 0 of 2", "half of a book", batch_count=2)
    small = replace(honest(), leaves=honest().leaves[:2])
    yield _statement("half a tree", "a tree of two leaves under a class of four", batch=small)
    long = bytes(MAX_STATEMENT_BYTES - len(base_statement().encode()) + 1)
    about = "a context that makes the statement one byte longer than 2^16, to the consumer of that context"
    yield _statement("a long context", about, {"context": long}, context=long)
    fits = long[:-1]
    made = judged(lambda: proof_of(context=fits), context=fits)
    yield Input("proof of the longest context", "a statement of exactly 2^16 bytes", made, valid=True)
    empty = Batch((EMPTY,) * 4)
    yield Input("proof of an empty book", "four empty leaves", judged(lambda: proof_of(batch=empty)), valid=True)


def _profiles() -> Iterator[Input]:
    strict: dict[str, Any] = {"allow_insecure": False}
    about = "made at the test profile, for a caller with a floor of one bit who takes no insecure profile"
    yield _statement("the test profile", about, strict | WEAK)
    about = "made at the test profile's numbers under the standard's name, for a caller with a floor of one bit"
    yield _statement("a renamed profile", about, strict | WEAK, profile=RENAMED)
    about = "made at full security but with three masking columns, under the standard's name"
    yield _statement("three codewords", about, strict, profile=replace(STANDARD, random_codewords=3))
    about = "made at the test profile, for a caller who takes it, with a low floor"
    made = judged(**WEAK)
    yield Input("proof at the test profile", about, made, valid=True)


def _callers() -> Iterator[Input]:
    def caller(name: str, about: str, **policy: Any) -> Input:
        return Input(f"caller with {name}", about, judged(**policy))

    standard = lambda: proof_of(profile=STANDARD)  # noqa: E731
    about = "one bit more than the hash gives is asked for, and insecure profiles are taken"
    yield Input("caller with floor 129 who takes insecure profiles", about, judged(standard, security_floor=129))
    yield caller("another root", "the caller was shown another root", root=(1, 2, 3, 4))
    yield caller("a time without zone", "the caller's clock has no zone", at=AT.replace(tzinfo=None))
    yield caller("another shape", "the caller accepts another class only", shapes=frozenset({"book-2^3x1"}))
    yield caller("no program", "the caller accepts no program", programs=frozenset())
    yield caller("a stale snapshot", "a microsecond too old", at=AT + timedelta(hours=23, microseconds=1))
    late = AT - timedelta(hours=1, minutes=5, microseconds=1)
    yield caller("an early clock", "the snapshot is a microsecond too far ahead", at=late)
    yield caller("an unsaid floor", "a floor of 127 bits that nobody said is meant", security_floor=127)
    for name, about, policy in (
        ("a snapshot just fresh", "as old as is accepted", {"at": AT + timedelta(hours=23)}),
        ("a clock just right", "as far ahead as is accepted", {"at": AT - timedelta(hours=1, minutes=5)}),
        ("the floor", "128 bits are asked for and given", {"security_floor": 128}),
    ):
        made = judged(standard if "floor" in policy else None, **policy)
        yield Input(f"caller with {name}", about, made, valid=True)


def _bytes() -> Iterator[Input]:
    """Files whose length or numbers stand at a limit."""

    def large() -> bytes:
        data = proof_of()
        return data + bytes(MAX_FILE_BYTES + 1 - len(data))

    def number() -> bytes:
        data, first = proof_of(), base_statement().public_values[1]
        return data.replace(struct.pack("<Q", first), struct.pack("<Q", P), 1)

    yield Input("file of 64 MiB and a byte", "an honest proof with zeros behind", judged(large))
    yield Input("file with a public value of p", "a public value that is no field element", judged(number))
    yield Input("file of a header only", "no statement", judged(lambda: proof_of()[:14]))


def _exchanged() -> Iterator[Input]:
    """Proofs of a statement put before the caller of another: what the transcript's start is for.

    The prover hashes the statement as the weakened verifier does (`check_prover`), the file names another.
    """
    first = base_statement()
    for name, changes in (
        ("kind", {"kind": "account"}),
        ("shape", {"shape": "book-2^3x1"}),
        ("sequence", {"sequence": 2}),
        ("previous", {"previous": bytes([1] * 32)}),
        ("batch_index", {"batch_index": 1}),
        ("batch_count", {"batch_count": 2}),
        ("context", {"context": b"another"}),
        ("nonce_digest", {"nonce_digest": bytes([1] * 32)}),
        ("public_values", {"public_values": (*first.public_values[:8], first.public_values[8] ^ 1)}),
        *((f"digests.{f.name}", {"digests": replace(first.digests, **{f.name: bytes(32)})}) for f in fields(Digests)),
        *((f"profile.{n}", {"profile": replace(INSECURE_TEST, **{n: v})}) for n, v in PROFILE_CHANGES.items()),
    ):
        about = f"the honest proof of one statement in the file of another, which differs in {name}"
        yield Input(f"exchanged {name}", about, lambda w, c=changes: _exchange(w, c))  # type: ignore[misc]


PROFILE_CHANGES: dict[str, Any] = {
    "name": "insecure-another",
    "log_blowup": 3,
    "queries": 5,
    "query_pow_bits": 1,
    "log_final_poly_len": 4,
    "max_log_arity": 2,
    "random_codewords": 3,
    "cap_height": 2,
    "salt_elements": 3,
}


def _exchange(world: World, proven: dict[str, Any]) -> None:
    """The proof is made for a statement with `proven`, hashed in this world, and shown with the true statement."""
    shown = base_statement()
    digest = world.here(replace(shown, **proven)).digest()
    judged(lambda: write_proof(shown, forgery_body(digest)))(world)


@cache
def forgery_body(digest: bytes) -> bytes:
    """A proof of the honest traces that starts from a digest."""
    base = honest_traces()
    raw = [trace.tobytes() for trace in base.traces]
    made: bytes = dishonest.prove_traces(
        base.tables.encode(), raw, base.publics, digest, dishonest_profile(INSECURE_TEST), False
    )
    return made
