"""An audit's working paper: one HTML page without scripts, network access or anything outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from plimsoll.cli.amounts import amount, exact_lien
from plimsoll.verifier.customer import CustomerHolding, VerifiedCustomer, show_quad
from plimsoll.verifier.sampling import DrawnLeaf
from plimsoll.verifier.tie_out import Line

_HERE: Final = Path(__file__).parent
_NONE: Final = '<span class="soft">none</span>'


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything on the page; nothing is computed here but counts.

    Attributes:
        steps: what was checked, and what came of it (empty: it holds).
        proven: what the publication's proofs say.
        claimed: what stands in the publication and no proof says.
        leaves: None where the venue's openings were not given.
        lines: None where no ledger was given.
        source: where the totals are from.
        digests: names and values of everything that was looked at.
    """

    venue: str
    sequence: int
    time: str
    quote: str
    beacon: str
    beacon_source: str
    manifest: str
    published: str
    tree: int
    drawn: tuple[int, ...]
    steps: Sequence[tuple[str, str]]
    proven: dict[str, str]
    claimed: dict[str, str]
    leaves: Sequence[DrawnLeaf] | None
    lines: Sequence[Line] | None
    source: str
    digests: dict[str, str]
    command: str
    version: str
    made: str

    @property
    def exceptions(self) -> int:
        """Steps that failed, leaves that did not open as proven, lines that do not tie."""
        failed = sum(1 for _, fault in self.steps if fault)
        failed += sum(1 for leaf in self.leaves or () if leaf.fault)
        return failed + sum(1 for line in self.lines or () if not line.ties)

    def html(self) -> str:
        """The page."""
        texts = {
            "venue": self.venue,
            "time": self.time,
            "sequence": str(self.sequence),
            "verdict": self._verdict(),
            "lead": self._lead(),
            "beacon": self.beacon,
            "source": self.beacon_source or "not given",
            "published": self.published,
            "manifest": self.manifest,
            "tree": f"{self.tree:,}",
            "positions": ", ".join(map(str, self.drawn)),
            "command": self.command,
            "version": self.version,
            "made": self.made,
        }
        style = (_HERE / "demo" / "report.css").read_text(encoding="utf-8")
        blocks = {
            "style": style + (_HERE / "audit_paper.css").read_text(encoding="utf-8"),
            "facts": _strip(self._facts()),
            "steps": "".join(_step(what, fault) for what, fault in self.steps),
            "proven": _keys(self.proven) or "<dd>nothing: it was not verified</dd>",
            "claimed": _claimed(self.claimed),
            "leaves": self._leaves(),
            "lines": self._lines(),
            "digests": _keys(self.digests),
            "stamp": "bad" if self.exceptions else "good",
        }
        page = Template((_HERE / "audit_paper.html").read_text(encoding="utf-8"))
        return page.substitute({name: escape(text) for name, text in texts.items()} | blocks)

    def _verdict(self) -> str:
        count = self.exceptions
        return "No exceptions" if count == 0 else "1 exception" if count == 1 else f"{count} exceptions"

    def _lead(self) -> str:
        if any(fault for _, fault in self.steps):
            return "The publication, or what came with it, fails a check: what stands below it was not looked at."
        leaves = (
            "The drawn leaves were not opened."
            if self.leaves is None
            else (
                f"{sum(not leaf.fault for leaf in self.leaves):,} of {len(self.leaves):,} drawn leaves open as proven."
            )
        )
        lines = (
            "No ledger was compared."
            if self.lines is None
            else (f"{sum(line.ties for line in self.lines):,} of {len(self.lines):,} totals tie to the ledger.")
        )
        return f"{leaves} {lines}"

    def _facts(self) -> list[tuple[str, str, str]]:
        leaves, lines = self.leaves or (), self.lines or ()
        accounts = sum(leaf.account is not None for leaf in leaves)
        return [
            ("Leaves drawn", f"{len(self.drawn):,}", f"of {self.tree:,}"),
            ("Accounts", f"{accounts:,}", "opened as proven"),
            ("Empty leaves", f"{sum(not leaf.fault for leaf in leaves) - accounts:,}", "opened as proven"),
            ("Leaves that fail", f"{sum(bool(leaf.fault) for leaf in leaves):,}", ""),
            ("Ledger lines", f"{len(lines):,}", "compared"),
            ("Differences", f"{sum(not line.ties for line in lines):,}", ""),
        ]

    def _leaves(self) -> str:
        if self.leaves is None:
            return '<p class="soft">The venue has not opened the drawn leaves for this paper.</p>'
        head = (
            '<th class="r">No</th><th class="r">Leaf</th><th>Result</th><th>Customer</th><th>Holdings</th>'
            f'<th class="r">Equity, {escape(self.quote)}</th><th class="r">Maintenance</th>'
            f'<th class="r">Lien, {escape(self.quote)}</th><th>Key of its owner</th>'
        )
        body = "".join(_leaf(number, leaf) for number, leaf in enumerate(self.leaves, 1))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _lines(self) -> str:
        if self.lines is None:
            return '<p class="soft">No ledger was compared for this paper.</p>'
        head = (
            '<th>Instrument</th><th>Side</th><th class="r">Book</th><th class="r">Ledger</th>'
            '<th class="r">Ledger less book</th><th>Result</th>'
        )
        body = "".join(map(_line, self.lines))
        note = f'<p class="soft">Totals of the book: {escape(self.source)}. In units, exact; nothing is rounded.</p>'
        return f"{note}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def units(value: Decimal) -> str:
    """Exact, with thousands separated and no zeros at the end."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _strip(rows: Sequence[tuple[str, str, str]]) -> str:
    return "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(more) or '&nbsp;'}</small></dd></div>"
        for name, value, more in rows
    )


def _keys(rows: dict[str, str]) -> str:
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())


def _claimed(rows: dict[str, str]) -> str:
    return (
        f'<div class="card"><h3>Only claimed by the venue</h3><dl class="keys">{_keys(rows)}</dl></div>' if rows else ""
    )


def _step(what: str, fault: str) -> str:
    note = f'<span class="fault">{escape(fault)}</span>' if fault else ""
    return f'<li class="{"bad" if fault else "good"}">{escape(what)}{note}</li>'


def _leaf(number: int, leaf: DrawnLeaf) -> str:
    start = f'<td class="r">{number}</td><td class="r">{leaf.position:,}</td>'
    if leaf.fault:
        return f'<tr>{start}<td class="bad">fails</td><td colspan="6" class="fault">{escape(leaf.fault)}</td></tr>'
    if leaf.account is None:
        return f'<tr class="none">{start}<td>empty</td><td colspan="6">no account, as proven</td></tr>'
    return f"<tr>{start}{_account(leaf.account)}</tr>"


def _account(one: VerifiedCustomer) -> str:
    short = "" if one.health.solvent else " bad"
    held = ", ".join(map(_holding, one.holdings)) or _NONE
    owner = _NONE if one.owner is None else show_quad(one.owner)
    return (
        f'<td class="good">as proven</td><td class="name">{escape(one.identifier)}</td><td>{held}</td>'
        f'<td class="r{short}">{amount(one.health.equity)}</td><td class="r">{amount(one.health.maintenance)}</td>'
        f'<td class="r">{units(Decimal(exact_lien(one.lien)))}</td><td class="name key">{owner}</td>'
    )


def _holding(one: CustomerHolding) -> str:
    sign = "\u2212" if one.side == "short" else ""
    return f'<span class="held">{sign}{escape(units(Decimal(one.quantity)))} {escape(one.instrument)}</span>'


def _line(line: Line) -> str:
    book = "not in the book" if line.book is None else units(line.book)
    ledger = "no line" if line.ledger is None else units(line.ledger)
    kind, result = ("good", "ties") if line.ties else ("bad", "differs")
    return (
        f'<tr><td>{escape(line.instrument)}</td><td>{escape(line.side)}</td><td class="r">{book}</td>'
        f'<td class="r">{ledger}</td><td class="r">{units(line.difference)}</td><td class="{kind}">{result}</td></tr>'
    )
