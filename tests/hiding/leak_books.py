"""Books on disk with secrets that can be recognised, run through `plimsoll` by `watched.py`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from watched import perform

from plimsoll.cli.template_book import template_files

TIME = "2026-01-31T12:00:00Z"
WATCHED = Path(__file__).parent / "watched.py"
SECRET_NAME = "acct-zebra-7731"
SECRET_LOTS = 73519482
"""Of BTC, whose lot is 10^-8: 0.73519482 BTC."""
Accounts = dict[str, dict[str, str]]
RICH = {"USDT": "5000000"}

BOOKS: dict[str, Accounts] = {
    "one account, one holding": {"a": {"USDT": "1"}},
    "seven accounts, long and short": {
        SECRET_NAME: {"BTC": "0.73519482", "USDT": "900000"},
        "b": {"BTC-PERP": "-0.5", "USDT-SETTLEMENT": "29850", **RICH},
        "c": {"BTC-PERP": "0.5", "USDT-SETTLEMENT": "-29850", **RICH},
        "d": {"ETH": "40", "USDT": "-50000"},
        "e": {"USDT": "0.000001"},
        "f": {"BTC-20300329": "-0.2", **RICH},
        "g": {"BTC": "12345.5"},
    },
    "eight accounts, full": {
        f"customer with a long identifier number {k:04}": {
            "BTC": "9999.12345678",
            "ETH": "-1.5",
            "BTC-PERP": "3.125",
            "BTC-20300329": "1",
            "USDT-SETTLEMENT": "-999999.5",
            "USDT": "900000000",
        }
        for k in range(8)
    },
}
"""All of one class, if eight accounts of twelve holdings are declared."""
CLASS = ("--accounts", "8", "--holdings-per-account", "12", "--at", TIME)


def write(path: Path, accounts: Accounts) -> Path:
    """A book's folder."""
    path.mkdir(parents=True)
    for name, text in template_files(TIME).items():
        if name.endswith(".json"):
            (path / name).write_text(text)
    (path / "accounts.csv").write_text("account\n" + "".join(f'"{name}"\n' for name in accounts))
    rows = [f'"{name}",{coin},{q}\n' for name, held in accounts.items() for coin, q in held.items()]
    (path / "holdings.csv").write_text("account,instrument,quantity\n" + "".join(rows))
    for name in ("accounts.csv", "holdings.csv"):
        (path / name).chmod(0o600)
    return path


@dataclass(frozen=True)
class Run:
    """A run of `watched.py`. `report` is empty if it was killed."""

    code: int
    out: str
    err: str
    report: dict[str, Any]
    folder: Path

    @property
    def proof(self) -> Path:
        return self.folder / "public" / "book.proof"

    @property
    def opening(self) -> Path:
        return self.folder / "secret" / "opening.json"

    def written(self) -> dict[str, int]:
        """All files but the inputs, with their modes."""
        return {
            str(p.relative_to(self.folder)): p.stat().st_mode & 0o7777
            for place in ("public", "secret")
            for p in sorted((self.folder / place).iterdir())
        }


def run(
    folder: Path, accounts: Accounts, scenario: str = "plain", *more: str, opening: bytes = b"", own: bool = False
) -> Run:
    """`plimsoll prove` under umask 0, in a folder and a process of its own.

    `own`: the process is a new one. Else it is a fork of this one, which is quicker, for all is imported.
    """
    book = write(folder / "book", accounts)
    for place in ("public", "secret"):
        (folder / place).mkdir()
    if opening:
        handle = os.open(folder / "secret" / "opening.json", os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(opening)
    arguments = ["prove", str(book), "--out", str(folder / "public/book.proof")]
    arguments += ["--opening", str(folder / "secret/opening.json"), *(more or CLASS)]
    report, out, err = (folder / name for name in ("report", "out", "err"))
    with out.open("wb") as stdout, err.open("wb") as stderr:
        if own:
            command = [sys.executable, str(WATCHED), str(report), scenario, *arguments]
            environment = {**os.environ, "COLUMNS": "200", "TMPDIR": str(folder / "public")}
            code = subprocess.run(
                command, stdout=stdout, stderr=stderr, umask=0, env=environment, check=False
            ).returncode
        else:
            code = _forked(report, scenario, arguments, stdout.fileno(), stderr.fileno())
    seen = json.loads(report.read_text()) if report.exists() else {}
    return Run(code, out.read_text(), err.read_text(), seen, folder)


def _forked(report: Path, scenario: str, arguments: list[str], out: int, err: int) -> int:
    child = os.fork()
    if not child:
        try:
            os.umask(0)
            for number, handle, name in ((1, out, "stdout"), (2, err, "stderr")):
                os.dup2(handle, number)
                setattr(sys, name, os.fdopen(number, "w", encoding="utf-8"))
            perform(str(report), scenario, arguments)
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def forms(value: int) -> list[str]:
    """A number as it might be printed: decimal, hexadecimal, its bytes."""
    raw = value.to_bytes(8, "little")
    found = [str(value), f"{value:x}", raw.hex(), raw.rstrip(b"\0").hex(), str(list(raw)), repr(raw)]
    return [form for form in found if len(form) >= 7]


def secrets_of(accounts: Accounts) -> list[str]:
    """All that a book keeps to itself, in every form that the text of a message might have it."""
    found = [name for name in accounts if len(name) > 3]
    for held in accounts.values():
        for quantity in held.values():
            digits = quantity.strip("-").rstrip("0")
            if len(digits) >= 7:
                found += [digits, digits.replace(".", "")]
    if SECRET_NAME in accounts:
        found += forms(SECRET_LOTS)
    return found


def secrets_of_opening(raw: bytes) -> list[str]:
    """Every salt, blind, order and the nonce of an opening file."""
    content = json.loads(raw)
    found = [content["nonce"], content["book"], *(str(x) for x in content["commitment_salt"])]
    for leaf in (*content["accounts"], *content["empty"]):
        numbers = [*leaf["salt"], *leaf.get("blind", ()), leaf.get("order", 0)]
        found += [form for x in numbers if x > 1 << 32 for form in (str(x), f"{x:x}")]
    return found
