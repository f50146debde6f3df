"""Lies of a totals' statement, totals and batches that do not belong together, and files that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

from batch_lies import DAY, STRICT
from whole_runs import PROVEN, STATEMENTS, Lie, once, one_batch, one_files, one_totals, totals, totals_saying, whole
from whole_venue import AT, FEW, NO_STRESS, ONE, TWO, Case

from plimsoll.verifier.batch import VerifiedBatches
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.statement import Digests
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF


def lies() -> Iterator[Lie]:
    yield from _statements()
    yield from _conditions()
    yield from _sizes()
    yield from _other_books()
    yield from _other_batches()
    yield from _files()


def _statements() -> Iterator[Lie]:
    about = "proven for what they say"
    for name, (changes, words) in STATEMENTS.items():
        yield Lie(f"totals of {name}", about, totals(totals_saying(**changes)), "policy", words)
    for field in fields(Digests):
        said = {field.name: bytes([7] * 32)}
        accepted = {"programs": frozenset({said["program"].hex()})} if field.name == "program" else {}
        run = totals(totals_saying(digests=said), **accepted)
        yield Lie(f"totals of another {field.name} digest", about, run, "policy", f"{field.name} digest")
    run = totals(totals_saying(shape="totals-2^1"))
    yield Lie("totals of a larger class", about, run, "policy", "the shape class totals-2^0")
    run = totals(totals_saying(nonce_digest=bytes([9] * 32)))
    yield Lie("totals under a second nonce", about, run, "policy", "the batches' nonce digest")


def _conditions() -> Iterator[Lie]:
    standard = once(lambda: ONE.totals(STANDARD))
    yield Lie("totals honest", "at the test profile, which the caller takes", totals(one_totals))
    run = totals(one_totals, **STRICT)
    yield Lie("totals at the test profile", "to a caller at full security", run, "policy", "a profile of full security")
    run = totals(standard, security_floor=129)
    yield Lie("totals below the floor", "129 bits asked for, 128 given", run, "policy", "at least 129 proven bits")
    run = totals(one_totals, at=AT + DAY)
    yield Lie("totals of yesterday", "a snapshot older than a day", run, "policy", "a snapshot at most 1 day")
    yield Lie("totals that were cut", "a byte short", totals(once(lambda: one_totals()[:-1])), "encoding")
    yield Lie("totals with a byte more", "zero behind", totals(once(lambda: one_totals() + b"\0")), "encoding")
    run = totals(once(lambda: one_batch()[0]))
    yield Lie("totals that are a batch", "its proof in their place", run, "policy", "a proof of kind totals")


def _sizes() -> Iterator[Lie]:
    about = "proven for what they say"
    for count in (10, 12):
        values = (0, 3, len(ONE.terms.bounds), *ONE.root(), *[0] * (count - 7))
        run = totals(totals_saying(public_values=values))
        yield Lie(f"totals of {count} public values", "proven for eleven", run, "policy", "11 public values")
    for name, edit in (("two slots", _two_slots), ("a currency that is not bounded", _asset_left_out)):
        run = totals(totals_saying(edit=edit))
        yield Lie(f"totals of {name}", about, run, "policy", "a tree, rows of instruments and assets of [0, 3, 2]")
    run = totals(one_totals, verified=lambda: replace(ONE.verified, rows=4))
    about = "the batches have four rows of instruments, the terms three"
    yield Lie("totals of another instrument table", about, run, "policy", "terms for 4 rows of instruments, got 3")
    many = lambda: replace(ONE.verified, batches=ONE.verified.batches * 65)  # noqa: E731
    run = totals(totals_saying(batch_count=65), verified=many)
    yield Lie("totals of 65 batches", "one more than a book can have", run, "tables", "a number of batches")


def _two_slots(cells: list[int]) -> list[int]:
    """A tree of two slots, the second without a batch; its tables are as high."""
    end = 8 + 10 + 8 * (cells[1] + 5)
    return [1, *cells[1:end], 0, *cells[end:]]


def _asset_left_out(cells: list[int]) -> list[int]:
    """The last currency, in which nothing is owed, is not closed."""
    return [*cells[:2], cells[2] - 1, *cells[3:-3]]


def _other_books() -> Iterator[Lie]:
    """Totals that are true of another book than the verified batches."""
    resalted = once(lambda: _case(FEW, batch_salts=((1, 2, 3, 4),)).totals(terms=ONE.terms, proven=PROVEN["lies"]))
    about = "the same accounts and nonce, but another commitment's salt"
    yield Lie("totals of another root", about, totals(resalted), "policy", "the root")
    healthy = once(lambda: _case({**FEW, "gus": {}}))
    poorer = once(lambda: healthy().totals(proven=PROVEN["lies"]))
    terms = once(lambda: healthy().terms)
    about = "the claims and totals are those of a book without its failing account, under the same nonce"
    yield Lie("totals without the failing account", about, totals(poorer, terms=terms), "policy", "the root")


def _case(lots: dict[str, dict[str, int]], **opening: object) -> Case:
    """A book of one batch under the secrets of the honest one, some of them changed."""
    made = Case(lots=lots, stress=NO_STRESS, batches=1, options=ONE.options)
    return made.under(replace(ONE.opening, **opening))  # type: ignore[arg-type]


def _other_batches() -> Iterator[Lie]:
    """Honest totals beside verified batches that are not theirs, or not in their order."""
    yield Lie("book of two batches", "honest", whole(lambda: TWO.at_test_profile))
    run = whole(once(_exchanged))
    yield Lie("book with batches exchanged", "each proven for its place", run, "policy", "the root")
    for order, name, words in (
        ((1, 0), "exchanged", "the root"),
        ((0, 0), "of which the first comes twice", "the root"),
        ((1, 1), "of which the second comes twice", "the root"),
        ((0,), "of which one is left out", "the shape class totals-2^0"),
        ((0, 1, 1), "and one more", "the shape class totals-2^2"),
    ):
        proof = totals_of_two(len(order))
        run = totals(proof, TWO, verified=lambda o=order: _verified(o))  # type: ignore[misc]
        yield Lie(f"totals over batches {name}", "each verified in its place", run, "policy", words)
    run = whole(one_files, root=(1, 2, 3, 4))
    yield Lie("book of another root", "than the caller was shown", run, "book", "the root that the caller was shown")
    run = whole(one_files, root=ONE.root())
    yield Lie("book of the root that was shown", "honest", run)


def totals_of_two(count: int) -> Callable[[], bytes]:
    """The totals of both batches, said to be of so many."""
    return once(lambda: TWO.totals(batch_count=count, proven=PROVEN["lies"]))


def _verified(order: tuple[int, ...]) -> VerifiedBatches:
    """What verifying them in this order gives, each having been proven for its place."""
    known = TWO.verified.batches
    return replace(TWO.verified, batches=tuple(replace(known[k], index=place) for place, k in enumerate(order)))


def _exchanged() -> dict[str, bytes]:
    proofs = [TWO.batch(tape=TWO.tapes[k].tape, batch_index=place) for place, k in enumerate((1, 0))]
    return TWO.files(proofs, TWO.at_test_profile[TOTALS_PROOF])


def _files() -> Iterator[Lie]:
    def changed(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Callable[[], dict[str, bytes]]:
        return once(lambda: change(dict(one_files())))

    also = lambda name: changed(lambda files: {**files, name: one_batch()[0]})  # noqa: E731
    yield Lie("book of one batch", "honest", whole(one_files))
    yield Lie("book with batch-64.proof", "a file that is no batch's", whole(also("batch-64.proof")))
    yield Lie("book with batch-1.proof", "a file that is no batch's", whole(also("batch-1.proof")))
    for name in (CLAIMS, SCENARIOS, TOTALS_PROOF, "batch-00.proof"):
        run = whole(changed(lambda files, n=name: {k: v for k, v in files.items() if k != n}))  # type: ignore[misc]
        wanted = "batch" if name == "batch-00.proof" else name
        yield Lie(f"book without {name}", "a file is missing", run, "book", f"no {wanted}")
    gap = once(lambda: {k.replace("batch-01", "batch-02"): v for k, v in TWO.at_test_profile.items()})
    yield Lie("book with a gap", "batches 0 and 2", whole(gap), "book", "no batch-01.proof")
    yield Lie("book with a batch twice", "the first once more", whole(also("batch-01.proof")), "policy", "batch 0 of 2")
    for programs in (frozenset({"00" * 32}), frozenset()):
        name, run = f"{len(programs)} programs of its own", whole(one_files, programs=programs)
        yield Lie(f"book to a caller with {name}", "nothing could be verified", run, "book", "this release pins")
    for condition in ({"shapes": frozenset({"book-2^2x1"})}, {"context": b"loan 7"}):
        name, run = next(iter(condition)), whole(one_files, **condition)
        yield Lie(f"book to a caller with {name}", "a condition that none of its proofs is held to", run, "book", "no")
    run = whole(one_files, TWO.scenarios.digest())
    yield Lie("book under other scenarios", "than the caller accepts", run, "book", "scenarios with the digest")
    yield Lie("book under the scenarios that are accepted", "honest", whole(one_files, ONE.scenarios.digest()))
    run = whole(one_files, **STRICT)
    yield Lie("book at the test profile", "to a caller at full security", run, "policy", "a profile of full security")
    run = whole(one_files, at=AT + DAY)
    yield Lie("book of yesterday", "a snapshot older than a day", run, "policy", "a snapshot at most 1 day")
