"""The beacon draws, nobody else; and every drawn leaf is opened as proven, or named."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import pytest
from audit_office import BEACON, LEAVES, drawn, openings, verified
from hypothesis import given
from hypothesis import strategies as st
from receipt_office import OMITTED, PROMISED, book, opening, publication
from small_book import PARAMETERS
from venue_office import SNAPSHOT

from plimsoll.circuits.poseidon2 import permute
from plimsoll.engine.problems import InputError
from plimsoll.prover.audit_openings import audit_openings
from plimsoll.prover.opening import OpeningError
from plimsoll.verifier import sampling
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.sampling import AuditOpenings, DrawnLeaf, SampleError, check_openings, draw

DIGEST = b"m" * 32


# --- drawing -------------------------------------------------------------------------------------------------------


def test_derivation_is_the_documented_one() -> None:
    """docs/protocol/audit.md, written once more in the simplest way."""
    seed = hashlib.sha256(b"plimsoll/audit/1\n" + DIGEST + BEACON).digest()
    expected: list[int] = []
    counter = 0
    while len(expected) < 40:
        word = int.from_bytes(hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()[:8], "big")
        counter += 1
        if word < 2**64 - 2**64 % 1_000 and word % 1_000 not in expected:
            expected.append(word % 1_000)
    assert list(draw(DIGEST, BEACON, 1_000, 40)) == expected
    assert draw(DIGEST, BEACON, 1_000, 5) == (749, 982, 205, 37, 598)  # fixed: auditors' papers must stay repeatable


@given(st.binary(min_size=16, max_size=64), st.integers(1, 300), st.data())
def test_each_position_once_and_a_larger_sample_begins_with_the_smaller(
    beacon: bytes, leaves: int, data: st.DataObject
) -> None:
    sample = data.draw(st.integers(1, leaves))
    found = draw(DIGEST, beacon, leaves, sample)
    assert len(set(found)) == len(found) == sample
    assert all(0 <= position < leaves for position in found)
    assert draw(DIGEST, beacon, leaves, leaves)[:sample] == found


def test_another_beacon_or_manifest_draws_others() -> None:
    first = draw(DIGEST, BEACON, 1 << 20, 20)
    assert first != draw(DIGEST, BEACON[::-1], 1 << 20, 20)
    assert first != draw(b"n" * 32, BEACON, 1 << 20, 20)
    assert first != draw(DIGEST, BEACON + b"\0", 1 << 20, 20)


def test_positions_are_drawn_evenly() -> None:
    """Chi-square over the first draws of many beacons: 9 degrees of freedom, 27.9 is one in a thousand; seeds fixed."""
    counts = Counter(draw(DIGEST, i.to_bytes(16, "big"), 10, 1)[0] for i in range(5_000))
    assert sum((counts[i] - 500) ** 2 / 500 for i in range(10)) < 27.9


def test_words_beyond_the_last_whole_round_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """With words of 64 bits hardly ever: so here they are of two bits, and three leaves."""
    monkeypatch.setattr(sampling, "WORD", 4)
    monkeypatch.setattr(sampling, "_words", lambda _manifest, _beacon: iter([3, 3, 2, 3, 0, 3, 1]))
    assert draw(DIGEST, BEACON, 3, 3) == (2, 0, 1)


@pytest.mark.parametrize(
    ("beacon", "leaves", "sample"), [(BEACON, 8, 9), (BEACON, 8, 0), (b"x" * 15, 8, 1), (b"x" * 65, 8, 1)]
)
def test_sample_that_cannot_be_drawn_rejected(beacon: bytes, leaves: int, sample: int) -> None:
    with pytest.raises(SampleError):
        draw(DIGEST, beacon, leaves, sample)
    with pytest.raises(SampleError):
        draw(DIGEST, BEACON, 1 << 20, sampling.MAX_SAMPLE + 1)


def test_shortest_and_longest_beacon_and_greatest_sample() -> None:
    for beacon in (b"x" * 16, b"x" * 64):
        assert len(draw(DIGEST, beacon, 8, 8)) == 8
    assert len(draw(DIGEST, BEACON, 1 << 20, 1_000)) == 1_000


# --- opened leaves -------------------------------------------------------------------------------------------------


def checked(one: AuditOpenings, sample: int = LEAVES, manifest: bytes = b"") -> dict[int, DrawnLeaf]:
    digest = manifest or publication().digest
    found = check_openings(drawn(sample), one, digest, verified(), SNAPSHOT, PARAMETERS)
    assert [leaf.position for leaf in found] == list(drawn(sample))
    return {leaf.position: leaf for leaf in found}


def altered(kind: str, place: int, **changes: Any) -> AuditOpenings:
    fields = json.loads(openings().model_dump_json())
    fields[kind][place] |= changes
    return AuditOpenings.parse(json.dumps(fields).encode())


def test_every_leaf_opens() -> None:
    found = checked(openings())
    names = {leaf.account.identifier for leaf in found.values() if leaf.account}
    assert names == {"ann", "ben", "cat", "dan"}
    assert all(leaf.fault == "" for leaf in found.values())
    assert sum(leaf.account is None for leaf in found.values()) == 4
    ann = next(leaf.account for leaf in found.values() if leaf.account and leaf.account.identifier == "ann")
    assert ann.health.solvent and len(ann.holdings) == 2


def test_exactly_the_drawn_leaves_are_opened() -> None:
    three = openings(3)
    positions = {one.position for one in (*three.accounts, *three.empty)}
    assert positions == set(drawn(3)) and len(positions) == 3
    assert all(leaf.fault == "" for leaf in checked(three, 3).values())
    secrets = [leaf.salt for leaf in opening(PROMISED).accounts if leaf.position not in positions]
    secrets += [leaf.salt for leaf in opening(PROMISED).empty if leaf.position not in positions]
    assert secrets and all(show_quad(salt) not in three.model_dump_json() for salt in secrets)


def test_leaf_that_is_not_opened_is_named() -> None:
    fields = json.loads(openings().model_dump_json())
    left_out = fields["accounts"].pop()["position"]
    found = checked(AuditOpenings.parse(json.dumps(fields).encode()))
    assert found[left_out].fault == "not opened by the venue"
    assert [leaf.position for leaf in found.values() if leaf.fault] == [left_out]


@pytest.mark.parametrize(
    "changes",
    [{"identifier": "eva"}, {"salt": "0" * 64}, {"holdings": []}, {"account_class": 1}, {"path": []}, {"sequence": 4}],
)
def test_false_account_is_named(changes: dict[str, Any]) -> None:
    """An account that owes more is hidden behind one that does not; or its customer's name behind another."""
    place = next(i for i, one in enumerate(openings().accounts) if one.identifier == "ann")
    found = checked(altered("accounts", place, **changes))
    position = openings().accounts[place].position
    assert found[position].fault.startswith("customer: expected")
    assert [leaf.position for leaf in found.values() if leaf.fault] == [position]


