"""The steps of an audit, and what a working paper and a program are told of them."""

from __future__ import annotations

import hashlib
import platform
import shlex
from collections.abc import Sequence
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import Any

from plimsoll.cli.amounts import exact
from plimsoll.cli.audit_paper import Paper
from plimsoll.cli.options import now
from plimsoll.cli.ownership import title_data
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import format_time
from plimsoll.engine.json_files import read_bytes
from plimsoll.verifier.batch import BATCH_PROGRAM
from plimsoll.verifier.book import VerifiedBook
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.figures import CLAIMED, PROVEN, Figure, figures_of_book
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import VerifiedBundle, verify_bundle
from plimsoll.verifier.sampling import AuditOpenings, DrawnLeaf, check_openings, draw, leaves_of
from plimsoll.verifier.tie_out import Line, Totals, TotalsOpening, open_totals, shown_totals, tie_out
from plimsoll.verifier.totals import TOTALS_PROGRAM
from plimsoll.verifier.whole_book import VerifiedWholeBook


class HiddenTotalsError(PlimsollError):
    """Totals that are not proven, or not shown."""


class Work:
    """The audit's steps, in order: after one that fails nothing further is looked at."""

    def __init__(self, bundle: Bundle, beacon: bytes, sample: int) -> None:
        self.bundle, self.beacon, self.sample = bundle, beacon, sample
        self.steps: list[tuple[str, str]] = []
        self.drawn: tuple[int, ...] = ()
        self.tree = 0
        self.verified: VerifiedBundle | None = None
        self.source = ""
        self.leaves: Sequence[DrawnLeaf] | None = None
        self.lines: Sequence[Line] | None = None

    def run(
        self,
        key: bytes,
        openings: AuditOpenings | None,
        totals: TotalsOpening | None,
        ledger: dict[tuple[str, str], Decimal] | None,
    ) -> None:
        """All steps whose files are there. Raises `HiddenTotalsError`, and `SampleError` of the draw."""
        what = "The publication is the venue's, signed and proven: its book, and that its parts belong together."
        try:
            self.verified = verify_bundle(self.bundle, key, policy=Policy(max_age=None), max_apart=None)
            self.steps.append((what, ""))
            self.tree = leaves_of(self.verified.book)
            self.drawn = draw(self.bundle.digest, self.beacon, self.tree, self.sample)
            self.steps.append((f"The beacon draws {self.sample} of {self.tree:,} leaves.", ""))
            if openings:
                what = "The venue opened leaves of this publication, each once, and none that was not drawn."
                self.leaves = check_openings(
                    self.drawn,
                    openings,
                    self.bundle.digest,
                    self.verified.book,
                    self.bundle.snapshot,
                    self.bundle.parameters,
                )
                self.steps.append((what, ""))
            if ledger is not None:
                what = "The totals are those that the publication proves."
                self.lines = tie_out(self._totals(self.verified.book, totals), ledger)
                self.steps.append((what, ""))
        except VerificationError as error:
            self.steps.append((what, str(error)))

    def _totals(self, book: VerifiedBook | VerifiedWholeBook, opening: TotalsOpening | None) -> Totals:
        manifest, table = self.bundle.manifest, self.bundle.parameters.table
        if not isinstance(book, VerifiedWholeBook):
            raise HiddenTotalsError("the publication proves no totals: leave out --ledger")
        if opening:
            self.source = "opened by the venue to the auditor; they make the commitment in the totals' proof"
            return open_totals(opening, book.totals.commitment, manifest.venue, manifest.sequence, table).totals
        if book.claims.totals is None:
            raise HiddenTotalsError("the totals are hidden: give the venue's file that opens them with --totals")
        self.source = "shown by the publication; the totals' proof says that they are the book's"
        return shown_totals(book.claims.totals)


