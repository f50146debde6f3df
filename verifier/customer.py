"""Is a customer in a verified book, once, with all her holdings? Five steps, numbered as in docs/protocol/customer.md.

A book's proof says that every leaf is healthy and that orders ascend; it cannot say that a customer's leaf is there, or
that it holds what she owns. She alone can, with the file that the venue gives her: it opens her leaf, and only hers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StrictStr, WithJsonSchema

from plimsoll.circuits.field import P
from plimsoll.circuits.leaves import NO_OWNER, Quad, account_id, account_leaf, account_order, climb, nonce_digest
from plimsoll.circuits.poseidon2 import permute
from plimsoll.engine.decimals import format_decimal, parse_quantity
from plimsoll.engine.fields import Count, Digest, Name, Version
from plimsoll.engine.health import MAX_HOLDINGS, AccountHealth, account_health
from plimsoll.engine.instruments import Side
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import RefusedValueError
from plimsoll.engine.schedule import compile_schedules
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.tiers import MAX_QUANTITY
from plimsoll.engine.titles import AMOUNT_DIGITS, parse_lien
from plimsoll.verifier.book import VerifiedBook
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.whole_book import VerifiedWholeBook

STEP: Final = "customer"
MAX_LEVELS: Final = 32
_QUAD: Final = "[0-9a-f]{64}"


def parse_quad(text: object) -> Quad:
    """Four field elements from 64 hexadecimal digits, sixteen an element, most significant first."""
    if not isinstance(text, str) or not re.fullmatch(_QUAD, text, re.ASCII):
        raise RefusedValueError("expected 64 lower-case hexadecimal digits", "ask the venue for the file again")
    elements = tuple(int(text[i : i + 16], 16) for i in range(0, 64, 16))
    if max(elements) >= P:
        raise RefusedValueError("sixteen digits are not below the field's prime", "ask the venue for the file again")
    return elements


def show_quad(elements: Quad) -> str:
    """The text that `parse_quad` reads back."""
    return "".join(f"{one:016x}" for one in elements)


Elements = Annotated[
    tuple[int, ...],
    BeforeValidator(parse_quad),
    PlainSerializer(show_quad),
    WithJsonSchema({"type": "string", "pattern": f"^{_QUAD}$", "description": "four field elements"}),
]


Lien = Annotated[
    int,
    BeforeValidator(parse_lien),
    PlainSerializer(lambda lien: format_decimal(lien, AMOUNT_DIGITS), return_type=str),
    WithJsonSchema({"type": "string", "description": "units of the quote currency as a decimal string"}),
]


class CustomerHolding(BaseModel):
    """One holding: units of an instrument, owned or long, owed or short."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    instrument: Name
    side: Literal["long", "short"]
    quantity: StrictStr = Field(description="units as a decimal string, not negative")


class CustomerFile(BaseModel):
    """Opens one leaf. Secret: whoever has it sees this customer's holdings, and nobody else's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    venue: Name
    sequence: Count = Field(ge=0, lt=2**63, description="of the publication")
    identifier: StrictStr = Field(min_length=1, max_length=256, description="by which the venue knows the customer")
    nonce: Digest = Field(description="the publication's nonce, the same for all customers")
    owner: Elements = Field(default=NO_OWNER, description="public key of the owner; zeros: none is known")
    lien: Lien = Field(default=0, description="what others may claim of the account first")
    blind: Elements
    salt: Elements
    account_class: Count = Field(ge=0, lt=4096)
    position: Count = Field(ge=0, lt=2**MAX_LEVELS, description="of the leaf, counted from the left over all batches")
    holdings: tuple[CustomerHolding, ...] = Field(max_length=MAX_HOLDINGS)
    path: tuple[Elements, ...] = Field(max_length=MAX_LEVELS, description="siblings in its batch, lowest first")

    @classmethod
    def load(cls, path: str | Path) -> CustomerFile:
        """Read a customer's file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "customer file") -> CustomerFile:
        """Read a customer's file from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)


@dataclass(frozen=True, slots=True)
class VerifiedCustomer:
    """What was established: this identifier's only leaf holds exactly these holdings, with this health."""

    identifier: str
    holdings: tuple[CustomerHolding, ...]
    health: AccountHealth
    owner: Quad | None
    """The key in the leaf: whoever holds its secret can prove the account as his. None: there is no key, and nobody."""
    lien: int
    """What the leaf says that others may claim of the account first; 10^-6 of the quote currency."""


