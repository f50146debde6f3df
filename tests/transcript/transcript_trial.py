"""One attack, carried out: accepted by the changed verifier, refused by the genuine one; and its control."""

from __future__ import annotations

from dataclasses import dataclass

from prover_parts import TooEarlyError
from transcript_attacks import ATTACKS, MOVED, PARTS, Attack
from transcript_variants import NoSuccessError, Site, Variant, sites

from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.stark import verify_proof


@dataclass(frozen=True)
class Trial:
    """A line, what becomes of it, and the attack."""

    name: str
    attack: Attack
    moved: bool = False
    part: int | None = None

    def __str__(self) -> str:
        turn = "" if self.part is None else f", turn {self.part}"
        return f"{self.name}{', too late' if self.moved else ''}{turn}"

    def run(self, seed: int) -> int:
        [site] = [site for site in sites() if str(site) == self.name]
        return carry_out(site, self.attack, seed, moved=self.moved, part=self.part)


def trials() -> list[Trial]:
    """All attacks."""
    return [
        *(Trial(name, attack) for name, attack in ATTACKS.items()),
        *(Trial(name, attack, moved=True) for name, attack in MOVED.items()),
        *(Trial(name, attack, part=part) for (name, part), attack in PARTS.items()),
    ]


def carry_out(site: Site, attack: Attack, seed: int, *, moved: bool = False, part: int | None = None) -> int:
    """Asserts that the attack works against the changed verifier and against no other; returns the tries it took."""
    variant, case = Variant(site, moved=moved, part=part), attack.made_for()
    result = variant.prove(attack.strategy, case, seed)
    publics, digest = result.prover.shown_publics, attack.digest or case.digest
    variant.verify(case, publics, result.body, digest)
    try:
        verify_proof(case.tables, publics, digest, result.body, case.profile)
    except VerificationError as error:
        assert error.step == attack.step, (str(site), error)
    else:
        raise AssertionError(f"the genuine verifier accepts without {site}")
    return result.attempts


def control(attack: Attack, seed: int, attempts: int) -> str:
    """The same strategy against the whole transcript, with as many tries: how it fails."""
    variant, case = Variant(), attack.made_for()
    try:
        result = variant.prove(attack.strategy, case, seed, attempts)
    except TooEarlyError:
        return "asked too early"
    except NoSuccessError:
        return "no success"
    except VerificationError as error:
        return f"refused at once: {error.step}"
    publics, digest = result.prover.shown_publics, attack.digest or case.digest
    try:
        verify_proof(case.tables, publics, digest, result.body, case.profile)
    except VerificationError as error:
        return f"refused: {error.step}"
    raise AssertionError(f"{attack.told}: accepted with the whole transcript")