def paper_of(work: Work, source: str, publication: Path, files: dict[str, Path | None]) -> Paper:
    bundle, manifest = work.bundle, work.bundle.manifest
    digests = {"manifest": bundle.digest.hex(), "venue's key": bundle.signature.public_key.hex()}
    digests |= {f"{one.name}": one.sha256.hex() for one in manifest.files}
    digests |= {name: hashlib.sha256(read_bytes(path)).hexdigest() for name, path in files.items() if path}
    if work.verified:
        book = work.verified.book
        digests |= {"rules' digest": bundle.parameters.digest().hex(), **_programs(book)}
        digests |= {"security": f"{book.security_bits:.1f} bits proven, the least of all proofs"}
    command = ["plimsoll", "audit", str(publication), "--venue-key", bundle.signature.public_key.hex()]
    command += ["--beacon", work.beacon.hex(), "--sample", str(work.sample)]
    for name, path in files.items():
        command += [f"--{name}", str(path)] if path else []
    shown = _figures(work.verified.book, bundle.snapshot.quote) if work.verified else []
    digests |= {"plimsoll": version(), "python": platform.python_version()}
    return Paper(
        venue=manifest.venue,
        sequence=manifest.sequence,
        time=format_time(bundle.snapshot.time),
        quote=bundle.snapshot.quote,
        beacon=work.beacon.hex(),
        beacon_source=source,
        manifest=bundle.digest.hex(),
        published=format_time(manifest.time),
        tree=work.tree,
        drawn=work.drawn,
        steps=work.steps,
        proven={one.what: one.value for one in shown if one.label == PROVEN},
        claimed={one.what: one.value for one in shown if one.label == CLAIMED},
        leaves=work.leaves,
        lines=work.lines,
        source=work.source,
        digests=digests,
        command=shlex.join(command),
        version=f"version {version()}",
        made=format_time(now() // 1_000_000 * 1_000_000),
    )


def _figures(book: VerifiedBook | VerifiedWholeBook, quote: str) -> list[Figure]:
    if isinstance(book, VerifiedBook):
        most = f"at most {book.shape.leaves:,} ({book.shape.name})"
        return [Figure("accounts", most, PROVEN), Figure("below maintenance margin", "none", PROVEN)]
    # totals have their own table
    return [one for one in figures_of_book(book, quote) if not one.what.startswith("total ")]


def _programs(book: VerifiedBook | VerifiedWholeBook) -> dict[str, str]:
    if isinstance(book, VerifiedBook):
        return {"proven program": book.program}
    commitment = show_quad(book.totals.commitment)
    return {"batch program": BATCH_PROGRAM, "totals program": TOTALS_PROGRAM, "totals' commitment": commitment}


def version() -> str:
    """Of Plimsoll."""
    try:
        return metadata.version("plimsoll")
    except metadata.PackageNotFoundError:
        return "of a tree that is not installed"


def data_of(work: Work, exceptions: int) -> dict[str, Any]:
    steps = [{"step": what, "fault": fault} for what, fault in work.steps]
    leaves = None if work.leaves is None else [_leaf_data(one) for one in work.leaves]
    lines = None if work.lines is None else [_line_data(one) for one in work.lines]
    return {
        "valid": exceptions == 0,
        "exceptions": exceptions,
        "manifest": work.bundle.digest.hex(),
        "proof_sha256": work.bundle.proof_digest.hex(),
        "beacon": work.beacon.hex(),
        "leaves_in_tree": work.tree,
        "drawn": list(work.drawn),
        "steps": steps,
        "leaves": leaves,
        "lines": lines,
    }


def _leaf_data(one: DrawnLeaf) -> dict[str, Any]:
    data: dict[str, Any] = {"position": one.position, "fault": one.fault, "account": None}
    if one.account:
        health = one.account.health
        data["account"] = {
            "identifier": one.account.identifier,
            "holdings": [held.model_dump() for held in one.account.holdings],
            "equity": exact(health.equity),
            "maintenance": exact(health.maintenance),
            "status": health.status.name.lower(),
            **title_data(one.account),
        }
    return data


def _line_data(one: Line) -> dict[str, Any]:
    book = None if one.book is None else str(one.book)
    ledger = None if one.ledger is None else str(one.ledger)
    names = {"instrument": one.instrument, "side": one.side}
    return {**names, "book": book, "ledger": ledger, "difference": str(one.difference), "ties": one.ties}
