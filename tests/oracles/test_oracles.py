"""Snapshots that no quorum of oracles reported, each with one lie, and each refused for it."""

from __future__ import annotations

from typing import Any

import pytest
from oracle_market import attestation, honest, keys, oracle_fields, oracle_set, quoted, report, rules, snapshot
from py_ecc.bls import G2ProofOfPossession as Bls
from py_ecc.bls.g2_primitives import G1_to_pubkey, G2_to_signature, pubkey_to_G1, signature_to_G2, subgroup_check
from py_ecc.optimized_bls12_381 import Z1, Z2, add, neg

from plimsoll.engine.price_reports import PriceReport, median
from plimsoll.engine.problems import InputError
from plimsoll.prover.oracle_reports import OracleError, attest
from plimsoll.prover.signing_key import SigningKey, SigningKeyError
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.oracles import Attestation, OracleSet, verify_prices


def refused(
    expects: str, one: Attestation | None = None, accepted: OracleSet | None = None, market: Any = None
) -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        verify_prices(market or snapshot(), rules(), one or honest(), accepted or oracle_set())
    assert caught.value.step == "oracles"


def forged(**changes: Any) -> Attestation:
    return Attestation.model_construct(**{**dict(honest()), **changes})


def test_prices_of_a_quorum_are_accepted() -> None:
    found = verify_prices(snapshot(), rules(), honest(), oracle_set())
    assert found.signers == ("Aster", "Cedar", "Dogwood")
    assert (found.attested, found.claimed) == (("BTC", "ETH"), ())


def test_price_taken_unsigned_is_called_claimed() -> None:
    market = snapshot(prices={"BTC": "100000", "CAT": "5"})
    found = verify_prices(market, rules(), honest(), oracle_set(symbols={"BTC": "BTC/USD"}, unattested=["CAT"]))
    assert (found.attested, found.claimed) == (("BTC",), ("CAT",))


@pytest.mark.parametrize("price", ["100000.00000000000000000001", "99999.99999999999999999999", "0"])
def test_price_that_is_not_the_median_rejected(price: str) -> None:
    refused("the median of 3 reports of BTC/USD", market=snapshot(prices={"BTC": price, "ETH": "4000"}))


def test_instrument_that_nobody_reports_rejected() -> None:
    refused("a symbol for CAT", market=snapshot(prices={"BTC": "100000", "ETH": "4000", "CAT": "1"}))


def test_snapshot_without_an_attested_price_rejected() -> None:
    refused("at least one attested", accepted=oracle_set(symbols={}, unattested=["BTC", "ETH"]))


def test_quorum_short_by_one_rejected() -> None:
    refused("at least 3 signers", attestation({0: report(0), 2: report(2)}))


def test_price_in_fewer_reports_than_the_quorum_rejected() -> None:
    lacking = report(3, prices={"ETH/USD": quoted("3999")})
    two = attestation({0: report(0), 2: report(2), 3: lacking})
    refused("BTC/USD in at least 3 reports", two, market=snapshot(prices={"BTC": "100010", "ETH": "4000"}))
    refused("BTC/USD in at least 3 reports", two)


def test_report_for_another_feed_rejected() -> None:
    """Truly signed; the oracles' other feed may say something else under the same symbols."""
    others = attestation({place: report(place, feed="other") for place in (0, 2, 3)}, oracle_set(feed="other"))
    refused("for the feed spot index", others)


@pytest.mark.parametrize(
    ("bitmap", "expects"),
    [("1011", "a bitmap of 5"), ("101100", "a bitmap of 5"), ("10100", "at least 3 signers")],
)
def test_bitmap_of_another_set_rejected(bitmap: str, expects: str) -> None:
    refused(expects, forged(signers=bitmap))


@pytest.mark.parametrize("bitmap", ["", "10112", "1" * 65, "0b101", "\uff110110"])
def test_bitmap_of_other_signs_rejected(bitmap: str) -> None:
    fields = honest().model_dump_json().replace("10110", bitmap)
    with pytest.raises(InputError, match="signers"):
        Attestation.parse(fields.encode())


@pytest.mark.parametrize(
    ("bitmap", "expects"), [("11110", "one report for each of the 4 signers"), ("11010", "each signer's signature")]
)
def test_signer_who_did_not_sign_rejected(bitmap: str, expects: str) -> None:
    refused(expects, forged(signers=bitmap))


def test_report_of_one_oracle_twice_rejected() -> None:
    """Two signatures of one oracle do not make two signers: each signs with its own key in its report."""
    twice = (report(0), report(0), report(3))
    parts = [keys()[place].sign_report(one) for place, one in zip((0, 0, 3), twice, strict=True)]
    refused("each signer's signature", forged(reports=twice, signature=bytes(Bls.Aggregate(parts))))


