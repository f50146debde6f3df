"""Receipts: the venue promises a customer her leaf before it publishes a root. Steps as in docs/protocol/receipts.md.

The venue signs one promise for all customers: the root that it will publish under this sequence. A receipt is that
promise with one leaf and the siblings from it to the promised root. If another root is published, the promise and the
signed manifest contradict each other; whoever has both, and the venue's key, sees it, and nobody else can make either.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.circuits.leaves import batch_leaf, climb, nonce_digest
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.totals_tables import MAX_LOG_SLOTS
from plimsoll.engine.fields import Count, Digest, Name, Time, Version
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.verifier.bundle import Bundle, canonical_json
from plimsoll.verifier.customer import MAX_LEVELS, CustomerFile, Elements, customer_leaf, show_quad
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.oracles import PublicKey, Signature
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import VerifiedBundle, check_signature, verify_bundle
from plimsoll.verifier.whole_book import VerifiedWholeBook

STEP: Final = "receipt"


class BrokenPromiseError(VerificationError):
    """Two things that the venue signed contradict each other. Evidence: anybody can check it without secrets."""


class Promise(BaseModel):
    """What the venue signs, one for all customers of a publication that is still to come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    venue: Name
    sequence: Count = Field(ge=0, lt=2**63, description="of the publication")
    time: Time = Field(description="at which the venue says that it signed, UTC")
    root: Elements = Field(description="of the book that will be published")
    nonce_digest: Digest = Field(description="of the nonce that all customers of the publication have")
    instruments: Digest = Field(description="of the instrument table by which holdings are read")
    levels: Count = Field(ge=0, le=MAX_LEVELS, description="between leaves and the root of their tree")
    joint_levels: Count | None = Field(
        ge=0, le=MAX_LOG_SLOTS, description="between batches and the book's root; null for a book of one tree"
    )


class Joint(BaseModel):
    """How a batch's root leads to the book's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    commitment: Elements = Field(description="of the batch, to its totals")
    path: tuple[Elements, ...] = Field(max_length=MAX_LOG_SLOTS, description="sibling at each level, lowest first")


class Receipt(BaseModel):
    """A promise and one leaf under its root. Tells neither name nor holdings: it can be shown as evidence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    promise: Promise
    public_key: PublicKey
    signature: Signature
    leaf: Elements
    position: Count = Field(ge=0, lt=2**MAX_LEVELS, description="of the leaf, counted from the left over all batches")
    path: tuple[Elements, ...] = Field(max_length=MAX_LEVELS, description="sibling at each level, lowest first")
    joint: Joint | None = Field(description="in a book of several batches, from the batch on")

    @classmethod
    def load(cls, path: str | Path) -> Receipt:
        """Read a receipt. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "receipt") -> Receipt:
        """Read a receipt from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)


def promise_digest(promise: Promise) -> bytes:
    """What the venue signs: SHA-256 over a tag and the promise in its one form."""
    return hashlib.sha256(b"plimsoll/receipt/1\n" + canonical_json(promise.model_dump(mode="json"))).digest()


def check_receipt(receipt: Receipt, venue_key: bytes) -> None:
    """The venue promised this leaf. To be done when the receipt is handed over: a false one proves nothing later.

    Args:
        venue_key: the venue's public key, 48 bytes; from elsewhere, never from the receipt.

    Raises:
        VerificationError: step "receipt".
    """
    from py_ecc.bls import G2ProofOfPossession as Bls  # noqa: PLC0415 - half a second; only signatures need it

    # 1. The venue signed the promise.
    promise, key = receipt.promise, receipt.public_key
    require(key == venue_key, STEP, f"a signature by the venue's key {venue_key.hex()}", f"one by {key.hex()}")
    signed = Bls.Verify(key, promise_digest(promise), receipt.signature)
    require(signed, STEP, "the venue's signature over the promise", "one that fails")
    # 2. The leaf is under the promised root.
    levels, joint, more = promise.levels, receipt.joint, promise.joint_levels
    require(len(receipt.path) == levels, STEP, f"a path of {levels} siblings", len(receipt.path))
    found = None if joint is None else len(joint.path)
    require(found == more, STEP, f"a joint of {more} siblings", found)
    most = 2 ** (levels + (more or 0))
    require(receipt.position < most, STEP, f"a position below {most}", receipt.position)
    root = climb(receipt.leaf, receipt.position % 2**levels, receipt.path, permute)
    if joint is not None:
        slot = batch_leaf(root, joint.commitment, permute)
        root = climb(slot, receipt.position >> levels, joint.path, permute)
    require(root == promise.root, STEP, f"a path to the promised root {show_quad(promise.root)}", show_quad(root))


