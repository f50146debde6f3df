"""Quorums of BLS12-381 signers: a list of keys that the caller pins, and a bitmap of those that signed.

Proof-of-possession scheme of draft-irtf-cfrg-bls-signature-05, public keys in G1, signatures in G2; py_ecc computes it.
Keys strictly ascend and a bitmap has one digit a key, so nobody counts twice. A key counts only with a proof that its
secret is held: without it a key made up from the others' can cancel them out of an aggregate (rogue key).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from plimsoll.engine.fields import Name
from plimsoll.engine.problems import RefusedValueError
from plimsoll.verifier.errors import require

KEY_BYTES: Final = 48
SIGNATURE_BYTES: Final = 96
MAX_MEMBERS: Final = 64
"""Each key costs the verifier two pairings of a fifth of a second: a limit before any of them is computed."""
BITMAP: Final = f"^[01]{{1,{MAX_MEMBERS}}}$"


def _hexadecimal(length: int, what: str) -> tuple[BeforeValidator, PlainSerializer, WithJsonSchema]:
    pattern = f"[0-9a-f]{{{2 * length}}}"

    def parse(text: object) -> bytes:
        if isinstance(text, bytes) and len(text) == length:
            return text
        if not isinstance(text, str) or not re.fullmatch(pattern, text, re.ASCII):
            raise RefusedValueError(
                f"expected {2 * length} lower-case hexadecimal digits: {what}", "copy it from its owner's own file"
            )
        return bytes.fromhex(text)

    schema = WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "description": what})
    return BeforeValidator(parse), PlainSerializer(bytes.hex), schema


PublicKey = Annotated[bytes, *_hexadecimal(KEY_BYTES, "a compressed BLS12-381 public key in G1")]
Signature = Annotated[bytes, *_hexadecimal(SIGNATURE_BYTES, "a compressed BLS12-381 signature in G2")]


class Member(BaseModel):
    """One signer's name and key, and its proof that it holds the secret key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    public_key: PublicKey
    proof_of_possession: Signature


def check_members(members: Sequence[Member], needed: int, who: str) -> None:
    """A set as its file lists it: keys strictly ascend, names differ, and enough of them exist.

    Args:
        who: what the members are, in the plural.

    Raises:
        RefusedValueError: for Pydantic to report with its field.
    """
    for low, high in pairwise(one.public_key for one in members):
        if low >= high:
            raise RefusedValueError(
                "public keys do not strictly ascend", f"sort the {who} by public key, each key once"
            )
    names = [one.name for one in members]
    if len(set(names)) < len(names):
        raise RefusedValueError(f"two {who} have one name", "give each a name of its own")
    if needed > len(members):
        raise RefusedValueError(f"a quorum of {needed} among {len(members)} {who}", f"lower it, or add {who}")


def signers_of(bitmap: str, members: Sequence[Member], needed: int, who: str, step: str) -> list[Member]:
    """The members that a bitmap names, at least `needed` of them, in the set's order; `who` they are, in the plural.

    Raises:
        VerificationError: under the name `step`.
    """
    right = len(bitmap) == len(members) and set(bitmap) <= {"0", "1"}
    require(right, step, f"a bitmap of {len(members)} {who}, 0 or 1 for each", bitmap[: MAX_MEMBERS + 1])
    signers = [one for one, bit in zip(members, bitmap, strict=True) if bit == "1"]
    require(len(signers) >= max(needed, 1), step, f"at least {max(needed, 1)} signers", len(signers))
    return signers


@cache
def _possessed(public_key: bytes, proof: bytes) -> bool:
    from py_ecc.bls import G2ProofOfPossession as Bls  # noqa: PLC0415 - half a second; only quorums need it

    return bool(Bls.PopVerify(public_key, proof))


def check_possession(member: Member, step: str) -> None:
    """Raises VerificationError unless the member's proof of possession holds."""
    held = _possessed(member.public_key, member.proof_of_possession)
    require(held, step, f"a proof that {member.name} holds the secret of its key", "a proof that fails")
