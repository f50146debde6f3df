"""Whole proofs with one thing of the protocol changed, before both verifiers: order and number of tables, weights,
labels, the encoding that a statement is hashed in, the protocol's version.

Each is a proof that its own prover's world accepts (the control), so it fails for the one change and nothing else.
"""

from __future__ import annotations

import ast
import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import pytest
from adaptive_folding import Folding
from adaptive_prover import Prover
from check_prover import Made, prove
from check_sites import Site, parsed
from check_worlds import World
from inputs_book import base_statement, forgery_body, honest_traces, proof_of
from small_venue import PARAMETERS, SNAPSHOT
from toolkit import POLICY, dishonest, dishonest_profile, genuine, upstream_verdict
from transcript_cases import case, small_profile

from plimsoll.circuits.tables import TableBuilder, TableSet
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.stark import verify_proof
from plimsoll.verifier.statement import MAGIC, VERSION, Statement, write_proof

TAKES_TEST_PROFILE = replace(POLICY, allow_insecure=True)


def refused(statement: Statement, body: bytes) -> str:
    """Our verifier's step; Plonky3's verifier must refuse the body too."""
    with pytest.raises(VerificationError) as caught:
        verify_book(write_proof(statement, body), SNAPSHOT, PARAMETERS, TAKES_TEST_PROFILE)
    assert upstream_verdict(statement, body)
    return caught.value.step


# Table sets that are not the program's, each with a valid proof of its own, shown with the genuine statement.


def reordered(tables: TableSet) -> TableSet:
    """The range table's and the schedule's places are exchanged."""
    return replace(tables, instances=(*tables.instances[:-2], tables.instances[-1], tables.instances[-2]))


def neighbours(tables: TableSet) -> TableSet:
    """The first two tables, of one height, are exchanged."""
    return replace(tables, instances=(tables.instances[1], tables.instances[0], *tables.instances[2:]))


def repeated(tables: TableSet) -> TableSet:
    """A second instance of an empty table at the end."""
    place = [table.name for table in tables.instance_tables()].index("subtree.z.z")
    return replace(tables, instances=(*tables.instances, tables.instances[place]))


def weighted(tables: TableSet) -> TableSet:
    """What a table of rows requires is declared as provided: nothing bounds its count."""
    changed = []
    for table in tables.tables:
        sent = tuple(replace(m, weight=0) if m.bus == "fn:holdings" else m for m in table.messages)
        changed.append(replace(table, messages=sent))
    return replace(tables, tables=tuple(changed))


def traces_of(tables: TableSet) -> list[bytes]:
    """The honest rows, put in the tables' order; an instance that comes twice is empty the second time."""
    base = honest_traces()
    by_instance = dict(zip(base.tables.instances, base.traces, strict=True))
    used, raw = set(), []
    for instance in tables.instances:
        trace = by_instance[instance]
        raw.append(bytes(trace.nbytes) if instance in used else trace.tobytes())
        used.add(instance)
    return raw


CHANGED: dict[str, tuple[Callable[[TableSet], TableSet], str]] = {
    "in another order": (reordered, "heights"),
    "in another order, of one height": (neighbours, "constraints"),
    "with an instance added": (repeated, "encoding"),
    "with another weight": (weighted, "accepted"),
}


def test_distinct_instances() -> None:
    """`traces_of` tells instances apart by table and height."""
    assert len(set(honest_traces().tables.instances)) == len(honest_traces().tables.instances)


@pytest.mark.parametrize("name", CHANGED)
def test_tables_changed_rejected(name: str) -> None:
    change, step = CHANGED[name]
    tables = change(honest_traces().tables)
    publics, profile = honest_traces().publics, dishonest_profile(INSECURE_TEST)
    statement = base_statement()
    digests = replace(statement.digests, tables=tables.digest())
    for shown, expected in ((statement, step), (replace(statement, digests=digests), "policy")):
        digest = shown.digest()
        body = dishonest.prove_traces(tables.encode(), traces_of(tables), publics, digest, profile, False)
        verify_proof(tables, publics, digest, body, INSECURE_TEST) if name != "with another weight" else None
        dishonest.verify(tables.encode(), publics, digest, body, profile)
        if expected == "accepted":
            # A weight is a declaration, which no polynomial knows: it is the statement that binds it.
            verify_book(write_proof(shown, body), SNAPSHOT, PARAMETERS, TAKES_TEST_PROFILE)
            continue
        with pytest.raises(VerificationError) as caught:
            verify_book(write_proof(shown, body), SNAPSHOT, PARAMETERS, TAKES_TEST_PROFILE)
        assert caught.value.step == expected
        if expected != "policy":
            assert upstream_verdict(shown, body)


# The statement hashed in another encoding, or by another version.


def as_json(statement: Statement) -> bytes:
    """The same fields as JSON text."""
    plain = json.dumps(asdict(statement), default=bytes.hex, sort_keys=True)
    return hashlib.sha256(b"plimsoll/statement" + struct.pack("<H", VERSION) + plain.encode()).digest()


