"""`plimsoll demo`: a sample book is made, checked, proven and verified, then forged; a report tells of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import click

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.cli import console
from plimsoll.cli.demo.facts import machine, proof_keys, proof_tables
from plimsoll.cli.demo.figures import BookFigures, book_figures, whole
from plimsoll.cli.demo.folder import DemoFolder, DemoFolderError
from plimsoll.cli.demo.forgery import Forger, Forgery
from plimsoll.cli.demo.report import Report
from plimsoll.cli.demo.sample_book import SampleBook, sample_book
from plimsoll.cli.demo.sections import STATUS_NAMES, size
from plimsoll.cli.demo.stages import Stages, Tell
from plimsoll.cli.demo.whole import WholeProof, prove_whole, shown, verify_whole
from plimsoll.cli.options import PATH
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.ingest.preflight import CheckedBook, preflight
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.policy import Policy, snapshot_time
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.whole_book import VerifiedWholeBook

HOLDINGS_PER_ACCOUNT = 12
"""What the demo declares; its accounts have about five on average, market makers many more."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The proof file's bytes, and when each stage of the proving began and ended."""

    proof: bytes
    shape: ShapeClass
    stages: dict[str, float]

    @property
    def seconds(self) -> float:
        return sum(self.stages.values())


@click.command()
@click.option("--out", type=PATH, default=Path("demo"), show_default=True, help="Where to work.")
@click.option(
    "--accounts", type=click.IntRange(50, 16_384), default=2_000, show_default=True, help="Size of the sample book."
)
@click.option("--open/--no-open", "opened", default=False, help="Open the report in a browser at the end.")
def demo(out: Path, accounts: int, opened: bool) -> None:
    """Make a sample book, check it, prove it, verify the proof, try to cheat, and write a report.

    Everything stays in one folder, which a later run replaces.
    """
    folder, stages = DemoFolder(out), Stages()
    try:
        folder.prepare()
    except DemoFolderError as error:
        raise click.UsageError(str(error)) from error
    scale = accounts / 2_000
    now = datetime.now(UTC).replace(microsecond=0)
    sample = stages.run("Sample book", 0.3 * scale, lambda _: _make(folder, now, accounts), _made)
    checked = stages.run("Check", 0.2 * scale, lambda _: preflight(folder.book), lambda one: _health(figures_of(one)))
    proven = stages.run("Prove", 3 * scale + 0.5, lambda tell: _prove(folder, checked, tell), _proved)
    policy = Policy(at=snapshot_time(checked.snapshot))
    verified = stages.run(
        "Verify",
        1,
        lambda _: verify_book(folder.proof.read_bytes(), checked.snapshot, checked.parameters, policy),
        lambda one: f"{int(one.security_bits)} bits of proven security; no account was shown",
    )
    totals = stages.run(
        "Totals",
        6 * scale + 2,
        lambda _: _prove_whole(folder, checked),
        lambda one: f"whole book with totals and three scenarios, {size(one.size)}",
    )
    whole_book = stages.run(
        "Verify totals",
        2,
        lambda _: verify_whole(checked, totals, policy),
        lambda one: (
            f"longs equal shorts, liabilities and deficits are within their bounds; {int(one.security_bits)} bits"
        ),
    )
    forger = Forger(checked.book, checked.snapshot, checked.parameters, proven.shape, proven.proof, policy, sample.edge)
    forgeries = stages.run(
        "Cheat", 3, lambda tell: _forge(forger, tell), lambda all_: f"{len(all_)} attempts, all refused"
    )
    report = _report(folder, checked, proven, verified, whole_book, forgeries, stages)
    stages.run("Report", 0.2, lambda _: write_atomically(folder.report, report.html().encode()), lambda _: "one page")
    _summary(folder, report)
    if opened:
        click.launch(str(folder.report.resolve()))


def _make(folder: DemoFolder, now: datetime, accounts: int) -> SampleBook:
    sample = sample_book(now, accounts)
    sample.write(folder.book)
    return sample


def _made(sample: SampleBook) -> str:
    holdings = sum(1 for one in sample.traders for lots in one.lots.values() if lots)
    return f"{len(sample.traders):,} accounts with {holdings:,} holdings in {len(sample.market)} instruments"


def figures_of(checked: CheckedBook) -> BookFigures:
    """The venue's own figures of a checked book."""
    return book_figures(checked.book, checked.snapshot, checked.parameters)


def _health(figures: BookFigures) -> str:
    counts = [f"{one.accounts:,} {STATUS_NAMES[one.status]}" for one in figures.statuses if one.accounts]
    return f"no problem in any file; {', '.join(counts)}"


