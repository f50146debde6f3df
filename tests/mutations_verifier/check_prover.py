"""A prover that checks nothing: the adaptive prover of tests/transcript, run on tables, profiles and values at will.

It runs the transcript of a lenient verifier, in which no `require` raises and the two checks of tables that raise on
their own are off. So it proves what the verifier as it is would refuse to look at.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import adaptive_prover
from adaptive_folding import Folding, body
from adaptive_prover import Case, Prover
from check_sites import Site, parsed
from check_weakenings import replaced
from check_worlds import World

ATTEMPTS = 200


def _raise_nothing(tree: ast.Module, node: ast.AST) -> None:
    for inner in ast.walk(node):
        if isinstance(inner, ast.If):
            replaced(tree, inner, ast.Pass())
            return


@cache
def lenient() -> World:
    """Nothing is refused on the way to a shape and through the transcript."""
    tree = parsed("verifier/errors.py")
    [place] = [i for i, n in enumerate(ast.walk(tree)) if isinstance(n, ast.FunctionDef) and n.name == "require"]
    world = World(Site("", "verifier/errors.py", "require", "", "", (0, 0), place, _raise_nothing))
    world["verifier.tables"]._check_blinds = lambda table: None  # type: ignore[attr-defined]
    world["verifier.lookups"]._check_boolean = lambda *rest: None  # type: ignore[attr-defined]
    return world


def sponge_of(challenger: ModuleType) -> Any:
    """A sponge that remembers the extension elements drawn from it."""

    class Recording(challenger.Challenger):  # type: ignore[name-defined, misc]
        def __init__(self, start: bytes) -> None:
            super().__init__(start)
            self.drawn: list[Any] = []

        def sample_extension(self) -> Any:
            self.drawn.append(super().sample_extension())
            return self.drawn[-1]

    return Recording


@dataclass(frozen=True)
class Made:
    """What is handed to `verify_proof`."""

    case: Case
    body: bytes

    def verify(self, world: World, **changes: Any) -> None:
        """Judged in a world; `changes` replace tables, publics, digest or profile."""
        parts = {name: getattr(self.case, name) for name in ("tables", "publics", "digest", "profile")} | changes
        tables, profile = world.here(parts["tables"]), world.here(parts["profile"])
        world["verifier.stark"].verify_proof(tables, parts["publics"], parts["digest"], self.body, profile)


def prove(case: Case, strategy: type[Prover] = Prover, world: World | None = None, seed: int = 0) -> Made:
    """A proof of any case. `world`: whose transcript it follows, and whose shape; the lenient one by default."""
    of = world or lenient()
    transcript, shape = of["verifier.transcript"], of["verifier.shape"]
    sponge = sponge_of(of["verifier.challenger"])(case.digest)
    kept = adaptive_prover.proof_shape
    adaptive_prover.proof_shape = lambda tables, profile: shape.proof_shape(of.here(tables), of.here(profile))  # type: ignore[assignment]
    try:
        prover = strategy(case, sponge, seed)
    finally:
        adaptive_prover.proof_shape = kept
    transcript.batch_phase(sponge, prover.shape, prover.demanded_publics(), prover)
    transcript.opening_phase(sponge, prover.claimed(), prover.batch_pow)
    for attempt in range(ATTEMPTS):
        prover.sponge = copy.deepcopy(sponge)
        folding = prover.folding(attempt)
        challenges = transcript.fri_phase(prover.sponge, prover.shape, folding)
        folding.finish(challenges.indices)
        if wanted(prover, challenges.indices):
            return Made(case, body(prover, folding, challenges.indices))
    raise AssertionError("no success")


def wanted(prover: Prover, indices: Sequence[int]) -> bool:
    """Whether the positions are such as the strategy waits for."""
    choose = getattr(prover, "choose", None)
    return choose is None or bool(choose(indices))


assert Folding
