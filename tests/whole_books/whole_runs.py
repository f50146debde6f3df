"""Runs lies about a whole book before each of the three verifying functions, in a world (`check_worlds`).

In the world of the verifier as it is each lie is refused, at the step and in the words that it names. In a world
without the check it is meant for, it is accepted: tests/mutations_verifier tries that for each check. There every lie
is proven for what it says (`PROVEN`), at the test profile, which each caller here allows unless the lie is about just
that. Here a statement that is refused before its body is looked at needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from check_worlds import World
from whole_venue import AT, MARKET, NO_STRESS, ONE, RULES, Case, as_bytes

from plimsoll.circuits.totals_tables import Terms
from plimsoll.verifier.batch import VerifiedBatches
from plimsoll.verifier.whole_book import TOTALS_PROOF

Make = Callable[[], object]
Run = Callable[[World], object]
PROVEN = {"lies": False}
"""Whether statements that policy refuses have a proof behind them."""


@dataclass(frozen=True)
class Lie:
    """`run` raises, in the world it is given: at `step` with `words`. Without a step it is honest, and accepted."""

    name: str
    about: str
    run: Run
    step: str = ""
    words: str = ""

    @property
    def prepare(self) -> Make | None:
        """Makes the proofs that it hands over, and keeps them."""
        made: Make | None = getattr(self.run, "prepare", None)
        return made


def prepared(run: Run, prepare: Make) -> Run:
    """A run that remembers what makes its proofs."""
    run.prepare = prepare  # type: ignore[attr-defined]
    return run


def market(world: World, facts: dict[str, Any] | None = None) -> Any:
    return world["engine.snapshot"].MarketSnapshot.parse(as_bytes(facts or MARKET))


def rules(world: World, facts: dict[str, Any] | None = None) -> Any:
    return world["engine.parameters"].RiskParameters.parse(as_bytes(facts or RULES))


def scenarios(world: World, facts: dict[str, Any]) -> Any:
    return world["engine.scenarios"].ScenarioList.parse(as_bytes(facts))


def batches(
    proofs: Callable[[], list[bytes]],
    stress: dict[str, Any] = NO_STRESS,
    *,
    snapshot: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    **policy: Any,
) -> Run:
    """Proofs before a caller of `verify_batches`."""

    def run(world: World) -> object:
        conditions = world["verifier.batch"].BatchPolicy(**{"at": AT, "allow_insecure": True} | policy)
        files = market(world, snapshot), rules(world, parameters), scenarios(world, stress)
        return world["verifier.batch"].verify_batches(proofs(), *files, conditions)

    return prepared(run, proofs)


def totals(
    proof: Callable[[], bytes],
    case: Case = ONE,
    *,
    verified: Callable[[], VerifiedBatches] | None = None,
    terms: Callable[[], Terms] | None = None,
    **policy: Any,
) -> Run:
    """A proof before a caller of `verify_totals` who verified the case's batches and made the case's terms."""

    def run(world: World) -> object:
        conditions = world["verifier.totals"].TotalsPolicy(**{"at": AT, "allow_insecure": True} | policy)
        known = world.here(case.verified if verified is None else verified())
        wanted = world.here(case.terms if terms is None else terms())
        listed = scenarios(world, case.stress)
        return world["verifier.totals"].verify_totals(proof(), known, wanted, market(world), listed, conditions)

    return prepared(run, lambda: (proof(), case.verified))


def whole(files: Callable[[], dict[str, bytes]], stress: bytes | None = None, **policy: Any) -> Run:
    """Files before a caller of `verify_whole_book`."""

    def run(world: World) -> object:
        conditions = world["verifier.policy"].Policy(**{"at": AT, "allow_insecure": True} | policy)
        verify = world["verifier.whole_book"].verify_whole_book
        return verify(files(), market(world), rules(world), conditions, stress=stress)

    return prepared(run, files)


def once(make: Callable[[], Any]) -> Callable[[], Any]:
    """Made when it is first asked for, then kept: proofs take a second."""
    return cache(make)


def one_files() -> dict[str, bytes]:
    """The honest book of one batch."""
    return ONE.at_test_profile


def one_batch() -> list[bytes]:
    return [one_files()["batch-00.proof"]]


def one_totals() -> bytes:
    return one_files()[TOTALS_PROOF]


def batch_saying(**changes: Any) -> Callable[[], list[bytes]]:
    """The book's batch, for a statement that says otherwise; the second time from memory."""
    return once(lambda: [ONE.batch(0, proven=PROVEN["lies"], **changes)])


def totals_saying(**changes: Any) -> Callable[[], bytes]:
    """Its totals, likewise."""
    return once(lambda: ONE.totals(proven=PROVEN["lies"], **changes))


STATEMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "another kind": ({"kind": "book-batch"}, "a proof of kind"),
    "the next sequence": ({"sequence": 4}, "publication sequence"),
    "another predecessor": ({"previous": bytes([1] * 32)}, "previous publication"),
    "another list of scenarios": ({"context": bytes([1] * 32)}, "context"),
    "no list of scenarios": ({"context": b""}, "context"),
    "the second place": ({"batch_index": 1}, "batch 0 of 1"),
    "half of a book": ({"batch_count": 2}, "batch 0 of 1"),
    "a program that is not pinned": ({"digests": {"program": bytes([7] * 32)}}, "a program among"),
}
"""What no statement may say, of a batch or of totals."""