@pytest.mark.parametrize(
    ("changes", "expects"),
    [({"salt": "0" * 64}, "an empty leaf under the root"), ({"path": []}, "a path of 3 siblings")],
)
def test_false_empty_leaf_is_named(changes: dict[str, Any], expects: str) -> None:
    found = checked(altered("empty", 0, **changes))
    position = openings().empty[0].position
    assert found[position].fault.startswith(f"audit: expected {expects}")


def test_account_shown_as_an_empty_leaf_is_named() -> None:
    """A failing account behind an empty leaf, or a customer who is to be unknown."""
    fields = json.loads(openings().model_dump_json())
    hidden = fields["accounts"].pop(0)
    fields["empty"].append({"position": hidden["position"], "salt": hidden["salt"], "path": hidden["path"]})
    found = checked(AuditOpenings.parse(json.dumps(fields).encode()))
    assert "an empty leaf under the root" in found[hidden["position"]].fault


def test_leaf_of_another_position_is_named() -> None:
    """The venue opens a leaf that it likes better under the number of the drawn one."""
    fields = json.loads(openings().model_dump_json())
    first, second = fields["accounts"][:2]
    first["position"], second["position"] = second["position"], first["position"]
    found = checked(AuditOpenings.parse(json.dumps(fields).encode()))
    assert sorted(leaf.position for leaf in found.values() if leaf.fault) == sorted(
        [first["position"], second["position"]]
    )


def refused(one: AuditOpenings, expects: str, sample: int = LEAVES, manifest: bytes = b"") -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        checked(one, sample, manifest)
    assert caught.value.step == "audit"


def test_openings_of_another_publication_rejected() -> None:
    refused(openings(), "openings for the publication", manifest=b"x" * 32)


def test_leaf_that_was_not_drawn_rejected() -> None:
    """Nobody is to see more customers' data than was drawn."""
    refused(openings(), "openings of drawn leaves only", 3)


def test_leaf_opened_twice_rejected() -> None:
    fields = json.loads(openings().model_dump_json())
    for kind in ("accounts", "empty"):
        twice = fields | {kind: [*fields[kind], fields[kind][0]]}
        refused(AuditOpenings.parse(json.dumps(twice).encode()), "one opening of leaf")


def test_openings_of_another_form_rejected() -> None:
    for changes in ({"more": 1}, {"empty": [{"position": 1}]}, {"manifest": "00"}, {"accounts": {}}):
        fields = json.loads(openings().model_dump_json()) | changes
        with pytest.raises(InputError):
            AuditOpenings.parse(json.dumps(fields).encode())


def test_venue_opens_only_what_it_published() -> None:
    with pytest.raises(OpeningError, match="another root"):
        audit_openings((0,), publication(OMITTED), book(PROMISED), SNAPSHOT, PARAMETERS, opening(PROMISED), permute)
    with pytest.raises(OpeningError, match="another book"):
        audit_openings((0,), publication(), book(OMITTED), SNAPSHOT, PARAMETERS, opening(PROMISED), permute)
