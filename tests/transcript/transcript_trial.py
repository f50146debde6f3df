"""One attack, carried out: accepted by the changed verifier, refused by the genuine one; and its control."""

from __future__ import annotations

from prover_parts import TooEarlyError
from transcript_attacks import Attack
from transcript_variants import NoSuccessError, Site, Variant

from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.stark import verify_proof


def carry_out(site: Site, attack: Attack, seed: int, *, moved: bool = False) -> int:
    """Asserts that the attack works against the changed verifier and against no other; returns the tries it took."""
    variant, case = Variant(site, moved=moved), attack.made_for()
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
