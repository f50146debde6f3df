"""Ethereum's signatures against the standards' own examples, and the forms that are refused."""

from __future__ import annotations

import pytest
from py_ecc.secp256k1 import secp256k1
from wallets import address_of, sign

from plimsoll.verifier.ethereum import (
    ORDER,
    SignatureError,
    address_word,
    number_word,
    parse_address,
    show_address,
    signer,
    structure_digest,
    structure_hash,
    text_digest,
    text_word,
)

PERSON = "Person(string name,address wallet)"
MAIL = "Mail(Person from,Person to,string contents)" + PERSON


def mail_digest() -> bytes:
    """EIP-712's example."""
    wallets = ("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")
    people = [
        structure_hash(PERSON, [text_word(name), address_word(parse_address(wallet))])
        for name, wallet in zip(("Cow", "Bob"), wallets, strict=True)
    ]
    mail = structure_hash(MAIL, [*people, text_word("Hello, Bob!")])
    contract = address_word(parse_address("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"))
    kind = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    domain = structure_hash(kind, [text_word("Ether Mail"), text_word("1"), number_word(1), contract])
    return structure_digest(domain, mail)


def test_typed_data_of_the_standard() -> None:
    """Digest, signature and signer as EIP-712 gives them."""
    digest = mail_digest()
    assert digest.hex() == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
    r = "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
    s = "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"
    found = signer(digest, bytes.fromhex(r + s) + bytes([28]))
    assert show_address(found) == "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"


def test_personal_message_of_a_wallet() -> None:
    """The example of the JSON-RPC client libraries' documentation for signing "Some data"."""
    digest = text_digest("Some data")
    assert digest.hex() == "1da44b586eb0729ff70a73c326926f6ed5a25f5b056e7f47fbc6e58d86871655"
    r = "b91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd"
    s = "6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a029"
    found = signer(digest, bytes.fromhex(r + s) + bytes([28]))
    assert show_address(found) == "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"


@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_checksums_of_the_standard(address: str) -> None:
    """EIP-55's examples; one letter's case changed is refused, all lower case is taken."""
    assert show_address(parse_address(address)) == address
    assert show_address(parse_address(address.lower())) == address
    at = next(i for i, c in enumerate(address) if i > 1 and c.isalpha())
    with pytest.raises(SignatureError, match="checksum"):
        parse_address(address[:at] + address[at].swapcase() + address[at + 1 :])


@pytest.mark.parametrize(
    "text", ["", "0x", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x" + "0" * 39, "0x" + "g" * 40, "0X" + "0" * 40]
)
def test_no_address_rejected(text: str) -> None:
    with pytest.raises(SignatureError, match="40 hexadecimal digits"):
        parse_address(text)


def test_every_key_signs_and_is_found() -> None:
    for secret in (1, 2, 7, ORDER - 1, 2**200 + 9):
        digest = text_digest(str(secret))
        assert signer(digest, sign(secret, digest)) == address_of(secret)


def test_second_form_of_a_signature_rejected() -> None:
    """(r, n - s, other v) recovers the same key: without the bound everybody can make a second signature."""
    digest = text_digest("x")
    raw = sign(5, digest)
    s, v = int.from_bytes(raw[32:64], "big"), raw[64]
    twin = raw[:32] + (ORDER - s).to_bytes(32, "big") + bytes([55 - v])
    with pytest.raises(SignatureError, match="out of range"):
        signer(digest, twin)


@pytest.mark.parametrize("v", [0, 1, 26, 29, 37, 255])
def test_other_recovery_byte_rejected(v: int) -> None:
    with pytest.raises(SignatureError, match="last byte"):
        signer(bytes(32), bytes(31) + b"\1" + bytes(31) + b"\1" + bytes([v]))


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (ORDER, 1), (1, ORDER), (1, ORDER // 2 + 1), (2**256 - 1, 1)])
def test_number_out_of_range_rejected(r: int, s: int) -> None:
    with pytest.raises(SignatureError, match="out of range"):
        signer(bytes(32), r.to_bytes(32, "big") + s.to_bytes(32, "big") + b"\x1b")


def test_greatest_s_is_taken() -> None:
    """s = n / 2, rounded down, is in range: such a signature has a signer."""
    x, y = secp256k1.privtopub((9).to_bytes(32, "big"))
    signature = number_word(x) + number_word(ORDER // 2) + bytes([27 + y % 2])
    assert len(signer(text_digest("x"), signature)) == 20


def test_member_of_another_length_rejected() -> None:
    """Two members of 31 and 33 bytes would hash as two others of 32."""
    with pytest.raises(ValueError, match="32 bytes"):
        structure_hash(PERSON, [bytes(31), bytes(33)])


def test_r_that_is_no_point_rejected() -> None:
    with pytest.raises(SignatureError, match="no point"):
        signer(bytes(32), (5).to_bytes(32, "big") + (1).to_bytes(32, "big") + b"\x1b")


@pytest.mark.parametrize("length", [0, 64, 66])
def test_signature_of_another_length_rejected(length: int) -> None:
    with pytest.raises(SignatureError, match="bytes, expected 65"):
        signer(bytes(32), bytes(length))


def test_signature_that_anybody_can_make_rejected() -> None:
    """s R = z G: the point at infinity, whose bytes hash to an address that holds funds."""
    digest = text_digest("mine")
    z, k = int.from_bytes(digest, "big"), 2
    for k in range(2, 40):
        x, y = secp256k1.privtopub(k.to_bytes(32, "big"))
        s = z * pow(k, -1, ORDER) % ORDER
        if s <= ORDER // 2:
            with pytest.raises(SignatureError, match="recovers no key"):
                signer(digest, number_word(x) + number_word(s) + bytes([27 + y % 2]))
            return
    raise AssertionError("no small s among forty")
