"""Every line of the transcript has an attack that works without it, or a tested reason why none does."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from adaptive_prover import Prover
from bound_already import ARGUED, CONSTANT, argument, subjects, survivors, varies_with
from late_messages import LatePublics
from transcript_attacks import ATTACKS, CAPS_LINE, CLAIMS_LINE, MOVED, PARTS
from transcript_cases import case, small_profile
from transcript_page import PAGE, page
from transcript_trial import Trial, control, trials
from transcript_variants import Site, Variant, sites

from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.shape import proof_shape
from plimsoll.verifier.stark import verify_proof

FIGURES = Path(__file__).resolve().parents[2] / "build" / "audit" / "mutation-transcript.json"
EVERY = {str(site): site for site in sites()}
TRIALS = trials()
SLOW = "Challenger.sample_bytes: self._input = bytearray(self._output)"
SAMPLE = Random(4).sample([trial for trial in TRIALS if trial.name != SLOW], 18)
SEEDS = range(3)


def test_every_line_has_an_attack_or_an_argument() -> None:
    assert len(EVERY) == len(sites())
    assert set(ATTACKS) <= set(EVERY)
    assert set(MOVED) <= set(ATTACKS)
    assert set(ARGUED) <= set(EVERY) - set(ATTACKS)
    assert all(argument(site) for site in survivors())


def test_no_survivor_draws_a_challenge_or_absorbs_what_a_prover_chooses() -> None:
    """Whatever reads the proof, or draws, must have an attack; the heights are compared before."""
    own = [s for s in survivors() if s.kind == "drawn" or "proof" in s.text or "witness" in s.text]
    assert [s.text for s in own] == ["challenger.observe_extension(((bits, 0, 0) for bits in proof.degree_bits))"]


def test_page_is_current() -> None:
    assert PAGE.read_text() == page(), "run python tests/transcript/transcript_page.py"


@pytest.mark.parametrize("trial", SAMPLE, ids=str)
def test_attack_works_without_the_line(trial: Trial) -> None:
    trial.run(0)


def test_every_claim_and_cap_has_its_turn() -> None:
    shape = proof_shape(case().tables, case().profile)
    claims = sum(matrix.points for matrices in shape.rounds for matrix in matrices)
    assert Counter(name for name, _ in PARTS) == {CLAIMS_LINE: claims, CAPS_LINE: len(shape.folds)}


def test_public_values_are_bound_twice() -> None:
    """Without their line an honest proof can be shown under other public values, but not if the digest names them."""
    [trial] = [t for t in TRIALS if t.attack.strategy is LatePublics]
    of, variant = case(), Variant(EVERY[trial.name])

    def digest(publics: list[int]) -> bytes:
        return replace(subjects()[""].statement(), public_values=tuple(publics)).digest()

    named = replace(of, digest=digest(of.publics))
    result = variant.prove(LatePublics, named)
    shown = result.prover.shown_publics
    assert shown != of.publics
    variant.verify(named, shown, result.body)
    with pytest.raises(VerificationError):
        variant.verify(named, shown, result.body, digest(shown))


def test_what_is_described_is_in_the_statement() -> None:
    digests = {subject.statement().digest() for subject in subjects().values()}
    assert len(digests) == len(subjects())
    seen = {change for site in survivors() if site.kind == "described" for change in varies_with(site)}
    # The rest is bound by the digest alone.
    assert set(subjects()) - seen == {"", "a table's constraints", "the profile's cap_height"}


def test_degree_bits_leave_no_choice() -> None:
    """Without their line, a body with other degree bits is refused all the same."""
    [site] = [s for s in survivors() if "degree_bits)" in s.text]
    of, variant = case(), Variant(site)
    body = variant.prove(Prover, of).body
    variant.verify(of, of.publics, body)
    with pytest.raises(VerificationError) as caught:
        variant.verify(of, of.publics, bytes([body[0] + 1]) + body[1:])
    assert caught.value.step == "heights"


def harmless(site: Site) -> bool:
    """Without the line an honest proof is accepted; returns whether the genuine verifier tells the difference."""
    of, variant = case(profile=small_profile(work=2)), Variant(site)
    body = variant.prove(Prover, of).body
    variant.verify(of, of.publics, body)
    try:
        verify_proof(of.tables, of.publics, of.digest, body, of.profile)
    except VerificationError:
        return True
    return False


@pytest.mark.parametrize("site", Random(5).sample(survivors(), 3), ids=str)
def test_verifier_without_a_surviving_line_is_another(site: Site) -> None:
    assert harmless(site)


@pytest.mark.audit
def test_every_line() -> None:
    """The long form: all attacks with several seeds, their controls, and all survivors; the page is written anew."""
    PAGE.write_text(page())
    ends: Counter[str] = Counter()
    for trial in TRIALS:
        tries = [trial.run(seed) for seed in SEEDS]
        ends[control(trial.attack, SEEDS[0], tries[0])] += 1
    assert all(harmless(site) for site in survivors())
    constants = sum(argument(site) == CONSTANT for site in survivors())
    figures = {
        "lines": len(EVERY),
        "lines with an attack": len(ATTACKS),
        "lines that come too late": len(MOVED),
        "survivors, argued": len(survivors()),
        "survivors that are constants": constants,
        "turns of lines in a loop": len(PARTS),
        "attacks carried out": len(TRIALS) * len(SEEDS),
        "controls": ", ".join(f"{end} {count}" for end, count in sorted(ends.items())),
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({"figures": figures}, indent=2) + "\n")
