"""Parts of the report as HTML. Every text that comes from outside is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import isqrt
from typing import TYPE_CHECKING, Final

from plimsoll.cli.demo.figures import BookFigures, InstrumentTotal, StatusTotal, whole
from plimsoll.engine.decimals import PPM, VALUE_DIGITS
from plimsoll.engine.health import Status

if TYPE_CHECKING:
    from plimsoll.cli.demo.forgery import Forgery
    from plimsoll.cli.demo.report import FileFact, TableFact

DUST_DIGITS: Final = 9
STATUS_NAMES: Final = {
    Status.HEALTHY: "healthy",
    Status.PRE_LIQUIDATION: "pre-liquidation",
    Status.PARTIAL_LIQUIDATION: "partial liquidation",
    Status.FULL_LIQUIDATION: "full liquidation",
    Status.BANKRUPT: "bankrupt",
}
LEGEND: Final = (
    "<span><i></i>healthy: covers initial margin</span>"
    '<span><i class="pre"></i>pre-liquidation: covers maintenance margin only</span>'
)
PROVEN: Final = (
    "Every leaf under the public root is empty or a well-formed account: positions that are listed once, each valued "
    "on the tier that its size belongs to.",
    "Each account's equity, at this snapshot's prices and with its haircuts and debts, is at least its maintenance "
    "margin under these rules. No netting between accounts.",
    "The accounts' order numbers strictly ascend: where customers look up their own, no leaf can serve two of them.",
    "A second proof, of the whole book: in every contract longs equal shorts, what customers own is within the shown "
    "bounds, and in three scenarios the deficits of all accounts together are the shown ones.",
    "All this in zero knowledge: the proof tells nothing else about the book, except how many leaves the declared "
    "shape class has.",
)
UNPROVEN: Final = (
    "Who set the prices: nobody signed the demo's. Oracles can, and a publication then says which prices are theirs.",
    "Reserves: that the venue holds the coins it owes. Its wallets can sign for a publication; balances are looked up.",
    "That all customers are in the book: each looks for her own account, with her file and the customers' page.",
)


def size(count: int) -> str:
    """A number of bytes as people say it."""
    for unit, limit in (("MB", 10**6), ("kB", 10**3)):
        if count >= limit:
            tenths = (count * 10 + limit // 2) // limit
            return f"{tenths // 10}.{tenths % 10} {unit}"
    return f"{count} bytes"


def prose(text: str) -> str:
    """Escaped text with typographic apostrophes."""
    return escape(text).replace("&#x27;", "&rsquo;")


def facts(rows: Iterable[tuple[str, str, str]]) -> str:
    """The strip of figures under the title."""
    return "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(more) or '&nbsp;'}</small></dd></div>"
        for name, value, more in rows
    )


def statuses(figures: BookFigures) -> str:
    """Accounts, equity and requirements by status."""
    rows = [
        (f'<i class="dot {one.status.name.lower()}"></i>{STATUS_NAMES[one.status]}', *_cells([one]))
        for one in figures.statuses
    ]
    rows.append(("<b>all</b>", *_cells(figures.statuses)))
    head = '<th>Status</th><th class="r">Accounts</th><th class="r">Equity</th><th class="r wide">Maintenance</th>'
    body = "".join(
        f'<tr class="{kind}"><td class="whole">{name}</td><td class="r">{accounts}</td><td class="r">{equity}</td>'
        f'<td class="r wide">{maintenance}</td><td class="r wide">{initial}</td></tr>'
        for name, kind, accounts, equity, maintenance, initial in rows
    )
    return f'<table><tr>{head}<th class="r wide">Initial</th></tr>{body}</table>'


def _cells(totals: Sequence[StatusTotal]) -> tuple[str, str, str, str, str]:
    accounts = sum(one.accounts for one in totals)
    return (
        "" if accounts else "none",
        f"{accounts:,}",
        whole(sum(one.equity for one in totals)),
        whole(sum(one.maintenance for one in totals)),
        whole(sum(one.initial for one in totals)),
    )


def closest(figures: BookFigures) -> str:
    """The accounts nearest to their line."""
    body = "".join(
        f'<tr><td class="mono">{escape(name)}</td><td class="r">{ratio // PPM}.{ratio % PPM:06}</td>'
        f'<td class="r">{_amount(above)}</td></tr>'
        for name, ratio, above in figures.closest
    )
    head = '<th>Nearest to the line</th><th class="r">Ratio</th><th class="r">Above it by</th>'
    return f"<table><tr>{head}</tr>{body}</table>"


def instruments(figures: BookFigures) -> str:
    """Both sides of each instrument, in groups by kind."""
    highest = max((max(one.long, one.short) for one in figures.instruments), default=0) or 1
    body, kind = [], None
    for one in figures.instruments:
        if one.kind is not kind:
            kind = one.kind
            long, short = ("Owned", "Owed") if kind.name in ("SPOT", "SETTLEMENT") else ("Long", "Short")
            body.append(
                f'<tr class="group"><td>{_KINDS[kind.name]}</td><td class="r wide">Accounts</td><td class="r">{short}'
                f'</td><td class="sides wide"></td><td class="r">{long}</td><td class="r wide"></td></tr>'
            )
        body.append(_instrument(one, highest))
    return f"<table>{''.join(body)}</table>"


def _instrument(one: InstrumentTotal, highest: int) -> str:
    short, long = (isqrt(value * 10**6 // highest) / 10 for value in (one.short, one.long))
    even = '<span class="even">even</span>' if one.balanced and one.holders else ""
    return (
        f'<tr><td>{escape(one.name)}</td><td class="r wide">{one.holders:,}</td><td class="r">{one.short:,}</td>'
        f'<td class="sides wide"><div><i class="short" style="width:{short:.1f}%"></i>'
        f'<i class="long" style="width:{long:.1f}%"></i></div></td>'
        f'<td class="r">{one.long:,}</td><td class="r wide">{even}</td></tr>'
    )


_KINDS: Final = {
    "SPOT": "Coins",
    "PERPETUAL": "Perpetuals",
    "FUTURE": "Dated futures",
    "SETTLEMENT": "Settlement balances",
}


def items(texts: Iterable[str]) -> str:
    """A list of sentences."""
    return "".join(f"<li>{prose(text)}</li>" for text in texts)


def files(rows: Sequence[FileFact]) -> str:
    """The files that the demo left, and who may see each."""
    body = "".join(
        f'<tr><td class="mono">{escape(one.name)}</td><td>{_audience(one.public)}</td>'
        f'<td class="r">{size(one.size) if one.size else ""}</td>'
        f'<td class="wide">{prose(one.what)}</td></tr>'
        for one in rows
    )
    return (
        f'<table><tr><th>File</th><th>For</th><th class="r">Size</th><th class="wide">Content</th></tr>{body}</table>'
    )


def _audience(public: bool) -> str:
    return '<span class="even">the public</span>' if public else "the venue alone"


def forgery(one: Forgery) -> str:
    """One attempt and its answer."""
    return (
        f'<div class="card forgery"><h3>{prose(one.title)}</h3><span class="stamp">refused: {escape(one.step)}</span>'
        f'<p>{prose(one.what)}</p><div class="said">{escape(one.answer)}</div></div>'
    )


def keys(rows: dict[str, str]) -> str:
    """Names and digests."""
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())


def terms(rows: dict[str, float], profile: str) -> str:
    """Security by term; the least one counts."""
    least = min(rows.values(), default=0.0)
    body = "".join(
        f'<tr><td>{escape(name)}</td><td class="r">{"<b>" if bits == least else ""}{bits:.1f}'
        f"{'</b>' if bits == least else ''}</td></tr>"
        for name, bits in rows.items()
    )
    note = f"Profile {escape(profile)}. The least term counts; nothing is conjectured."
    return f'<table>{body}</table><p class="soft">{note}</p>'


def stages(rows: dict[str, float]) -> str:
    """Seconds of each stage, as a strip and as a table."""
    whole_time = sum(rows.values()) or 1.0
    strip = "".join(
        f'<i style="flex:{seconds / whole_time * 100:.2f}" title="{escape(name)}"></i>'
        for name, seconds in rows.items()
    )
    body = "".join(
        f'<tr><td>{escape(name)}</td><td class="r">{seconds:.2f} s</td></tr>' for name, seconds in rows.items()
    )
    return f'<div class="stages">{strip}</div><table>{body}</table>'


def tables(rows: Sequence[TableFact]) -> str:
    """Heights and widths of the proof's tables."""
    body = "".join(
        f'<tr><td>{escape(one.name)}</td><td class="r">{" + ".join(f"{height:,}" for height in one.heights)}</td>'
        f'<td class="r">{one.width:,}</td><td class="r wide">{sum(one.heights) * one.width:,}</td></tr>'
        for one in rows
    )
    head = '<th>Table</th><th class="r">Rows</th><th class="r">Columns</th><th class="r wide">Cells</th>'
    return f"<table><tr>{head}</tr>{body}</table>"


def _amount(value: int) -> str:
    """An amount at 10^-20 with nine decimals: the accounts nearest to the line are nearer than a cent."""
    units = value // 10 ** (VALUE_DIGITS - DUST_DIGITS)
    return f"{units // 10**DUST_DIGITS:,}.{units % 10**DUST_DIGITS:0{DUST_DIGITS}}"
