"""What must never show: blinds, masks and salts are fresh in each proof, heights do not depend on the book."""

from __future__ import annotations

import multiprocessing
import stat
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from body_regions import regions
from small_venue import PARAMETERS, SHAPE, SNAPSHOT, Batch, Leaf, account_lots, book, positions
from toolkit import accepted, forge, genuine, put, upstream_accepts

from plimsoll.engine.book import Book
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.opening import Opening
from plimsoll.verifier.encoding import Proof, parse_body
from plimsoll.verifier.extension import ZERO, Ext, add
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.shape import proof_shape
from plimsoll.verifier.statement import read_proof


@cache
def opening() -> Opening:
    return new_opening(book(), SHAPE, SNAPSHOT, PARAMETERS)


def body_of(book_: Book, secrets: Opening) -> bytes:
    file = prove_book(book_, SNAPSHOT, PARAMETERS, SHAPE, secrets)
    accepted(file)
    return read_proof(file)[1]


@cache
def body(which: int) -> bytes:
    """Proofs of one book with one opening: everything public is equal."""
    assert which in (0, 1)
    return body_of(book(), opening())


def parsed(raw: bytes) -> Proof:
    return parse_body(raw, proof_shape(genuine().book.tables, STANDARD))


def claimed(proof: Proof) -> list[Ext]:
    """All values that a proof claims at zeta and the next point."""
    values: list[Ext] = []
    for one in proof.opened:
        values += [*one.random, *one.main, *one.permutation, *one.permutation_next]
        values += [x for chunk in one.quotient for x in chunk]
    return values + [x for matrices in proof.masks for points in matrices for masks in points for x in masks]


def differing(a: list[bytes], b: list[bytes]) -> bool:
    return len(a) == len(b) and not set(a) & set(b)


def digests(caps: bytes) -> list[bytes]:
    return [caps[i : i + 32] for i in range(0, len(caps), 32)]


def test_nothing_repeats_in_two_proofs_of_one_book() -> None:
    a, b = parsed(body(0)), parsed(body(1))
    assert not set(claimed(a)) & set(claimed(b))
    assert all(x != y for x, y in zip(a.terminals, b.terminals, strict=True))
    assert all(x != y for x, y in zip(a.final_polynomial, b.final_polynomial, strict=True))
    for caps in ("main", "permutation", "quotient", "random"):
        assert differing(digests(getattr(a, caps)), digests(getattr(b, caps)))
    for one, other in zip(a.fold_caps, b.fold_caps, strict=True):
        assert differing(digests(one), digests(other))
    for one_, other_ in zip((*a.input_rows, *a.fold_rows), (*b.input_rows, *b.fold_rows), strict=True):
        salts = [[s for query in rows.salts for s in query] for rows in (one_, other_)]
        assert not set(salts[0]) & set(salts[1])


def test_terminals_are_blinded_and_sum_to_zero() -> None:
    """No terminal is zero or that of the bare table; without blinds those of unused tables would be zero."""
    terminals = parsed(body(0)).terminals
    total = ZERO
    for terminal in terminals:
        total = add(total, terminal)
    assert total == ZERO
    assert ZERO not in terminals and len(set(terminals)) == len(terminals)
    assert all(0 not in terminal for terminal in terminals)


def test_control_bare_terminals_show_what_is_unused() -> None:
    """Why blinds are needed: without them the table of empty leaves says that there are none."""
    full = Batch((Leaf(positions(account_lots()["cat"])),) * 4)
    bare = parsed(forge(full).body(keep_blinds=True))
    names = [table.name for table in genuine().book.tables.instance_tables()]
    assert bare.terminals[names.index("subtree.z.z")] == ZERO
    assert ZERO not in parsed(forge(full).body()).terminals


def test_blinds_that_do_not_sum_to_zero_rejected() -> None:
    for place in (0, 3, -1):
        forgery = forge()
        table = genuine().book.tables.instance_tables()[place]
        put(forgery.traces[place], 5, table.blinds[1], 1)
        assert {str(one) for one in forgery.broken()} == {"bus blind"}
        forgery.refused_by_both("terminals", keep_blinds=True)


def test_control_blinds_that_sum_to_zero_are_accepted() -> None:
    forgery = forge()
    tables = genuine().book.tables.instance_tables()
    put(forgery.traces[0], 5, tables[0].blinds[1], 1)
    put(forgery.traces[-1], 9, tables[-1].blinds[1], -1)
    assert forgery.broken() == set()
    raw = forgery.body(keep_blinds=True)
    upstream_accepts(forgery.statement, raw)


def test_blind_of_another_bus_rejected() -> None:
    """blind(1) is not blind(2): what one lacks the other cannot give."""
    forgery = forge()
    table = genuine().book.tables.instance_tables()[0]
    put(forgery.traces[0], 5, table.blinds[1], 1)
    put(forgery.traces[0], 5, table.blinds[2], -1)
    forgery.refused_by_both("terminals", keep_blinds=True)


BOOKS: dict[str, Callable[[], Book]] = {
    "one account, one holding": lambda: Book.of([("a", 0, [(16, 5)])]),
    "four accounts without holdings": lambda: Book.of([(name, 0, []) for name in "abcd"]),
    "as many rows as there is room for": lambda: Book.of([("a", 0, [(2 * k, 1) for k in range(9)]), *book_rows()]),
}


def book_rows() -> list[tuple[str, int, list[tuple[int, int]]]]:
    return [(name, 0, [(2 * k, 7) for k in range(6)]) for name in "bc"]


@pytest.mark.parametrize("name", BOOKS)
def test_heights_and_length_do_not_depend_on_the_book(name: str) -> None:
    """Lengths are equal part by part; only the numbers of Merkle siblings follow from the random positions."""
    other = BOOKS[name]()
    raw = body_of(other, new_opening(other, SHAPE, SNAPSHOT, PARAMETERS))
    tables = genuine().book.tables

    def lengths(of: bytes) -> list[tuple[str, str, int]]:
        parts = regions(tables, STANDARD, of)
        return [(part.name, part.group, part.stop - part.start) for part in parts if part.group != "siblings"]

    assert lengths(raw) == lengths(body(0))
    assert raw[: len(tables.instances)] == body(0)[: len(tables.instances)]


def _prove_into(queue: multiprocessing.Queue[bytes]) -> None:
    queue.put(forge().body())


def test_proofs_after_a_fork_share_nothing() -> None:
    """Two children of one process, forked at the same state."""
    forge().body()
    context = multiprocessing.get_context("fork")
    queues = [context.Queue() for _ in range(2)]
    children = [context.Process(target=_prove_into, args=(queue,)) for queue in queues]
    for child in children:
        child.start()
    a, b = (parsed(queue.get(timeout=120)) for queue in queues)
    for child in children:
        child.join()
    assert not set(claimed(a)) & set(claimed(b))
    assert not set(a.terminals) & set(b.terminals)


def test_two_publications_of_one_book_share_no_root() -> None:
    """Salts, ids' blinds, positions and the order's nonce are drawn for each."""
    other = new_opening(book(), SHAPE, SNAPSHOT, PARAMETERS)
    files = [prove_book(book(), SNAPSHOT, PARAMETERS, SHAPE, secrets) for secrets in (opening(), other)]
    a, b = (read_proof(file)[0].public_values[1:] for file in files)
    assert not set(a) & set(b)


def test_opening_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "opening.json"
    opening().write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
