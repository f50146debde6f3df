"""The demo's report: one HTML page without scripts, network access or anything outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from plimsoll.cli.demo import sections
from plimsoll.cli.demo.figures import BookFigures
from plimsoll.cli.demo.forgery import Forgery
from plimsoll.cli.demo.histogram import histogram

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class TableFact:
    """One table of the proof: heights of its instances, and how many main columns it has."""

    name: str
    heights: tuple[int, ...]
    width: int


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file that the demo left. `public`: whether it is meant to leave the venue."""

    name: str
    size: int
    public: bool
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page. Times in seconds, sizes in bytes, digests as hexadecimal text."""

    venue: str
    time: str
    sequence: int
    quote: str
    figures: BookFigures
    shape: str
    profile: str
    security_bits: float
    security_terms: dict[str, float]
    keys: dict[str, str]
    tables: Sequence[TableFact]
    files: Sequence[FileFact]
    whole: Sequence[tuple[str, str]]
    whole_seconds: float
    forgeries: Sequence[Forgery]
    stages: dict[str, float]
    proof_size: int
    prove_seconds: float
    verify_seconds: float
    command: str
    version: str
    machine: str

    def html(self) -> str:
        """The page."""
        count = self.figures.accounts
        lead = (
            f"Proven in zero knowledge in {self.prove_seconds:.1f} s and verified in {self.verify_seconds:.1f} s, from "
            f"a proof of {sections.size(self.proof_size)} that shows neither an account nor a position, at "
            f"{int(self.security_bits)} bits of proven security."
        )
        free = sum(1 for ratio, _ in self.figures.ratios if ratio is None)
        texts = {
            "free": f"{free:,} more accounts own coins only and owe nothing: they have no requirement, and no ratio.",
            "venue": self.venue,
            "time": self.time,
            "sequence": str(self.sequence),
            "quote": self.quote,
            "verdict": f"All {count:,} accounts meet their margin requirement",
            "lead": lead,
            "command": self.command,
            "version": self.version,
            "machine": self.machine,
            "whole_seconds": f"{self.whole_seconds:.1f} s",
        }
        blocks = {
            "style": (_HERE / "report.css").read_text(encoding="utf-8"),
            "facts": sections.facts(self._facts()),
            "legend": sections.LEGEND,
            "histogram": histogram(self.figures.ratios),
            "statuses": sections.statuses(self.figures),
            "closest": sections.closest(self.figures),
            "instruments": sections.instruments(self.figures),
            "proven": sections.items(sections.PROVEN),
            "unproven": sections.items(sections.UNPROVEN),
            "files": sections.files(self.files),
            "forgeries": "".join(sections.forgery(one) for one in self.forgeries),
            "whole": sections.keys(dict(self.whole)),
            "keys": sections.keys(self.keys),
            "terms": sections.terms(self.security_terms, self.profile),
            "stages": sections.stages(self.stages),
            "tables": sections.tables(self.tables),
        }
        page = Template((_HERE / "report.html").read_text(encoding="utf-8"))
        return page.substitute({name: escape(text) for name, text in texts.items()} | blocks)

    def _facts(self) -> list[tuple[str, str, str]]:
        figures = self.figures
        rate = int(figures.accounts / self.prove_seconds)
        return [
            ("Accounts", f"{figures.accounts:,}", ""),
            ("Holdings", f"{figures.holdings:,}", f"in {len(figures.instruments)} instruments"),
            ("Proven in", f"{self.prove_seconds:.1f} s", f"{rate:,} accounts/s"),
            ("Proof", sections.size(self.proof_size), self.shape),
            ("Verified in", f"{self.verify_seconds:.1f} s", "in Python"),
            ("Security", f"{int(self.security_bits)} bits", "proven"),
        ]
