"""Lies to a consumer, each proven for what it says, in a world (`check_worlds`) with all checks or without one.

The rows are honest, of something else than the consumer asks for, and the proof is made for the statement that states
it: so that the check that is meant, and no other, says no. Proofs are made at the test profile, which each consumer
here allows unless the lie is about just that.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from account_tapes import tape_of
from check_worlds import World
from one_account import CONTEXT, EDGE, EDGE_IN_MANY, MAINTENANCE, NOON, PARAMETERS, book_root, on_the_line
from small_venue import SNAPSHOT
from whole_runs import Lie, Run

from plimsoll.circuits.account_tables import ACCOUNT_SHAPE, account_program
from plimsoll.circuits.poseidon2 import permute
from plimsoll.prover.account_job import AccountOpening
from plimsoll.prover.core_api import CoreWitness
from plimsoll.verifier.account import ACCOUNT, BookRoot, expected_account
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD, Profile
from plimsoll.verifier.statement import Statement, write_proof

Threshold = type(MAINTENANCE)
EMPTY = replace(EDGE, holdings=(), lien=0)
"""Meets every threshold without an amount; its leaf has no holdings."""
REQUEST: dict[str, Any] = {
    "version": 1,
    "threshold": "free",
    "amount": "2",
    "chain": "1",
    "contract": "0x" + "11" * 20,
    "borrower": "0x" + "22" * 20,
    "nonce": "7",
    "expiry": "2026-11-21T14:00:00Z",
    "scope": "0x" + "33" * 32,
}
OTHERS: dict[str, ConsumerContext] = {
    "chain": replace(CONTEXT, chain=5),
    "contract": replace(CONTEXT, contract=bytes(20)),
    "scope": replace(CONTEXT, scope=bytes(32)),
    "borrower": replace(CONTEXT, borrower=bytes(20)),
    "nonce": replace(CONTEXT, nonce=8),
    "expiry": replace(CONTEXT, expiry=CONTEXT.expiry + 1),
}
"""Of each field another: the first three are in the tag, the others in the context alone."""
IN_TAG = ("chain", "contract", "scope")


@cache
def proof_of(
    opening: AccountOpening = EDGE,
    threshold: Any = MAINTENANCE,
    on_tape: ConsumerContext | None = None,
    profile: Profile = INSECURE_TEST,
    digests: tuple[tuple[str, bytes], ...] = (),
    cells: tuple[tuple[str, int], ...] = (),
    **changes: Any,
) -> bytes:
    """A proof of an honest tape, or of one with some cells other, under a statement with some fields changed.

    Args:
        on_tape: the context of the tape; the statement has the consumer's.
    """
    expected = expected_account(account_program(), SNAPSHOT, PARAMETERS, threshold)
    named = dict(cells)
    if on_tape is not None:
        named |= {f"context_{i}": value for i, value in enumerate(on_tape.tag_elements())}
    tape = array("Q", tape_of(opening, threshold, **named)).tobytes()
    witness = CoreWitness(expected.book, tape)
    said = Statement(
        kind=ACCOUNT,
        shape=ACCOUNT_SHAPE,
        profile=profile,
        digests=replace(expected.digests, **dict(digests)),
        public_values=witness.outputs,
        sequence=SNAPSHOT.sequence,
        context=CONTEXT.encode(),
    )
    said = replace(said, **changes)
    if "public_values" in changes:
        said = replace(said, public_values=changes["public_values"](witness.outputs))
    return write_proof(said, witness.prove(said.digest(), said.profile, None))


def consumer(
    proof: Callable[[], bytes],
    *,
    book: Callable[[], BookRoot] = lambda: book_root(EDGE),
    threshold: Any = MAINTENANCE,
    context: ConsumerContext = CONTEXT,
    rules: Any = PARAMETERS,
    **policy: Any,
) -> Run:
    """A proof before a consumer of `verify_account`."""

    def run(world: World) -> object:
        account = world["verifier.account"]
        snapshot = world["engine.snapshot"].MarketSnapshot.parse(SNAPSHOT.model_dump_json().encode())
        parameters = world["engine.parameters"].RiskParameters.parse(rules.model_dump_json().encode())
        asked = world["engine.thresholds"].Threshold(**asdict(threshold))
        for_whom = world["verifier.consumer"].ConsumerContext(**asdict(context))
        conditions = account.AccountPolicy(**{"at": NOON, "allow_insecure": True} | policy)
        root = account.BookRoot(**asdict(book()))
        return account.verify_account(proof(), snapshot, parameters, asked, for_whom, root, conditions)

    return run


def lies() -> Iterator[Lie]:
    yield from _honest()
    yield from _values()
    yield from _statements()
    yield from _contexts()
    yield from _roots()
    yield from _requests()


def _honest() -> Iterator[Lie]:
    yield Lie("account honest", "an owner's account on its maintenance line", consumer(proof_of))
    many = consumer(lambda: proof_of(EDGE_IN_MANY), book=lambda: book_root(EDGE_IN_MANY))
    yield Lie("account in a book of batches", "the path goes on from the batch's root", many)
    yield Lie(
        "account at full security", "128 bits", consumer(lambda: proof_of(profile=STANDARD), allow_insecure=False)
    )
    last = replace(CONTEXT, expiry=int(NOON.timestamp()) + 1)
    made = consumer(lambda: proof_of(on_tape=last, context=last.encode()), context=last)
    yield Lie("account a second before expiry", "the context expires in a second", made)


def _values() -> Iterator[Lie]:
    """Honest rows of something else: a public value says so."""

    def lie(name: str, about: str, run: Run, words: str) -> Lie:
        return Lie(f"account of {name}", about, run, "policy", words)

    other = replace(EDGE, salt=(1, 2, 3, 4))
    yield lie("another book", "an account under a root of the prover's own", consumer(lambda: proof_of(other)), "root")
    joined = consumer(proof_of, book=lambda: replace(book_root(EDGE), above=0))
    yield lie("a single batch", "for a consumer whose root is over batches", joined, "a path of")
    deeper = consumer(proof_of, book=lambda: replace(book_root(EDGE), levels=6))
    yield lie("another depth", "a path of five levels where leaves are six below", deeper, "a path of")
    cells = tuple((f"instruments_{i}", 7) for i in range(4))

    sevens = (7).to_bytes(8, "little") * 4

    table = consumer(lambda: proof_of(cells=cells), book=lambda: EDGE.root(sevens, permute))
    yield lie("another table", "a leaf whose id opens to another instrument table", table, "instrument table")
    for name in IN_TAG:
        tag = consumer(lambda name=name: proof_of(on_tape=OTHERS[name]))  # type: ignore[misc]
        yield lie(f"a tag for another {name}", "than the statement's: a second tag", tag, "consumer's scope")
    free, more = Threshold("free"), Threshold("free", amount=1)
    amount = consumer(lambda: proof_of(EMPTY, free), threshold=more, book=lambda: book_root(EMPTY))
    yield lie("a lower amount", "free 0 is proven, a millionth is asked for", amount, "an amount of 1")
    for name, cut in (("a value less", lambda v: v[:-1]), ("a value more", lambda v: (*v, 0))):
        made = consumer(lambda cut=cut: proof_of(public_values=cut))  # type: ignore[misc]
        yield lie(name, "another number of public values", made, "20 public values")


def _statements() -> Iterator[Lie]:
    def lie(name: str, words: str, **changes: Any) -> Lie:
        return Lie(f"account with {name}", f"made for {name}", consumer(lambda: proof_of(**changes)), "policy", words)

    yield lie("another kind", "a proof of kind account", kind="book-batch")
    yield lie("another shape", "the shape class account", shape="book-2^5x1")
    yield lie("a publication's nonce", "no publication nonce", nonce_digest=b"x" * 32)
    for name in ("program", "market", "parameters", "instruments", "schedule", "tables"):
        words = "a program among" if name == "program" else f"{name} digest"
        yield lie(f"another {name} digest", words, digests=((name, bytes(32)),))
    zeros = frozenset({bytes(32).hex()})
    accepted = consumer(lambda: proof_of(digests=(("program", bytes(32)),)), programs=zeros)
    about = "made for a program that the consumer accepts, and whose tables nobody has"
    yield Lie("account of an accepted program", about, accepted, "policy", "program digest")
    floor = consumer(lambda: proof_of(profile=STANDARD), security_floor=129)
    about = "one bit more than the hash gives is asked for, and insecure profiles are taken"
    yield Lie("account with floor 129", about, floor, "policy", "at least 129 proven bits")
    strict = consumer(proof_of, allow_insecure=False, security_floor=1, accept_weaker_security=True)
    about = "made at the test profile, for a consumer with a floor of one bit who takes no insecure profile"
    yield Lie("account at the test profile", about, strict, "policy", "full security")
    weak = consumer(proof_of, security_floor=1, accept_weaker_security=True)
    yield Lie("account at the test profile, taken", "made at the test profile, with a low floor", weak)
    other = Threshold("initial")
    edge = on_the_line(EDGE, other)
    initial = consumer(lambda: proof_of(edge), threshold=Threshold("initial"), book=lambda: book_root(edge))
    yield Lie("account of maintenance", "initial margin is asked for", initial, "policy", "schedule digest")


def _contexts() -> Iterator[Lie]:
    now = replace(CONTEXT, expiry=int(NOON.timestamp()))
    expired = consumer(lambda: proof_of(on_tape=now, context=now.encode()), context=now)
    yield Lie("account at expiry", "the context expires this second", expired, "policy", "not expired")
    for name, other in OTHERS.items():
        made = consumer(lambda other=other: proof_of(on_tape=other, context=other.encode()))  # type: ignore[misc]
        yield Lie(f"account for another {name}", "proven for it, shown for ours", made, "policy", "consumer context")
    wrong: dict[str, Any] = {
        "a long contract": {"contract": bytes(21)},
        "a long borrower": {"borrower": bytes(21)},
        "a long scope": {"scope": bytes(33)},
        "chain 2^256": {"chain": 2**256},
        "chain -1": {"chain": -1},
        "nonce 2^256": {"nonce": 2**256},
        "nonce -1": {"nonce": -1},
        "expiry 2^64": {"expiry": 2**64},
        "expiry -1": {"expiry": -1},
    }
    for name, fields in wrong.items():
        yield Lie(f"context with {name}", "that no contract could have", _context(**fields), "ConsumerError")
    for name, fields in {
        "every number at its least": {"chain": 0, "nonce": 0, "expiry": 0},
        "every number at its most": {"chain": 2**256 - 1, "nonce": 2**256 - 1, "expiry": 2**64 - 1},
    }.items():
        yield Lie(f"context with {name}", "of a contract", _context(**fields))
    good = CONTEXT.encode()
    old = b"plimsoll/context/evm/1".ljust(32, b"\0") + good[32:]
    for name, data in {"a byte more": good + b"x", "another prefix": b"x" + good[1:], "version 1": old}.items():
        yield Lie(f"context of bytes with {name}", "no canonical encoding", _decoded(data), "ConsumerError")
    yield Lie("context of bytes", "a canonical encoding", _decoded(good))


def _context(**fields: Any) -> Run:
    return lambda world: world["verifier.consumer"].ConsumerContext(**asdict(CONTEXT) | fields)


def _decoded(data: bytes) -> Run:
    return lambda world: world["verifier.consumer"].ConsumerContext.decode(data)


def _roots() -> Iterator[Lie]:
    def root(**fields: Any) -> Run:
        return lambda world: world["verifier.account"].BookRoot(**{"root": (1, 2, 3, 4), "levels": 5} | fields)

    wrong: dict[str, Any] = {
        "three elements": {"root": (1, 2, 3)},
        "levels 15": {"levels": 15},
        "levels -1": {"levels": -1},
        "above 7": {"above": 7},
        "above -1": {"above": -1},
    }
    for name, fields in wrong.items():
        yield Lie(f"book root with {name}", "that no book has", root(**fields), "policy", "a root with at most")
    yield Lie("book root at its most", "14 levels below 64 batches", root(levels=14, above=6))
    yield Lie("book root at its least", "a tree of one leaf, the only batch of a joined book", root(levels=0, above=0))


def _requests() -> Iterator[Lie]:
    def request(**fields: Any) -> Run:
        kept = {name: value for name, value in (REQUEST | fields).items() if value is not None}
        return lambda world: world["engine.json_files"].load_model(
            world["verifier.consumer"].ConsumerRequest, json.dumps(kept).encode(), "request"
        )

    wrong: dict[str, Any] = {
        "an unknown field": {"more": "1"},
        "a nonce of 2^256": {"nonce": str(2**256)},
        "a nonce that is a number": {"nonce": 7},
        "a nonce with a zero before it": {"nonce": "07"},
        "half a second": {"expiry": "2026-11-21T14:00:00.5Z"},
        "an expiry before 1970": {"expiry": "1969-11-21T14:00:00Z"},
        "a ratio that free has not": {"ratio": "0"},
        "no amount": {"amount": None},
        "an amount that maintenance has not": {"threshold": "maintenance", "amount": "0"},
        "a ratio of zero": {"threshold": "ratio", "amount": None, "ratio": "0"},
        "a scope of 31 bytes": {"scope": "0x" + "33" * 31},
        "no scope": {"scope": None},
        "a scope that is a number": {"scope": 0},
    }
    for name, fields in wrong.items():
        yield Lie(f"request with {name}", "that no consumer can mean", request(**fields), "InputError")
    yield Lie("request", "of an amount", request())
    yield Lie("request until 1970", "expired for long, and a request", request(expiry="1970-01-01T00:00:00Z"))
    yield Lie("request of a ratio", "one and a half", request(threshold="ratio", amount=None, ratio="1.5"))
    yield Lie("request of the largest nonce", "2^256 - 1", request(nonce=str(2**256 - 1)))