ENCODINGS: dict[str, Callable[[Statement], bytes]] = {
    "as JSON text": as_json,
    "without its domain": lambda s: hashlib.sha256(s.encode()).digest(),
    "of version 0": lambda s: hashlib.sha256(b"plimsoll/statement" + struct.pack("<H", 0) + s.encode()).digest(),
    "of version 2": lambda s: hashlib.sha256(b"plimsoll/statement" + struct.pack("<H", 2) + s.encode()).digest(),
    "with a length before it": lambda s: hashlib.sha256(
        b"plimsoll/statement" + struct.pack("<HI", VERSION, len(s.encode())) + s.encode()
    ).digest(),
    "hashed twice": lambda s: hashlib.sha256(s.digest()).digest(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_statement_hashed_otherwise_rejected(name: str) -> None:
    statement = base_statement()
    digest = ENCODINGS[name](statement)
    body = forgery_body(digest)
    verify_proof(genuine().book.tables, honest_traces().publics, digest, body, INSECURE_TEST)
    assert refused(statement, body) == "constraints"


def test_proof_of_an_older_version_rejected() -> None:
    """A proof made as version 0, as it is and under today's number; and today's proof under the older one."""
    statement = base_statement()
    body = forgery_body(ENCODINGS["of version 0"](statement))
    today = write_proof(statement, body)
    older = MAGIC + struct.pack("<H", 0) + today[len(MAGIC) + 2 :]
    renumbered = proof_of()
    for data, step in (
        (older, "encoding"),
        (today, "constraints"),
        (MAGIC + struct.pack("<H", 0) + renumbered[len(MAGIC) + 2 :], "encoding"),
    ):
        with pytest.raises(VerificationError) as caught:
            verify_book(data, SNAPSHOT, PARAMETERS, TAKES_TEST_PROFILE)
        assert caught.value.step == step
    verify_book(renumbered, SNAPSHOT, PARAMETERS, TAKES_TEST_PROFILE)


# Challenges under another label: the transcript's own text, one word of it changed.


@cache
def labels() -> tuple[tuple[str, int, str], ...]:
    """Every label and name of a protocol in transcript.py and challenger.py, with the place of its node."""
    found: list[tuple[str, int, str]] = []
    for module, calls in (
        ("verifier/transcript.py", ("step", "bracket", "Description")),
        ("verifier/challenger.py", ("_algebra",)),
    ):
        tree = parsed(module)
        inside = [n for c in ast.walk(tree) if isinstance(c, ast.Call) and _name(c) in calls for n in c.args]
        for k, node in enumerate(ast.walk(tree)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and node in inside:
                found.append((module, k, str(node.value)))
    return tuple(found)


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def relabelled(_: ast.Module, node: ast.AST) -> None:
    assert isinstance(node, ast.Constant)
    node.value = node.value[:-1] + (b"?" if isinstance(node.value, bytes) else "?")


def world_of(module: str, place: int) -> World:
    return World(Site("", module, "", "label", "", (0, 0), place, relabelled))


def both_refuse(made: Made) -> str:
    """Our step; Plonky3's verifier must refuse, too."""
    parts = made.case
    with pytest.raises(VerificationError) as caught:
        verify_proof(parts.tables, parts.publics, parts.digest, made.body, parts.profile)
    profile = dishonest_profile(parts.profile)
    with pytest.raises(dishonest.CoreError):
        dishonest.verify(parts.tables.encode(), parts.publics, parts.digest, made.body, profile)
    return caught.value.step


def proven_under(number: int) -> None:
    """The prover's transcript calls one step otherwise: all challenges after its description are others."""
    module, place, text = labels()[number]
    world = world_of(module, place)
    made = prove(case(log_heights=(4, 4), profile=small_profile(work=4)), world=world)
    made.verify(world)
    assert both_refuse(made) in ("constraints", "openings", "transcript"), text


@pytest.mark.parametrize("number", range(0, len(labels()), 6))
def test_challenges_of_another_label_rejected(number: int) -> None:
    proven_under(number)


@pytest.mark.audit
@pytest.mark.parametrize("number", range(len(labels())))
def test_challenges_of_each_other_label_rejected(number: int) -> None:
    proven_under(number)


def test_labels_are_those_of_the_transcript() -> None:
    texts = {text for _, _, text in labels()}
    assert {"main_commitment", "lookup_alpha", "zeta", "final_poly", "b'p3-fri'", "query_indices"} <= texts
    assert len(labels()) > 40


# Grinding at another point of the transcript.


class EarlyWork(Prover):
    """Works on the sponge as it was before the final polynomial was absorbed."""

    class Folds(Folding):
        @property
        def final_polynomial(self) -> Any:  # type: ignore[override]
            self.early = self.prover.witness(self.prover.case.profile.query_pow_bits)
            return self.last

        @property
        def last(self) -> Any:
            return Folding.final_polynomial.func(self)  # type: ignore[attr-defined]

        @property
        def query_pow(self) -> int:  # type: ignore[override]
            return self.early

    folds = Folds


def test_work_done_before_the_final_polynomial_rejected() -> None:
    honest = replace(case(), profile=small_profile(work=10))
    made = prove(honest)
    verify_proof(honest.tables, honest.publics, honest.digest, made.body, honest.profile)
    assert both_refuse(prove(honest, EarlyWork)) == "transcript"


def test_table_of_no_instance_is_no_proof() -> None:
    """A table that no instance has is in the digest and in no proof: the statement binds it all the same."""
    builder = TableBuilder("added")
    builder.assert_zero(builder.column(builder.new_column()))
    tables = honest_traces().tables
    more = replace(tables, tables=(*tables.tables, builder.build()))
    assert more.digest() != tables.digest()
    digests = replace(base_statement().digests, tables=more.digest())
    with pytest.raises(VerificationError) as caught:
        verify_book(proof_of(digests=digests), SNAPSHOT, PARAMETERS, TAKES_TEST_PROFILE)
    assert caught.value.step == "policy"
