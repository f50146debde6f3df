"""Samples of proofs of the book program itself, at its smallest class: two tapes that differ in all that is secret."""

from __future__ import annotations

from functools import cache

import attacker
import numpy as np
from samples import Collected, descriptions_once, shown
from small_venue import Batch, Leaf, account_lots, positions
from toolkit import Forgery, forge, genuine
from two_books import flat

from plimsoll.verifier.encoding import parse_body
from plimsoll.verifier.extension import sub
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.shape import ProofShape, proof_shape


@cache
def tape(name: str) -> Forgery:
    """`three accounts` with eleven holdings, long and short, and an empty leaf; or `four accounts`, all short."""
    cat = Leaf(positions(account_lots()["cat"]))
    return forge() if name == "three accounts" else forge(Batch((cat,) * 4))


@cache
def _shape() -> ProofShape:
    return proof_shape(genuine().book.tables, INSECURE_TEST)


@cache
def _sent(name: str) -> attacker.Sent:
    return attacker.sent(genuine().book.tables, tape(name).traces)


def collect_program(name: str, proofs: int, guess: str, *, keep_blinds: bool = False) -> Collected:
    """Samples as `samples.collect`; less the guess are the terminals alone."""
    rows: dict[str, list[list[int]]] = {}
    forgery = tape(name)
    with descriptions_once():
        for _ in range(proofs):
            proof = parse_body(forgery.body(profile=INSECURE_TEST, keep_blinds=keep_blinds), _shape())
            batch, _ = attacker.replay(_shape(), forgery.publics, forgery.statement.digest(), proof)
            predicted = attacker.terminals(_shape(), _sent(guess), batch)
            less = flat([sub(x, y) for x, y in zip(proof.terminals, predicted, strict=True)])
            for kind, values in {**shown(proof), "terminals less a guess": less}.items():
                rows.setdefault(kind, []).append(values)
    return Collected({kind: np.array(values, np.uint64) for kind, values in rows.items()})