def verify_customer(
    brought: CustomerFile,
    book: VerifiedBook | VerifiedWholeBook,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    *,
    identifier: str | None = None,
    shown_nonce: str | None = None,
    owner: Quad | None = None,
) -> VerifiedCustomer:
    """The file opens a leaf under the verified book's root, for its identifier.

    What remains the customer's duty: that identifier, holdings, owner's key and lien are truly hers and complete, and
    that other customers were shown the same root and nonce.

    Args:
        book: what `verify_book` or `verify_whole_book` gave for the publication's proofs, with this snapshot and these
            parameters.
        identifier: hers, compared exactly; without it whoever looks at the result has to compare.
        shown_nonce: digest of the nonce that other customers were shown, hexadecimal; likewise.
        owner: her owner's key, `NO_OWNER` if she has none; likewise.

    Raises:
        VerificationError: step "customer", with what was expected and what came.
    """
    # 1. The file belongs to the publication that was verified.
    require(brought.venue == snapshot.venue, STEP, f"a file of the venue {snapshot.venue}", brought.venue)
    require(brought.sequence == book.sequence, STEP, f"a file for publication {book.sequence}", brought.sequence)
    if identifier is not None:
        # letters that look alike, or a blank at the end, are another identifier with another leaf
        require(brought.identifier == identifier, STEP, f"a file for {identifier!a}", ascii(brought.identifier))
    # 2. Its nonce is the one for all: the identifier has one order, and orders ascend, so it has one leaf.
    committed = nonce_digest(brought.nonce).hex()
    require(committed == book.nonce_digest, STEP, f"a nonce whose digest is {book.nonce_digest}", committed)
    if shown_nonce is not None:
        require(shown_nonce == committed, STEP, f"the nonce of others, with the digest {shown_nonce}", committed)
    # 3. Holdings have ascending keys and whole lots, as in every proven leaf.
    keyed = _keyed(brought.holdings, parameters)
    # 4. The leaf they make is in the tree, at that position; in a book of several batches, in its batch's.
    roots, levels, leaves = leaf_roots(book), book.shape.log_leaves, book.shape.leaves
    require(len(brought.path) == levels, STEP, f"a path of {levels} siblings", len(brought.path))
    most = leaves * len(roots)
    require(brought.position < most, STEP, f"a position below {most}", brought.position)
    batch, position = divmod(brought.position, leaves)
    leaf = _leaf(brought, keyed, parameters)
    root = climb(leaf, position, brought.path, permute)
    remedy = "the leaf is not in this book as the file says: take it to the venue, and to others if it has no answer"
    require(root == roots[batch], STEP, f"a leaf under the root {show_quad(roots[batch])}", show_quad(root), remedy)
    # 5. The owner's key in the leaf is hers.
    if owner is not None:
        require_owner(brought, owner)
    health = account_health(compile_schedules(snapshot, parameters), keyed)
    held = None if brought.owner == NO_OWNER else brought.owner
    return VerifiedCustomer(brought.identifier, brought.holdings, health, held, brought.lien)


def require_owner(brought: CustomerFile, owner: Quad) -> None:
    """The leaf that the file opens has this owner's key in it, or with `NO_OWNER` none. For a file that opens its leaf.

    Raises:
        VerificationError: step "customer". A venue that writes a key of its own can prove her account as its own.
    """
    expected = "no owner's key in the leaf" if owner == NO_OWNER else f"your owner's key {show_quad(owner)} in the leaf"
    got, remedy = "no key", "nobody can prove this account: ask the venue to write your key into the next leaf"
    if brought.owner != NO_OWNER:
        got = show_quad(brought.owner)
        remedy = "whoever holds the secret of that key can prove your account as his own: take it to the venue"
    require(brought.owner == owner, STEP, expected, got, remedy)


def leaf_roots(book: VerifiedBook | VerifiedWholeBook) -> tuple[Quad, ...]:
    """The root of each tree of leaves: the book's own, or each batch's in order."""
    return tuple(one.root for one in book.batches.batches) if isinstance(book, VerifiedWholeBook) else (book.root,)


def keyed_holdings(brought: CustomerFile, parameters: RiskParameters) -> list[tuple[int, int]]:
    """The file's holdings as (key, lots), keys ascending. Raises VerificationError for what no proven leaf has."""
    return _keyed(brought.holdings, parameters)


def customer_leaf(brought: CustomerFile, parameters: RiskParameters) -> Quad:
    """The digest of the leaf that the file opens; whether it is in a tree is not looked at.

    Raises:
        VerificationError: step "customer", for holdings that no proven leaf has.
    """
    return _leaf(brought, _keyed(brought.holdings, parameters), parameters)


def _leaf(brought: CustomerFile, keyed: list[tuple[int, int]], parameters: RiskParameters) -> Quad:
    identity = account_id(
        brought.identifier, parameters.table.digest(), brought.blind, permute, brought.owner, brought.lien
    )
    order = account_order(brought.nonce, brought.identifier)
    return account_leaf(identity, brought.salt, brought.account_class, order, keyed, permute)


def _keyed(holdings: tuple[CustomerHolding, ...], parameters: RiskParameters) -> list[tuple[int, int]]:
    table = parameters.table
    keyed: list[tuple[int, int]] = []
    for number, one in enumerate(holdings):
        where = f"holding {number} ({one.instrument})"
        if one.instrument not in table:
            raise VerificationError(STEP, f"{where} of a listed instrument", "none of that name")
        try:
            lots = parse_quantity(one.quantity, table[table.index(one.instrument)].lot)
        except RefusedValueError as error:
            raise VerificationError(STEP, f"{where} in whole lots", str(error)) from None
        require(0 <= lots <= MAX_QUANTITY, STEP, f"{where} from 0 to 2^60 - 1 lots", lots)
        key = table.key(one.instrument, Side[one.side.upper()])
        last = keyed[-1][0] if keyed else -1
        require(key > last, STEP, f"{where} after the one before it in the instrument table's order", "out of order")
        keyed.append((key, lots))
    return keyed