def _prove(folder: DemoFolder, checked: CheckedBook, tell: Tell) -> Proven:
    shape = ShapeClass.fitting(len(checked.book), HOLDINGS_PER_ACCOUNT)
    opening = new_opening(checked.book, shape, checked.snapshot, checked.parameters)
    opening.write(folder.opening)
    began: list[tuple[str, float]] = []

    def progress(stage: str) -> None:
        began.append((stage, time.monotonic()))
        tell(stage)

    proof = prove_book(checked.book, checked.snapshot, checked.parameters, shape, opening, progress=progress)
    write_atomically(folder.proof, proof)
    ends = [when for _, when in began[1:]] + [time.monotonic()]
    return Proven(proof, shape, {stage: end - when for (stage, when), end in zip(began, ends, strict=True)})


def _prove_whole(folder: DemoFolder, checked: CheckedBook) -> WholeProof:
    proof = prove_whole(checked, HOLDINGS_PER_ACCOUNT)
    proof.opening.write(folder.whole_opening)
    folder.write_whole(proof.files)
    return proof


def _proved(proven: Proven) -> str:
    return f"a zero-knowledge proof of {size(len(proven.proof))} for shape class {proven.shape.name}"


def _forge(forger: Forger, tell: Tell) -> list[Forgery]:
    found = []
    for one in forger.attempts():
        tell(one.title.lower())
        found.append(one)
    return found


def _report(
    folder: DemoFolder,
    checked: CheckedBook,
    proven: Proven,
    verified: VerifiedBook,
    whole_book: VerifiedWholeBook,
    forgeries: list[Forgery],
    stages: Stages,
) -> Report:
    statement, _ = read_proof(proven.proof)
    tables, terms = proof_tables(checked.snapshot, checked.parameters, proven.shape, statement)
    return Report(
        venue=checked.snapshot.venue,
        time=f"{snapshot_time(checked.snapshot):%Y-%m-%d %H:%M} UTC",
        sequence=checked.snapshot.sequence,
        quote=checked.snapshot.quote,
        figures=figures_of(checked),
        shape=proven.shape.name,
        profile=verified.profile,
        security_bits=verified.security_bits,
        security_terms=terms,
        keys=proof_keys(verified, statement, proven.proof),
        tables=tables,
        files=list(folder.files()),
        whole=shown(whole_book, checked.snapshot.quote),
        whole_seconds=stages.seconds["Totals"],
        forgeries=forgeries,
        stages={**proven.stages, "verification": stages.seconds["Verify"]},
        proof_size=len(proven.proof),
        prove_seconds=proven.seconds,
        verify_seconds=stages.seconds["Verify"],
        command=verify_line(folder),
        version=_version(),
        machine=machine(),
    )


def verify_line(folder: DemoFolder) -> str:
    """The command with which anyone verifies the demo's proof."""
    book = folder.book
    return f"plimsoll verify {folder.proof} --market {book / 'snapshot.json'} --parameters {book / 'parameters.json'}"


def _summary(folder: DemoFolder, report: Report) -> None:
    out = console.stdout()
    figures = report.figures
    rows = [
        [STATUS_NAMES[one.status], f"{one.accounts:,}", whole(one.equity), whole(one.maintenance), whole(one.initial)]
        for one in figures.statuses
    ]
    columns = [("status", False), ("accounts", True), ("equity", True), ("maintenance", True), ("initial", True)]
    out.print()
    out.print(console.listing(f"The book, in {report.quote}: the venue's own view", columns, rows))
    out.print()
    attempts = [[one.title, f"refused: {one.step}"] for one in report.forgeries]
    out.print(console.listing("Attempts to cheat", [("attempt", False), ("answer", False)], attempts))
    out.print()
    out.print(
        f"[bold]All {figures.accounts:,} accounts meet their maintenance margin[/]: proven in "
        f"{report.prove_seconds:.1f} s ({int(figures.accounts / report.prove_seconds):,} accounts/s), verified in "
        f"{report.verify_seconds:.1f} s."
    )
    out.print()
    rows = [[name, value] for name, value in report.whole]
    title = "The whole book, shown to everybody: proven, but for what is called claimed"
    out.print(console.listing(title, [("figure", False), ("", False)], rows))
    out.print()
    out.print(
        "Not proven here: who set the prices (oracles sign them), and that the venue's coins exist (wallets sign)."
    )
    out.print()
    out.print(f"  report   {console.plain(str(folder.report))}", soft_wrap=True)
    out.print(f"  verify   {console.plain(report.command)}", soft_wrap=True)


def _version() -> str:
    try:
        return metadata.version("plimsoll")
    except metadata.PackageNotFoundError:
        return "not installed"
