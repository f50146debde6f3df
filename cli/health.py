"""The health of a book: as data with exact decimal strings, and as tables on the terminal."""

from __future__ import annotations

from typing import Any, Final

from plimsoll.cli import console
from plimsoll.cli.amounts import amount, exact, missing, quantity, ratio
from plimsoll.engine.book_health import BookHealth, totals
from plimsoll.engine.decimals import format_quantity
from plimsoll.engine.fields import format_time
from plimsoll.engine.health import Status
from plimsoll.engine.ingest.preflight import CheckedBook

WORST: Final = 10
NARROW: Final = 70
"""Below this width the kinds of instruments are left out."""
NAMES: Final = {
    Status.HEALTHY: "healthy",
    Status.PRE_LIQUIDATION: "pre-liquidation",
    Status.PARTIAL_LIQUIDATION: "partial liquidation",
    Status.FULL_LIQUIDATION: "full liquidation",
    Status.BANKRUPT: "bankrupt",
}


def health_data(checked: CheckedBook, health: BookHealth) -> dict[str, Any]:
    """Everything that `check` reports. Values and quantities are exact decimal strings."""
    book, snapshot, parameters = checked.book, checked.snapshot, checked.parameters
    return {
        "snapshot": {
            "venue": snapshot.venue,
            "time": format_time(snapshot.time),
            "sequence": snapshot.sequence,
            "quote": snapshot.quote,
            "digest": snapshot.digest().hex(),
        },
        "parameters": {
            "name": parameters.name,
            "revision": parameters.revision,
            "digest": parameters.digest().hex(),
        },
        "accounts": len(book),
        "holdings": len(book.keys),
        "statuses": {NAMES[status]: number for status, number in health.counts().items()},
        "equity": exact(health.equity.total()),
        "maintenance": exact(health.maintenance.total()),
        "initial": exact(health.initial.total()),
        "shortfall": exact(health.margin_gap()),
        "deficit": exact(health.deficit()),
        "failing": [_account(checked, health, int(i)) for i in health.failing()],
        "worst": [_account(checked, health, i) for i in health.worst(WORST)],
        "instruments": _instruments(checked),
        "residues": checked.residues,
    }


def _account(checked: CheckedBook, health: BookHealth, account: int) -> dict[str, Any]:
    one = health[account]
    return {
        "account": checked.book.accounts[account],
        "status": NAMES[one.status],
        "equity": exact(one.equity),
        "maintenance": exact(one.maintenance),
        "initial": exact(one.initial),
        "ratio": ratio(one.equity, one.maintenance),
        "margin_gap": exact(one.margin_gap),
        "deficit": exact(one.deficit),
    }


def _instruments(checked: CheckedBook) -> list[dict[str, str]]:
    table = checked.parameters.table
    lots = totals(checked.book, 2 * len(table))
    return [
        {
            "instrument": info.name,
            "kind": info.kind.name.lower(),
            "long": format_quantity(lots[2 * i], info.lot),
            "short": format_quantity(lots[2 * i + 1], info.lot),
            "net": format_quantity(lots[2 * i] - lots[2 * i + 1], info.lot),
        }
        for i, info in enumerate(table)
    ]


def show_health(checked: CheckedBook, health: BookHealth, data: dict[str, Any]) -> None:
    """Print the tables on stdout: the book, its statuses, the worst accounts, totals by instrument and side."""
    terminal, quote = console.stdout(), checked.snapshot.quote
    terminal.print(console.facts("Book", _book_facts(checked, health, data)))
    terminal.print()
    total = max(len(checked.book), 1)
    rows = [[name, f"{n:,}", f"{n * 100 / total:.2f} %"] for name, n in data["statuses"].items()]
    terminal.print(
        console.listing("Accounts by status", [("status", False), ("accounts", True), ("share", True)], rows)
    )
    terminal.print()
    _show_worst(checked, health)
    _show_instruments(data)
    if checked.residues:
        terminal.print()
        rows = [[name, residue] for name, residue in checked.residues.items()]
        title = "Cut off by --quantize (accounts hold this much more, or owe this much less)"
        terminal.print(console.listing(title, [("instrument", False), ("quantity", True)], rows))
    terminal.print()
    terminal.print(_verdict(data, health, quote))


def _book_facts(checked: CheckedBook, health: BookHealth, data: dict[str, Any]) -> list[tuple[str, str]]:
    quote = checked.snapshot.quote
    return [
        ("venue", checked.snapshot.venue),
        ("snapshot", f"{data['snapshot']['time']}, sequence {checked.snapshot.sequence}"),
        ("parameters", f"{checked.parameters.name}, revision {checked.parameters.revision}"),
        ("accounts", f"{len(checked.book):,}"),
        ("holdings", f"{len(checked.book.keys):,}"),
        ("equity", f"{amount(health.equity.total())} {quote}"),
        ("maintenance margin", f"{amount(health.maintenance.total())} {quote}"),
        ("shortfall", f"{missing(health.margin_gap())} {quote}"),
        ("deficit", f"{missing(health.deficit())} {quote}"),
    ]


def _show_worst(checked: CheckedBook, health: BookHealth) -> None:
    rows = []
    for i in health.worst(WORST):
        one = health[i]
        figures = [amount(one.equity), amount(one.maintenance), ratio(one.equity, one.maintenance) or "-"]
        rows.append([checked.book.accounts[i], NAMES[one.status], *figures])
    if rows:
        columns = [("account", False), ("status", False), ("equity", True), ("maintenance", True), ("ratio", True)]
        console.stdout().print(console.listing("Lowest margin ratios (equity / maintenance margin)", columns, rows))
        console.stdout().print()


def _show_instruments(data: dict[str, Any]) -> None:
    terminal = console.stdout()
    columns = [("instrument", False), ("kind", False), ("long or owned", True), ("short or owed", True), ("net", True)]
    rows = [
        [one["instrument"], one["kind"], quantity(one["long"]), quantity(one["short"]), quantity(one["net"])]
        for one in data["instruments"]
        if one["long"] != "0" or one["short"] != "0"
    ]
    if terminal.width < NARROW:
        columns, rows = [columns[0], *columns[2:]], [[row[0], *row[2:]] for row in rows]
    terminal.print(console.listing("Totals by instrument", columns, rows))


def _verdict(data: dict[str, Any], health: BookHealth, quote: str) -> str:
    failing = len(data["failing"])
    if not failing:
        return "[green]Every account meets its maintenance margin.[/]"
    what = "1 account is" if failing == 1 else f"{failing:,} accounts are"
    gap = console.plain(f"{missing(health.margin_gap())} {quote}")
    return f"[bold red]{what} below maintenance margin, by {gap} in all.[/]"