def test_reports_exchanged_between_signers_rejected() -> None:
    a, b, c = honest().reports
    refused("each signer's signature", forged(reports=(b, a, c)))


def test_report_altered_after_signing_rejected() -> None:
    a, _b, c = honest().reports
    wider = report(2, prices={"BTC/USD": quoted("100020", "2"), "ETH/USD": quoted("4002")})
    refused("each signer's signature", forged(reports=(a, wider, c)))


def test_feed_that_was_not_signed_rejected() -> None:
    others = tuple(report(place, feed="other") for place in (0, 2, 3))
    refused("for the feed spot index", forged(reports=others))
    refused("each signer's signature", forged(reports=others), oracle_set(feed="other"))


def test_report_in_another_currency_rejected() -> None:
    """One of them is enough: a median of dollars and euros is nobody's price."""
    euro = report(2, prices={"BTC/USD": quoted("100020", currency="EUR"), "ETH/USD": quoted("4002")})
    refused("BTC/USD in USD, as the price of BTC stands", attestation({0: report(0), 2: euro, 3: report(3)}))


def in_bitcoin(currency: str) -> tuple[Any, Attestation, OracleSet]:
    """A contract on ether that is priced in bitcoin, and reports of its symbol in some currency."""
    market = snapshot(prices={"ETH-BTC": "4000"})
    among = oracle_set(symbols={"ETH-BTC": "ETH"})
    said = {place: report(place, prices={"ETH": quoted("4000", currency=currency)}) for place in (0, 2, 3)}
    return market, attestation(said, among), among


def test_derivative_is_attested_in_its_own_currency_only() -> None:
    """Ether costs 4000 dollars: as 4000 bitcoins it makes every long position rich."""
    market, reports, among = in_bitcoin("USD")
    refused("ETH in BTC, as the price of ETH-BTC stands", reports, among, market)
    market, reports, among = in_bitcoin("BTC")
    assert verify_prices(market, rules(), reports, among).attested == ("ETH-BTC",)


def test_price_without_rules_rejected() -> None:
    market = snapshot(prices={"DOG": "100000"})
    refused("rules for DOG", accepted=oracle_set(symbols={"DOG": "BTC/USD"}), market=market)


def test_rules_in_another_currency_rejected() -> None:
    refused("rules in EUR", market=snapshot(quote="EUR"))


def test_report_that_is_too_old_rejected() -> None:
    old = report(2, time="2026-11-21T11:58:59.999999Z")
    refused("at most 60 s older", attestation({0: report(0), 2: old, 3: report(3)}))


def test_report_from_after_the_snapshot_rejected() -> None:
    late = report(2, time="2026-11-21T12:00:00.000001Z")
    refused("not later than the snapshot", attestation({0: report(0), 2: late, 3: report(3)}))


def saying(price: str, confidence: str = "1") -> PriceReport:
    return report(2, prices={"BTC/USD": quoted(price, confidence), "ETH/USD": quoted("4002")})


def test_price_far_from_the_median_rejected() -> None:
    for price in ("101000.00000000000000000001", "98000"):
        refused("within 1 % of the median", attestation({0: report(0), 2: saying(price), 3: report(3)}))


def test_unsure_price_rejected() -> None:
    unsure = saying("100020", "100.02000000000000000001")
    refused("within 0.1 %", attestation({0: report(0), 2: unsure, 3: report(3)}))


def test_bounds_themselves_are_accepted() -> None:
    oldest = report(0, time="2026-11-21T11:59:00Z")
    one = attestation({0: oldest, 2: saying("101000", "101"), 3: report(3, time="2026-11-21T12:00:00Z")})
    verify_prices(snapshot(), rules(), one, oracle_set())


def test_signature_of_other_bytes_rejected() -> None:
    raw = honest().signature
    infinity = b"\xc0" + bytes(95)
    for signature in (infinity, bytes(96), b"\xff" * 96, bytes([raw[0] ^ 0x20]) + raw[1:], raw[:-1] + b"\0"):
        refused("each signer's signature", forged(signature=signature))


def test_rogue_key_without_possession_rejected() -> None:
    """A key made to cancel the others: its aggregate can be signed by one who holds none of their secrets."""
    own = 12345
    others = [keys()[place].public_key for place in (0, 2)]
    rogue_point = pubkey_to_G1(Bls.SkToPk(own))
    for key in others:
        rogue_point = add(rogue_point, neg(pubkey_to_G1(key)))
    rogue = bytes(G1_to_pubkey(rogue_point))
    message = b"the same for all"
    assert Bls.FastAggregateVerify([*others, rogue], message, Bls.Sign(own, message)), "the attack that it is about"
    claim = {"name": "Rogue", "public_key": rogue.hex(), "proof_of_possession": bytes(Bls.PopProve(own)).hex()}
    listed = sorted([oracle_fields()[0], oracle_fields()[2], claim], key=lambda one: one["public_key"])
    accepted = oracle_set(oracles=listed, quorum=3)
    refused("holds the secret", forged(signers="111", reports=tuple(report(i) for i in (0, 2, 3))), accepted)


