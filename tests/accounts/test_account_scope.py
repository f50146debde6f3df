"""One owner has one tag in one scope; a proof is for one context. Lies about either are refused.

The tag is for chain, contract and scope. Nonce, borrower and expiry stand in no table: they are in the statement alone,
from which every challenge is derived.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from account_lies import IN_TAG, OTHERS, proof_of
from one_account import CONTEXT, EDGE, MAINTENANCE, PARAMETERS, POLICY, book_root, on_the_line, quad
from small_venue import SNAPSHOT

from plimsoll.circuits.leaves import owner_key
from plimsoll.circuits.poseidon2 import permute
from plimsoll.prover.account_job import prove_account
from plimsoll.verifier.account import BookRoot, VerifiedAccount, verify_account
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.statement import Statement, read_proof, write_proof

WITHOUT_TABLE = tuple(name for name in OTHERS if name not in IN_TAG)
ACCEPTING = replace(POLICY, allow_insecure=True)
IN_THE_PROOF = ("constraints", "proof of work", "transcript", "terminals")


def made(context: ConsumerContext = CONTEXT) -> bytes:
    """Her honest proof for a context, at the test profile."""
    return proof_of(on_tape=context, context=context.encode())


def moved(data: bytes, context: ConsumerContext | None = None, tag_for: ConsumerContext | None = None) -> bytes:
    """A proof's body under a statement with another context, another scope's public values, or both."""
    statement, body = read_proof(data)
    changes: dict[str, Any] = {} if context is None else {"context": context.encode()}
    if tag_for is not None:
        values = statement.public_values
        changes["public_values"] = (*values[:11], *tag_for.tag_elements(), *values[15:])
    return write_proof(replace(statement, **changes), body)


def verified(data: bytes, context: ConsumerContext = CONTEXT, book: BookRoot | None = None) -> VerifiedAccount:
    return verify_account(data, SNAPSHOT, PARAMETERS, MAINTENANCE, context, book or book_root(EDGE), ACCEPTING)


def refused(expected: str, data: bytes, context: ConsumerContext = CONTEXT) -> None:
    with pytest.raises(VerificationError, match=expected) as caught:
        verified(data, context)
    assert caught.value.step == "policy"


def refused_in_the_proof(data: bytes, context: ConsumerContext = CONTEXT) -> None:
    """The statement is one that the consumer accepts; the proof under it is none."""
    with pytest.raises(VerificationError) as caught:
        verified(data, context)
    assert caught.value.step in IN_THE_PROOF


# Whose tag is whose.


def test_control_tag_and_scope_are_returned() -> None:
    first = verified(made())
    assert (first.scope, len(first.tag)) == (CONTEXT.scope, 32)


@pytest.mark.parametrize("name", WITHOUT_TABLE)
def test_one_owner_in_one_scope_has_one_tag(name: str) -> None:
    """Whatever address, nonce or expiry she asks with: who keeps the tags sees her come again."""
    assert verified(made(OTHERS[name]), OTHERS[name]).tag == verified(made()).tag


@pytest.mark.parametrize("name", IN_TAG)
def test_another_scope_chain_or_contract_has_another_tag(name: str) -> None:
    first, other = verified(made()), verified(made(OTHERS[name]), OTHERS[name])
    assert other.tag != first.tag
    assert not {other.tag[i : i + 8] for i in range(0, 32, 8)} & {first.tag[i : i + 8] for i in range(0, 32, 8)}


def test_another_owner_has_another_tag_in_the_scope() -> None:
    secret = quad()
    hers = on_the_line(replace(EDGE, owner=owner_key(secret, permute), salt=quad()), MAINTENANCE)
    data = prove_account(hers, secret, SNAPSHOT, PARAMETERS, MAINTENANCE, CONTEXT, book_root(hers))
    assert verified(data, book=book_root(hers)).tag != verified(made()).tag


# Her proof, moved to another context of the same consumer, or of another.


@pytest.mark.parametrize("name", OTHERS)
def test_proof_for_another_context_rejected(name: str) -> None:
    """As it is; with the consumer's context written into the statement; and into the public values as well."""
    mine = OTHERS[name]
    refused("consumer context", made(), mine)
    if name in IN_TAG:
        refused("consumer's scope", moved(made(), mine), mine)
    else:
        refused_in_the_proof(moved(made(), mine), mine)
    refused_in_the_proof(moved(made(), mine, tag_for=mine), mine)


@pytest.mark.parametrize("name", WITHOUT_TABLE)
def test_moved_proof_is_refused_by_the_statement_s_digest_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables and public values of both contexts are equal: with a digest that leaves the context out, it passes."""
    genuine = Statement.digest
    monkeypatch.setattr(Statement, "digest", lambda self: genuine(replace(self, context=b"")))
    data = moved(proof_of.__wrapped__(), OTHERS[name])
    assert verified(data, OTHERS[name]).context == OTHERS[name]
    monkeypatch.undo()
    refused_in_the_proof(data, OTHERS[name])


# A second tag in one scope: what an owner would need to be admitted twice.


@pytest.mark.parametrize("name", IN_TAG)
def test_tag_of_another_scope_rejected(name: str) -> None:
    """Truly proven for the tag of another scope, under a statement with the consumer's context."""
    lie = proof_of(on_tape=OTHERS[name])
    assert read_proof(lie)[0].public_values[15:19] != read_proof(made())[0].public_values[15:19]
    refused("consumer's scope", lie)
    refused_in_the_proof(moved(lie, tag_for=CONTEXT))


@pytest.mark.parametrize("name", IN_TAG)
def test_context_of_another_scope_over_this_one_s_tag_rejected(name: str) -> None:
    """The converse: the public values are those of the consumer's scope, the statement's context is another's."""
    lie = proof_of(context=OTHERS[name].encode())
    refused("consumer context", lie)
    refused("consumer's scope", lie, OTHERS[name])
    refused_in_the_proof(moved(lie, CONTEXT))


def test_tag_that_was_not_proven_rejected() -> None:
    """Her proof with the tag that she has in another scope, or any other, in its public values."""
    statement, body = read_proof(made())
    values = statement.public_values
    other = read_proof(made(OTHERS["scope"]))[0].public_values
    lie = write_proof(replace(statement, public_values=(*values[:15], *other[15:19], values[19])), body)
    refused_in_the_proof(lie)