def check_owner(receipt: Receipt, brought: CustomerFile, parameters: RiskParameters) -> None:
    """3. The receipt's leaf is the one that the customer's file opens: her identifier, her holdings.

    What remains her duty: identifier and holdings are truly hers and complete.

    Raises:
        VerificationError: step "receipt", or "customer" for holdings that no proven leaf has.
    """
    promise = receipt.promise
    require(brought.venue == promise.venue, STEP, f"a file of the venue {promise.venue}", brought.venue)
    require(brought.sequence == promise.sequence, STEP, f"a file for publication {promise.sequence}", brought.sequence)
    nonce = nonce_digest(brought.nonce)
    require(nonce == promise.nonce_digest, STEP, f"a nonce whose digest is {promise.nonce_digest.hex()}", nonce.hex())
    table = parameters.table.digest()
    require(table == promise.instruments, STEP, f"an instrument table {promise.instruments.hex()}", table.hex())
    leaf = customer_leaf(brought, parameters)
    remedy = "the receipt is not for this account: ask the venue for yours at once"
    require(
        leaf == receipt.leaf,
        STEP,
        f"a file that opens the receipt's leaf {show_quad(receipt.leaf)}",
        show_quad(leaf),
        remedy,
    )


def check_kept(receipt: Receipt, bundle: Bundle, venue_key: bytes, policy: Policy | None = None) -> VerifiedBundle:
    """What was published is what was promised, and is valid.

    Args:
        receipt: has passed `check_receipt` with this key.
        policy: conditions on the book's proof.

    Raises:
        BrokenPromiseError: evidence against the venue.
        VerificationError: another publication than the promised one, or an invalid one.
    """
    check_published(receipt, bundle, venue_key)
    verified = verify_bundle(bundle, venue_key, policy=policy)
    check_read_alike(receipt, bundle, verified)
    return verified


def check_published(receipt: Receipt, bundle: Bundle, venue_key: bytes) -> None:
    """Steps 4 and 5: the venue signed the promised root, and no other, under the promised sequence.

    Raises: as `check_kept`.
    """
    promise, manifest = receipt.promise, bundle.manifest
    # 4. The venue signed the manifest of the publication that the promise names.
    check_signature(bundle, venue_key)
    require(manifest.venue == promise.venue, STEP, f"a publication of {promise.venue}", f"one of {manifest.venue}")
    require(manifest.sequence == promise.sequence, STEP, f"publication {promise.sequence}", manifest.sequence)
    # 5. The root is the promised one. Before the proof: whether that is valid makes no difference to what was signed.
    if manifest.root != promise.root:
        raise BrokenPromiseError(
            STEP,
            f"the promised root {show_quad(promise.root)}",
            f"{show_quad(manifest.root)} in the signed manifest: omitted account",
            "keep receipt and publication: with the venue's key, anybody can check that it broke its promise",
        )


def check_read_alike(receipt: Receipt, bundle: Bundle, verified: VerifiedBundle) -> None:
    """Step 6: the publication is valid (`verified` is what `verify_bundle` says of it), and its root is read as
    promised.

    Raises: as `check_kept`.
    """
    promise, book = receipt.promise, verified.book
    _read_alike("customers' nonce with digest", promise.nonce_digest.hex(), book.nonce_digest)
    _read_alike("instrument table", promise.instruments.hex(), bundle.parameters.table.digest().hex())
    _read_alike("number of levels:", promise.levels, book.shape.log_leaves)
    slots = book.totals.log_slots if isinstance(book, VerifiedWholeBook) else None
    _read_alike("number of levels over batches:", promise.joint_levels, slots)


def _read_alike(what: str, promised: object, published: object) -> None:
    if promised != published:
        raise BrokenPromiseError(
            STEP, f"the promised {what} {promised}", str(published), "keep receipt and publication"
        )
