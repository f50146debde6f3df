"""Attestations as bytes for other machines: one fixed form, and the arguments of a contract.

Fixed form (integers big-endian):

      0  "PLAT", u16 version = 1, u16 number of verifiers in the set
      8  u64 bitmap: bit i is verifier i, counted from the least significant bit
     16  the statement's 306 bytes: kind (ASCII, zeros after it), program, statement, root, values, market, parameters,
         context, threshold of 32 bytes each, u64 snapshot time, u64 expiry, u16 security bits
    322  96 bytes: the aggregate signature, compressed
    418  end

A contract gets the same fields as words of its ABI, and points as EIP-2537 wants them: of each coordinate 48 bytes,
big-endian, after 16 zero bytes; of a coordinate in the quadratic extension the constant part first.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError

from plimsoll.verifier.attestations import STEP, WORD, AttestedStatement, VerifiersAttestation, VerifierSet
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.keccak import keccak256
from plimsoll.verifier.quorums import MAX_MEMBERS, SIGNATURE_BYTES

MAGIC: Final = b"PLAT"
VERSION: Final = 1
HEAD_BYTES: Final = 16
STATEMENT_BYTES: Final = 306
BYTES: Final = HEAD_BYTES + STATEMENT_BYTES + SIGNATURE_BYTES
COORDINATE: Final = 64
_WORDS: Final = ("program", "statement", "root", "values", "market", "parameters", "context", "threshold")
_STRUCT: Final = "(bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,uint64,uint64,uint16)"
ADMIT: Final = f"admit({_STRUCT},uint256,bytes32[8],bytes,uint64)"
ACCEPT_ROOT: Final = f"acceptRoot({_STRUCT},uint256,bytes32[8])"


def write_attestation(attestation: VerifiersAttestation) -> bytes:
    """The fixed form, 418 bytes."""
    signers = attestation.signers
    head = MAGIC + struct.pack(">HHQ", VERSION, len(signers), bitmap_number(signers))
    return head + attestation.statement.encode() + attestation.signature


def read_attestation(data: bytes) -> VerifiersAttestation:
    """The attestation in its fixed form.

    Raises:
        VerificationError: step "attestation", for anything but the fixed form.
    """
    require(len(data) == BYTES, STEP, f"an attestation of {BYTES} bytes", len(data))
    require(data[:4] == MAGIC, STEP, "bytes that begin with 'PLAT'", repr(data[:4]))
    version, number, bitmap = struct.unpack_from(">HHQ", data, 4)
    require(version == VERSION, STEP, f"version {VERSION}", version, "use the Plimsoll release that reads this version")
    require(1 <= number <= MAX_MEMBERS, STEP, f"1 to {MAX_MEMBERS} verifiers", number)
    require(bitmap >> number == 0, STEP, f"a bitmap of {number} verifiers", bin(bitmap))
    body = data[HEAD_BYTES : HEAD_BYTES + STATEMENT_BYTES]
    words = [body[i : i + WORD] for i in range(0, 9 * WORD, WORD)]
    time, expiry, bits = struct.unpack_from(">QQH", body, 9 * WORD)
    fields = dict(zip(_WORDS, (word.hex() for word in words[1:]), strict=True))
    # no kind ends with a zero or holds a character beyond ASCII: each has one encoding
    kind = words[0].rstrip(b"\0").decode("ascii", "replace")
    try:
        statement = AttestedStatement.model_validate(
            {"kind": kind, **fields, "snapshot_time": time, "expiry": expiry, "security_bits": bits}
        )
    except ValidationError as error:
        raise VerificationError(STEP, "an attested statement", str(error.errors()[0]["msg"])) from None
    signers = "".join("1" if bitmap >> i & 1 else "0" for i in range(number))
    return VerifiersAttestation(version=1, statement=statement, signers=signers, signature=data[-SIGNATURE_BYTES:])


def bitmap_number(signers: str) -> int:
    """The bitmap as a contract takes it: bit i, from the least significant, is verifier i."""
    return sum(1 << i for i, bit in enumerate(signers) if bit == "1")


def statement_words(statement: AttestedStatement) -> bytes:
    """The statement as the contract's struct: twelve words."""
    numbers = (statement.snapshot_time, statement.expiry, statement.security_bits)
    return statement.encode()[: 9 * WORD] + b"".join(_number(one) for one in numbers)


def accept_root_call(attestation: VerifiersAttestation) -> bytes:
    """Calldata of `PlimsollGate.acceptRoot`: a publication's attestation."""
    return keccak256(ACCEPT_ROOT.encode())[:4] + _attested(attestation)


def admit_call(attestation: VerifiersAttestation, values: Sequence[int], deadline: int) -> bytes:
    """Calldata of `PlimsollGate.admit`: an account's attestation, its proof's public values, the context's deadline."""
    public = b"".join(one.to_bytes(8, "big") for one in values)
    attested = _attested(attestation)
    offset = len(attested) + 2 * WORD
    tail = _number(len(public)) + public + bytes(-len(public) % WORD)
    return keccak256(ADMIT.encode())[:4] + attested + _number(offset) + _number(deadline) + tail


def constructor_arguments(accepted: VerifierSet, terms: Sequence[bytes | int]) -> bytes:
    """Arguments of the contract's constructor: members, threshold, and the nine members of `Terms` in its order."""
    members = [g1_words(one.public_key) + g2_words(one.proof_of_possession) for one in accepted.verifiers]
    words = b"".join(one if isinstance(one, bytes) else _number(one) for one in terms)
    head = _number((2 * WORD) + len(words)) + _number(accepted.threshold) + words
    return head + _number(len(members)) + b"".join(members)


def g1_words(key: bytes) -> bytes:
    """A public key as four words. Raises VerificationError for bytes that are no point of the curve."""
    from py_ecc.bls.g2_primitives import pubkey_to_G1  # noqa: PLC0415 - half a second; only contracts need it

    return _point(pubkey_to_G1, key, "public key")


def g2_words(signature: bytes) -> bytes:
    """A signature as eight words. Raises VerificationError for bytes that are no point of the curve."""
    from py_ecc.bls.g2_primitives import signature_to_G2  # noqa: PLC0415

    return _point(signature_to_G2, signature, "signature")


def _point(parse: Any, data: bytes, what: str) -> bytes:
    from py_ecc.optimized_bls12_381 import is_inf, normalize  # noqa: PLC0415

    try:
        point = parse(data)
    except (ValueError, AssertionError) as error:
        raise VerificationError(STEP, f"a {what} on the curve", str(error)[:100]) from None
    require(not is_inf(point), STEP, f"a {what} that is a point", "the point at infinity")
    x, y = normalize(point)
    parts = [part for one in (x, y) for part in (getattr(one, "coeffs", None) or (one,))]
    return b"".join(int(part).to_bytes(COORDINATE, "big") for part in parts)


def _attested(attestation: VerifiersAttestation) -> bytes:
    bitmap = _number(bitmap_number(attestation.signers))
    return statement_words(attestation.statement) + bitmap + g2_words(attestation.signature)


def _number(value: int) -> bytes:
    return value.to_bytes(WORD, "big")
