"""Work that a base proof's transcript would accept at another place than the one before the queries.

    PYTHONPATH=tests/forgeries python tests/vectors/work_elsewhere.py     finds the witnesses that `faults_of_body` has

Needed once a base: about a million hashes each.
"""

from __future__ import annotations

from functools import cache

from vector_edits import Base

from plimsoll.verifier.challenger import Challenger
from plimsoll.verifier.encoding import parse_body
from plimsoll.verifier.fri import gather_claims
from plimsoll.verifier.shape import proof_shape
from plimsoll.verifier.transcript import batch_phase, fri_phase, opening_phase

PLACES = {"folds": "before the first fold", "final-polynomial": "before the final polynomial"}
"""Place: in words."""


def again(sponge: Challenger) -> Challenger:
    """A sponge in the same state."""
    copied = Challenger(bytes(sponge._input))
    copied._output = sponge._output
    return copied


class _Noting(Challenger):
    """Keeps a copy of itself before each thing that it absorbs."""

    def __init__(self, start: bytes) -> None:
        super().__init__(start)
        self.notes: list[Challenger] = []

    def observe_bytes(self, data: bytes) -> None:
        self.notes.append(again(self))
        super().observe_bytes(data)


@cache
def places(name: str) -> dict[str, Challenger]:
    """The sponge at each place of a base proof's transcript."""
    base = Base(name)
    read = base.read
    shape = proof_shape(read.expected.book.tables, read.statement.profile)
    proof = parse_body(read.body, shape)
    publics = [list(read.statement.public_values) if i.table.publics else [] for i in shape.instances]
    sponge = _Noting(read.statement.digest())
    challenges = batch_phase(sponge, shape, publics, proof)
    claims = gather_claims(shape, proof, challenges.zeta)
    opening_phase(sponge, [[[c.values for c in points] for points in m] for m in claims], proof.batch_pow)
    before = len(sponge.notes)
    fri_phase(sponge, shape, proof)
    # The description, one commitment a fold, the final polynomial, the witness.
    description, *folds, polynomial, _ = sponge.notes[before:]
    assert description and len(folds) == len(shape.folds)
    return {"folds": folds[0], "final-polynomial": polynomial}


def accepted_at(place: str, witness: int, name: str = "honest") -> bool:
    """Whether a witness is twenty bits of work at a place."""
    return again(places(name)[place]).check_work(20, witness)


def find(place: str) -> int:
    """The least witness."""
    sponge = places("honest")[place]
    return next(w for w in range(1 << 26) if again(sponge).check_work(20, w))


if __name__ == "__main__":
    for one in PLACES:
        print(one, find(one))
