"""The driver of the audit: runs the parts of .ci/audit.toml whose record is stale and commits what they found to files.

    python .ci/audit.py [--all] [--jobs N] [PART ...]     run: stale parts, all of them, or those named
    python .ci/audit.py --check                           say which records do not speak for this tree

Each part's output goes to build/audit/PART.log, its figures come from build/audit/PART.json, which it writes. A part
that fails is recorded as failed, its log's end is shown, the others go on, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import datetime
import fcntl
import json
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import audit_page
from audit_parts import (
    FIGURES,
    RECORDS,
    ROOT,
    AuditError,
    Part,
    check,
    digest_by_source,
    joined,
    load_parts,
    load_records,
    page_digest,
    stale,
    tracked,
    write_atomically,
)

SHOWN_LINES = 25


class Records:
    """The records while parts finish in any order; each is written at once, with the page."""

    def __init__(self, parts: Sequence[Part], root: Path) -> None:
        self._parts, self._root, self._lock = parts, root, threading.Lock()
        known = {part.name for part in parts}
        self.found = {name: record for name, record in load_records(root).items() if name in known}

    def add(self, name: str, record: dict[str, Any]) -> None:
        """Keeps a part's record and writes both files."""
        with self._lock:
            self.found[name] = record
            self.write()

    def write(self) -> None:
        """Both files, parts in the order of the configuration."""
        ordered = {part.name: self.found[part.name] for part in self._parts if part.name in self.found}
        text = json.dumps({"parts": ordered}, indent=1, ensure_ascii=False) + "\n"
        write_atomically(self._root / RECORDS, text)
        write_atomically(self._root / audit_page.PAGE, audit_page.page(self._parts, ordered))


def cpu() -> str:
    """The processor's name; what it is called elsewhere than on Linux, the platform module knows."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def run_part(part: Part, root: Path) -> tuple[dict[str, Any], str]:
    """Runs one part; its record, and why it failed, empty if it did not."""
    folder = root / FIGURES
    folder.mkdir(parents=True, exist_ok=True)
    figures_path, log = folder / f"{part.name}.json", folder / f"{part.name}.log"
    figures_path.unlink(missing_ok=True)
    before = digest_by_source(part, root)
    command = ["nice", "-n", "5", *(sys.executable if word == "{python}" else word for word in part.command)]
    start = time.monotonic()
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=root, stdout=output, stderr=subprocess.STDOUT, check=False)
    seconds = time.monotonic() - start
    why, figures = "", {}
    if done.returncode:
        why = f"exit status {done.returncode}"
    try:
        figures = json.loads(figures_path.read_text(encoding="utf-8"))["figures"]
    except (OSError, ValueError, KeyError) as error:
        why = why or f"no figures in {figures_path.relative_to(root)} ({error})"
    if part.page and page_digest(part, root) is None:
        why = why or f"did not write {part.page}"
    if digest_by_source(part, root) != before:
        why = why or "its sources changed while it ran"
    record = {
        "digest": joined(before),
        "passed": not why,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "seconds": round(seconds),
        "cpu": cpu(),
        "figures": figures,
        "page": page_digest(part, root),
        "sources": before,
    }
    return record, why


def run(parts: Sequence[Part], records: Records, jobs: int, root: Path) -> list[str]:
    """Runs parts, at most `jobs` at a time; the names of those that failed."""
    failed = []

    def one(part: Part) -> None:
        print(f"{part.name}: started, {part.about}", flush=True)
        record, why = run_part(part, root)
        records.add(part.name, record)
        figures = ", ".join(f"{name} {value}" for name, value in record["figures"].items())
        print(f"{part.name}: {'FAILED, ' + why if why else 'passed'} in {record['seconds']} s; {figures}", flush=True)
        if why:
            failed.append(part.name)
            log = root / FIGURES / f"{part.name}.log"
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]
            print("\n".join([f"--- the end of {log.relative_to(root)}", *lines, "---"]), flush=True)

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        list(pool.map(one, parts))
    return failed


def chosen(parts: Sequence[Part], records: Records, names: Sequence[str], everything: bool, root: Path) -> list[Part]:
    """The parts to run. Raises AuditError for a name of no part and for sources that git does not track."""
    unknown = sorted(set(names) - {part.name for part in parts})
    if unknown:
        raise AuditError(f"no part {', '.join(unknown)}: there are {', '.join(part.name for part in parts)}")
    wanted = [
        part
        for part in parts
        if part.name in names or (not names and (everything or stale(part, records.found.get(part.name), root)))
    ]
    for part in wanted:
        loose = tracked(root, part.sources, other=True)
        if loose:
            raise AuditError(
                f"{part.name}: git does not track {', '.join(loose[:5])}: add or remove it, then run again"
            )
    return wanted


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Runs the long checks and records what they found.")
    parser.add_argument("part", nargs="*", help="run these parts, stale or not")
    parser.add_argument("--all", action="store_true", help="run every part, stale or not")
    parser.add_argument("--jobs", type=int, default=2, help="how many parts run at a time (2)")
    parser.add_argument("--check", action="store_true", help="run nothing, say what is stale")
    given = parser.parse_args(arguments)
    try:
        if given.check:
            found = check(root)
            print("\n".join(found) or "every part of the audit speaks for this tree")
            return 1 if found else 0
        (root / FIGURES).mkdir(parents=True, exist_ok=True)
        with (root / FIGURES / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AuditError("another audit is running in this tree") from None
            parts = load_parts(root)
            records = Records(parts, root)
            wanted = chosen(parts, records, given.part, given.all, root)
            failed = run(wanted, records, max(1, given.jobs), root)
            records.write()
    except AuditError as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    print(f"{len(wanted)} of {len(parts)} parts were run" + (f"; failed: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
