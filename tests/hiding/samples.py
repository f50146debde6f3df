"""Every number that a proof shows, by kind, as columns of samples over many proofs; and the same less a guess.

A value alone looks random in any case: zeta and the lookups' challenges are random in each proof. What a book would
show can only be seen by comparing with it. So beside each value that an attacker with the book can predict (taking
blinds and masks for zero) stands its difference from the prediction: uniform if it is hidden, and zero if not.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from unittest.mock import patch

import attacker
import numpy as np
from numpy.typing import NDArray
from two_books import PUBLICS, STATEMENT, TINY, book, flat, one_thread, parsed, prove, shape, tables

from plimsoll.circuits.field import P
from plimsoll.verifier import challenger
from plimsoll.verifier.encoding import Proof
from plimsoll.verifier.extension import Ext, sub
from plimsoll.verifier.shape import ROUNDS

Samples = NDArray[np.uint64]
"""A row for each proof, a column for each coordinate."""


@dataclass(frozen=True)
class Collected:
    """Samples of one book's proofs by kind of coordinate."""

    kinds: dict[str, Samples]

    @property
    def coordinates(self) -> int:
        return sum(samples.shape[1] for samples in self.kinds.values())


def shown(proof: Proof) -> dict[str, list[int]]:
    """All numbers of a proof but heights, which are public, and work, which the transcript decides."""
    kinds = {
        "terminals": flat(proof.terminals),
        "opened randomisers": flat([one.random for one in proof.opened]),
        "opened main columns": flat([one.main for one in proof.opened]),
        "opened quotient chunks": flat([one.quotient for one in proof.opened]),
        "opened lookup columns": flat([one.permutation for one in proof.opened]),
        "opened lookup columns, next point": flat([one.permutation_next for one in proof.opened]),
        "opened random codewords": flat(proof.masks),
        "final polynomial": flat(proof.final_polynomial),
        "rows of folds": flat(list(zip(*(rows.values for rows in proof.fold_rows), strict=True))),
        "salts of folds": _words(
            [
                salt
                for query in zip(*(rows.salts for rows in proof.fold_rows), strict=True)
                for of in query
                for salt in of
            ]
        ),
        "digests": _words([proof.main, proof.permutation, proof.quotient, proof.random, *proof.fold_caps]),
    }
    for name, rows in zip(ROUNDS, proof.input_rows, strict=True):
        kinds[f"rows, {name}"] = flat(rows.values)
        kinds[f"salts, {name}"] = _words([salt for query in rows.salts for salt in query])
    return kinds


def _words(data: Sequence[bytes]) -> list[int]:
    raw = b"".join(data)
    return list(struct.unpack(f"<{len(raw) // 8}Q", raw))


@cache
def _codewords(name: str) -> list[list[list[int]]]:
    """A book's columns as they would be committed without masks, blinds left out."""
    return [
        [attacker.codeword(column, TINY.log_blowup) for column in attacker.with_masks(trace)[:-3]]
        for trace in book(name).matrices
    ]


@cache
def _sent(name: str) -> attacker.Sent:
    return attacker.sent(tables(), book(name).matrices)


def less_guess(proof: Proof, name: str) -> dict[str, list[int]]:
    """What a proof shows less what this book would show."""
    traces = book(name).matrices
    batch, fri = attacker.replay(shape(), PUBLICS, STATEMENT, proof)
    predicted = attacker.terminals(shape(), _sent(name), batch)
    kinds = {"terminals less a guess": _differences(proof.terminals, predicted)}
    openings, rows = list[int](), list[int]()
    for trace, one in zip(traces, proof.opened, strict=True):
        values = attacker.opened(attacker.with_masks(trace)[:-3], batch.zeta)
        openings += _differences(one.main[:-3], values)
    for query, index in zip(proof.input_rows[1].values, fri.indices, strict=True):
        for row, words in zip(query, _codewords(name), strict=True):
            rows += [(x - word[index]) % P for x, word in zip(row, words, strict=False)]
    return {**kinds, "opened main columns less a guess": openings, "rows, main, less a guess": rows}


def _differences(values: Sequence[Ext], predicted: Sequence[Ext]) -> list[int]:
    return flat([sub(x, y) for x, y in zip(values, predicted, strict=True)])


def descriptions_once() -> AbstractContextManager[object]:
    """The transcript's descriptions are those of the shape: their digests need not be computed for each proof."""
    return patch.object(challenger, "keccak256", cache(challenger.keccak256))


def collect(name: str, proofs: int, guess: str, **switches: object) -> Collected:
    """Samples of `proofs` proofs of a book, less the guess of a book; salts, masks and blinds are fresh in each
    unless switched off (`two_books.prove`)."""
    rows: dict[str, list[list[int]]] = {}
    with one_thread(), descriptions_once():
        for _ in range(proofs):
            proof = parsed(prove(book(name), **switches))  # type: ignore[arg-type]
            for kind, values in (shown(proof) | less_guess(proof, guess)).items():
                rows.setdefault(kind, []).append(values)
    return Collected({kind: np.array(values, np.uint64) for kind, values in rows.items()})
