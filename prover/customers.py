"""Each customer's file of one publication: the opening of her leaf, and the siblings up to the root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from plimsoll.circuits.leaves import Permutation, Quad, account_id, account_leaf, empty_leaf, node, nonce_digest
from plimsoll.engine.book import Book
from plimsoll.engine.decimals import format_quantity
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.job import check_opening
from plimsoll.prover.opening import Opening, OpeningError
from plimsoll.verifier.batch import BATCH
from plimsoll.verifier.bundle import PROOF
from plimsoll.verifier.customer import CustomerFile, CustomerHolding
from plimsoll.verifier.statement import Statement, read_proof
from plimsoll.verifier.whole_book import is_batch_name


def tree(book: Book, instruments: bytes, opening: Opening, permute: Permutation) -> list[list[Quad]]:
    """All digests by level, the leaves first and the root last; in a book of several batches, the batches' roots.

    Args:
        instruments: the instrument table's digest.
        permute: the Rust core's, for a whole book.
    """
    index = {account: i for i, account in enumerate(book.accounts)}
    digests: list[Quad] = [()] * (len(opening.accounts) + len(opening.empty))
    for leaf in opening.accounts:
        i = index[leaf.account]
        identity = account_id(leaf.account, instruments, leaf.blind, permute, *book.title(i))
        made = account_leaf(identity, leaf.salt, int(book.classes[i]), leaf.order, book.holdings(i), permute)
        digests[leaf.position] = made
    for empty in opening.empty:
        digests[empty.position] = empty_leaf(empty.salt, permute)
    levels = [digests]
    while len(levels[-1]) > max(1, len(opening.batch_salts)):
        pairs = zip(levels[-1][::2], levels[-1][1::2], strict=True)
        levels.append([node(left, right, permute) for left, right in pairs])
    return levels


def customer_files(
    book: Book,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    opening: Opening,
    permute: Permutation,
    accounts: list[str] | None = None,
    published: Sequence[Statement] = (),
) -> Iterator[CustomerFile]:
    """The files of these accounts, or of all, in the book's order. All is checked before the first is made.

    Args:
        permute: the Rust core's, for a whole book.
        published: of the proofs that customers will hold their files against: the book's, or all batches' in order.

    Raises:
        OpeningError: the opening is another book's or another publication's, or makes another root, nonce or
            instrument table than the proof has.
    """
    # first of all: the tree of another book's accounts cannot be made
    check_opening(book, snapshot, parameters, opening)
    levels = tree(book, parameters.table.digest(), opening, permute)
    if published:
        _compare(published, levels[-1], opening, parameters)
    return _files(book, snapshot, parameters, opening, levels, book.accounts if accounts is None else accounts)


def leaf_proofs(files: Mapping[str, bytes]) -> list[Statement]:
    """The statements of a publication's proofs about leaves: the book's, or all batches' in order."""
    names = [PROOF] if PROOF in files else sorted(filter(is_batch_name, files))
    return [read_proof(files[name])[0] for name in names]


def _root(statement: Statement) -> tuple[int, ...]:
    return statement.public_values[2:6] if statement.kind == BATCH else statement.public_values[1:5]


def _compare(published: Sequence[Statement], roots: list[Quad], opening: Opening, parameters: RiskParameters) -> None:
    nonce = nonce_digest(bytes.fromhex(opening.nonce))
    for what, proven, made in (
        ("instrument table", {one.digests.instruments for one in published}, {parameters.table.digest()}),
        ("nonce", {one.nonce_digest for one in published}, {nonce}),
        ("root", [_root(one) for one in published], roots),
    ):
        if proven != made:
            raise OpeningError(
                f"the proof has another {what} than book and opening file make: customers would be refused; use the "
                "book, the parameters and the opening file that it was proven with"
            )


def _files(
    book: Book,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    opening: Opening,
    levels: list[list[Quad]],
    accounts: Sequence[str],
) -> Iterator[CustomerFile]:
    leaves = {leaf.account: leaf for leaf in opening.accounts}
    index = {account: i for i, account in enumerate(book.accounts)}
    for account in accounts:
        leaf, title = leaves[account], book.title(index[account])
        yield CustomerFile.model_construct(
            version=1,
            venue=snapshot.venue,
            sequence=snapshot.sequence,
            identifier=account,
            nonce=bytes.fromhex(opening.nonce),
            owner=title.owner,
            lien=title.lien,
            blind=leaf.blind,
            salt=leaf.salt,
            account_class=int(book.classes[index[account]]),
            position=leaf.position,
            holdings=tuple(_holdings(book.holdings(index[account]), parameters)),
            path=tuple(siblings(leaf.position, levels)),
        )


def siblings(position: int, levels: list[list[Quad]]) -> Iterator[Quad]:
    """The sibling at each level of a leaf's way to the root, lowest first."""
    for height, level in enumerate(levels[:-1]):
        yield level[position >> height ^ 1]


def _holdings(keyed: list[tuple[int, int]], parameters: RiskParameters) -> Iterator[CustomerHolding]:
    for key, lots in keyed:
        info, side = parameters.table.of_key(key)
        text = format_quantity(lots, info.lot)
        yield CustomerHolding(instrument=info.name, side="short" if side else "long", quantity=text)
