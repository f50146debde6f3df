"""Every line of the transcript has an attack that works without it, or a tested reason why none does."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from adaptive_prover import Prover
from bound_already import ARGUED, CONSTANT, argument, subjects, survivors, varies_with
from transcript_attacks import ATTACKS, MOVED
from transcript_cases import case, small_profile
from transcript_page import PAGE, page
from transcript_trial import carry_out, control
from transcript_variants import Site, Variant, sites

from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.stark import verify_proof

FIGURES = Path(__file__).resolve().parents[2] / "build" / "audit" / "mutation-transcript.json"
EVERY = {str(site): site for site in sites()}
TRIALS = [(name, False) for name in ATTACKS] + [(name, True) for name in MOVED]
SLOW = "Challenger.sample_bytes: self._input = bytearray(self._output)"
SAMPLE = Random(4).sample([t for t in TRIALS if t[0] != SLOW], 16)
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


@pytest.mark.parametrize(("name", "moved"), SAMPLE)
def test_attack_works_without_the_line(name: str, moved: bool) -> None:
    carry_out(EVERY[name], (MOVED if moved else ATTACKS)[name], 0, moved=moved)


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
    """The long form: all attacks with several seeds, their controls, and all survivors."""
    tries, ends = {}, dict[str, int]()
    for name, moved in TRIALS:
        attack = (MOVED if moved else ATTACKS)[name]
        for seed in SEEDS:
            tries[name, moved, seed] = carry_out(EVERY[name], attack, seed, moved=moved)
        end = control(attack, SEEDS[0], tries[name, moved, SEEDS[0]])
        ends[end] = ends.get(end, 0) + 1
    assert all(harmless(site) for site in survivors())
    constants = sum(argument(site) == CONSTANT for site in survivors())
    figures = {
        "lines": len(EVERY),
        "lines with an attack": len(ATTACKS),
        "lines that come too late": len(MOVED),
        "survivors, argued": len(survivors()),
        "survivors that are constants": constants,
        "attacks carried out": len(tries),
        "controls": ", ".join(f"{end} {count}" for end, count in sorted(ends.items())),
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({"figures": figures}, indent=2) + "\n")
