"""The reference contract: its twin in Python, and the record of the compiled contract's run in an EVM."""

from __future__ import annotations

import copy
import hashlib
import json
from functools import cache
from typing import Any

import pytest
from attesters import DEADLINE, GATE, attestation, honest, keys, statement
from gate_cases import TERMS, Case, cases, deployments
from gate_on_evm import HERE, RECORD, SOURCE, case_digest
from gate_twin import POSSESSIONS, SIGNATURES, Block, Gate, Refused, compress, hash_to_g2, verify
from py_ecc.bls import G2ProofOfPossession as Bls
from py_ecc.bls.hash_to_curve import hash_to_G2
from py_ecc.optimized_bls12_381 import normalize

from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.onchain import BYTES, admit_call, g1_words, g2_words, read_attestation, write_attestation

SAMPLE = (
    "honest",
    "two signatures, three claimed",
    "same tag, next nonce",
    "one owner, second borrower",
    "tag for a scope of her own",
    "other chain",
    "account at other prices",
)


@cache
def record() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RECORD.read_text())
    return found


@cache
def gate() -> Gate:
    return Gate.deploy(GATE, next(deployments()).arguments)


def said_by_twin(case: Case) -> list[str | None]:
    fresh = copy.deepcopy(gate())
    said: list[str | None] = []
    for at, sender, data in case.calls:
        try:
            fresh.call(Block(case.chain, at, sender), data)
            said.append(None)
        except Refused as refusal:
            said.append(str(refusal))
    return said


def test_record_is_of_this_contract_and_these_tools() -> None:
    assert record()["source"] == hashlib.sha256(SOURCE.read_bytes()).hexdigest(), "run gate_on_evm.py again"
    assert record()["tools"] == json.loads((HERE / "evm" / "package.json").read_text())["dependencies"]
    assert record()["creation_code_bytes"] <= 49_152, "EIP-3860"


def test_deployments_in_evm_and_twin() -> None:
    listed = list(deployments())
    assert list(record()["deployments"]) == [one.name for one in listed]
    for one in listed:
        ran = record()["deployments"][one.name]
        assert (ran["sent"], ran["refused"]) == (hashlib.sha256(one.arguments).hexdigest(), one.refused), one.name
        try:
            Gate.deploy(GATE, one.arguments)
            said = None
        except Refused as refusal:
            said = str(refusal)
        assert said == one.refused, one.name


def test_sampled_cases_in_evm_and_twin() -> None:
    check([one for one in cases() if one.name in SAMPLE], len(SAMPLE))


@pytest.mark.audit
def test_every_case_in_evm_and_twin() -> None:
    check(list(cases()), len(record()["cases"]))


def check(listed: list[Case], number: int) -> None:
    assert len(listed) == number
    for case in listed:
        ran = record()["cases"][case.name]
        wanted = [None] * (len(case.calls) - 1) + [case.refused]
        assert ran["sent"] == case_digest(case.calls), f"{case.name}: run gate_on_evm.py again"
        assert [one["refused"] for one in ran["results"]] == wanted, case.name
        assert said_by_twin(case) == wanted, case.name


def test_hash_to_curve_is_py_eccs() -> None:
    for message, tag in ((statement().digest(), SIGNATURES), (keys()[0].public_key, POSSESSIONS)):
        point = normalize(hash_to_G2(message, tag, hashlib.sha256))
        flat = b"".join(int(part).to_bytes(64, "big") for one in point for part in one.coeffs)
        assert hash_to_g2(message, tag) == flat


def test_twin_verifies_what_py_ecc_verifies() -> None:
    key, digest = keys()[1], statement().digest()
    good, bad = key.sign(digest), key.sign(bytes(32))
    assert compress(g1_words(key.public_key)) == key.public_key
    for signature in (good, bad):
        twin = verify(g1_words(key.public_key), digest, SIGNATURES, g2_words(signature))
        assert twin == Bls.Verify(key.public_key, digest, signature) == (signature == good)


def test_calldata_is_laid_out_as_the_abi_says() -> None:
    data = admit_call(honest(), (1, 2), DEADLINE)
    assert data[:4].hex() == "da05b476", "the selector that solc computes"
    assert len(data) == 4 + 23 * 32 + 32 + 32
    assert int.from_bytes(data[4 + 21 * 32 : 4 + 22 * 32], "big") == 23 * 32
    assert data[4 + 23 * 32 :] == (16).to_bytes(32, "big") + bytes(7) + b"\1" + bytes(7) + b"\2" + bytes(16)
    assert len(TERMS) == 9


def test_fixed_form_reads_back() -> None:
    data = write_attestation(honest())
    assert len(data) == BYTES == 418
    assert read_attestation(data) == honest()
    assert data[8:16] == (0b01101).to_bytes(8, "big")
    everybody = attestation(places=(0, 1, 2, 3, 4))
    assert read_attestation(write_attestation(everybody)) == everybody


@pytest.mark.parametrize(
    ("at", "piece", "message"),
    [
        (0, b"X", "begin with 'PLAT'"),
        (4, b"\0\2", "version 1"),
        (6, b"\0\0", "1 to 64 verifiers"),
        (6, b"\0\x41", "1 to 64 verifiers"),
        (8, b"\x80", "a bitmap of 5 verifiers"),
        (15, b"\x2d", "a bitmap of 5 verifiers"),
        (16, b"A", "an attested statement"),
        (16, b"\0", "an attested statement"),
        (16 + 31, b"x", "an attested statement"),
        (16, b"\xff", "an attested statement"),
        (16 + 288, b"\x80", "an attested statement"),
        (16 + 296, b"\x80", "an attested statement"),
    ],
)
def test_other_bytes_than_the_fixed_form_rejected(at: int, piece: bytes, message: str) -> None:
    data = write_attestation(honest())
    with pytest.raises(VerificationError, match=message):
        read_attestation(data[:at] + piece + data[at + len(piece) :])


@pytest.mark.parametrize("number", [1, 64])
def test_smallest_and_largest_set_are_read(number: int) -> None:
    data = write_attestation(honest())
    one = read_attestation(data[:6] + number.to_bytes(2, "big") + (1).to_bytes(8, "big") + data[16:])
    assert one.signers == "1".ljust(number, "0")


def test_other_length_rejected() -> None:
    data = write_attestation(honest())
    for other in (data[:-1], data + b"\0", b""):
        with pytest.raises(VerificationError, match="an attestation of 418 bytes"):
            read_attestation(other)


@pytest.mark.parametrize("data", [b"\xc0" + bytes(95), bytes(96), b"\x80" + b"\xff" * 95], ids=["inf", "0", "ff"])
def test_no_point_is_no_argument(data: bytes) -> None:
    with pytest.raises(VerificationError, match="signature"):
        g2_words(data)
    with pytest.raises(VerificationError, match="public key"):
        g1_words(data[:48])