def test_key_at_infinity_rejected() -> None:
    """Its secret is zero: anybody signs for it."""
    none = bytes(G1_to_pubkey(Z1))
    claim = {"name": "None", "public_key": none.hex(), "proof_of_possession": bytes(G2_to_signature(Z2)).hex()}
    listed = sorted([oracle_fields()[0], oracle_fields()[2], claim], key=lambda one: one["public_key"])
    reports = tuple(report(place) for place in (0, 2, 3))
    refused("holds the secret", forged(signers="111", reports=reports), oracle_set(oracles=listed))


def test_possession_of_another_key_rejected() -> None:
    swapped = [dict(one) for one in oracle_fields()]
    swapped[0]["proof_of_possession"] = swapped[1]["proof_of_possession"]
    refused("holds the secret", accepted=oracle_set(oracles=swapped))


def point_outside_the_subgroup() -> Any:
    """Nearly every point of the curve is: its group is larger than the one in which signatures live."""
    for x in range(1, 100):
        try:
            point = signature_to_G2(bytes([0x80]) + bytes(94) + bytes([x]))
        except ValueError:
            continue
        if not subgroup_check(point):
            return point
    raise AssertionError("no such point among the first hundred")


def test_signature_outside_the_subgroup_rejected() -> None:
    """A part of another order may vanish in a pairing, and one signature would have many forms."""
    shifted = add(signature_to_G2(honest().signature), point_outside_the_subgroup())
    refused("each signer's signature", forged(signature=bytes(G2_to_signature(shifted))))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"oracles": list(reversed(oracle_fields()))}, "do not strictly ascend"),
        ({"oracles": [oracle_fields()[0], oracle_fields()[0]], "quorum": 2}, "do not strictly ascend"),
        ({"oracles": [oracle_fields()[0], oracle_fields()[1] | {"name": "Aster"}], "quorum": 2}, "one name"),
        ({"quorum": 6}, "a quorum of 6 among 5"),
        ({"quorum": 0}, "at least 1"),
        ({"oracles": []}, "at least 1"),
        ({"unattested": ["BTC"]}, "has a symbol and is unattested"),
        ({"oracles": [oracle_fields()[0] | {"public_key": "00"}], "quorum": 1}, "96 lower-case hexadecimal digits"),
        ({"max_age_seconds": -1}, "at least 0"),
        ({"max_deviation": "1%"}, "max_deviation"),
    ],
)
def test_set_that_contradicts_itself_rejected(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        oracle_set(**changes)


def test_bad_signature_is_named_before_it_spoils_the_aggregate() -> None:
    key, other = keys()[0], keys()[1]
    with pytest.raises(OracleError, match="the signature of Aster"):
        attest(oracle_set(), {key.public_key: (report(0), other.sign_report(report(0)))})
    with pytest.raises(OracleError, match="no oracle of the set"):
        attest(oracle_set(), {SigningKey.from_seed(b"x" * 32).public_key: (report(0), b"")})
    with pytest.raises(OracleError, match="no report"):
        attest(oracle_set(), {})


def test_secret_is_in_no_text() -> None:
    key = keys()[0]
    assert str(key.secret) not in repr(key) + str(key)
    with pytest.raises(SigningKeyError, match="31 bytes"):
        SigningKey.from_seed(bytes(31))
    assert SigningKey.draw() != SigningKey.draw()


def test_digest_is_of_values_and_tells_every_field() -> None:
    key = keys()[0].public_key
    same = report(
        0,
        prices={
            "ETH/USD": quoted("4000.0", "1.00"),
            "BTC/USD": quoted("100000"),
        },
    )
    assert same.digest(key) == report(0).digest(key)
    others = [
        report(0, feed="other").digest(key),
        report(0, prices={"BTC/USD": quoted("100000", currency="EUR"), "ETH/USD": quoted("4000")}).digest(key),
        report(0, time="2026-11-21T11:59:31Z").digest(key),
        report(0, prices={"BTC/USD": quoted("100000")}).digest(key),
        report(1).digest(key),
        report(0).digest(keys()[1].public_key),
    ]
    assert len({report(0).digest(key), *others}) == len(others) + 1


def test_median() -> None:
    assert [median([3, 1, 2]), median([4, 1]), median([5]), median([1, 1, 2, 3])] == [2, 2, 5, 1]
    with pytest.raises(ValueError, match="no values"):
        median([])
