"""The parts of the audit, what each depends on, and whether its record is that of this tree.

A part is a command whose result is committed (docs/security/audit.json) with a digest of its sources. Sources are
files that git tracks, as they stand in the working tree: what an editor leaves behind changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = Path(".ci/audit.toml")
RECORDS = Path("docs/security/audit.json")
FIGURES = Path("build/audit")
LONGEST_LIST = 8


class AuditError(Exception):
    """The audit cannot be run or its records cannot be read. The message says what to do."""


@dataclass(frozen=True)
class Part:
    """One check. `command` is run in the repository's root, `{python}` being the interpreter that runs the driver;
    `sources` are folders and files; `page` is a document that the command writes."""

    name: str
    about: str
    command: tuple[str, ...]
    sources: tuple[str, ...]
    page: str | None = None


def load_parts(root: Path = ROOT) -> tuple[Part, ...]:
    """The parts of .ci/audit.toml, in their order; a source `@name` stands for a group's sources.

    Raises:
        AuditError: two parts of one name, an unknown group or key, a source or page that git does not track.
    """
    data = tomllib.loads((root / CONFIGURATION).read_text(encoding="utf-8"))
    groups: Mapping[str, list[str]] = data.pop("groups", {})
    parts: list[Part] = []
    for raw in data.pop("part"):
        sources: list[str] = []
        for source in raw.pop("sources"):
            if source.startswith("@") and source[1:] not in groups:
                raise AuditError(f"{CONFIGURATION}: no group {source}")
            sources += groups[source[1:]] if source.startswith("@") else [source]
        try:
            part = Part(sources=tuple(sources), command=tuple(raw.pop("command")), **raw)
        except TypeError as error:
            raise AuditError(f"{CONFIGURATION}: {error}") from None
        if any(part.name == other.name for other in parts):
            raise AuditError(f"{CONFIGURATION}: two parts are named {part.name}")
        for source in part.sources:
            if not tracked(root, [source]):
                raise AuditError(f"{CONFIGURATION}: {part.name}: {source} holds no file that git tracks")
        parts.append(part)
    if data:
        raise AuditError(f"{CONFIGURATION}: unknown {', '.join(data)}")
    return tuple(parts)


def tracked(root: Path, sources: Sequence[str], *, other: bool = False) -> list[str]:
    """Paths below the sources that git tracks and that exist; with `other`, those it neither tracks nor ignores."""
    options = ["--others", "--exclude-standard"] if other else []
    command = ["git", "ls-files", "-z", *options, "--", *sources]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AuditError(f"git ls-files failed: {done.stderr.strip()}")
    return sorted({name for name in done.stdout.split("\0") if name and (root / name).is_file()})


def digest_by_source(part: Part, root: Path = ROOT) -> dict[str, str]:
    """SHA-256 of each source (its tracked paths and their contents, sorted), and of the command itself."""
    digests = {"command": hashlib.sha256("\0".join(part.command).encode()).hexdigest()}
    for source in part.sources:
        sha = hashlib.sha256()
        for name in tracked(root, [source]):
            content = hashlib.sha256((root / name).read_bytes()).hexdigest()
            sha.update(f"{name}\0{content}\n".encode())
        digests[source] = sha.hexdigest()
    return digests


def joined(digests: Mapping[str, str]) -> str:
    """The part's digest: one SHA-256 over those of its sources."""
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()


def page_digest(part: Part, root: Path = ROOT) -> str | None:
    """SHA-256 of the part's page; None if it has none or it is missing."""
    path = root / part.page if part.page else None
    return hashlib.sha256(path.read_bytes()).hexdigest() if path and path.is_file() else None


def load_records(root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """The committed records by part; empty if there are none yet."""
    path = root / RECORDS
    if not path.is_file():
        return {}
    records: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["parts"]
    return records


def write_atomically(path: Path, text: str) -> None:
    """Writes beside the target and renames: a run that is killed leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def stale(part: Part, record: Mapping[str, Any] | None, root: Path = ROOT) -> str | None:
    """Why the record does not speak for this tree; None if it does."""
    if record is None:
        return "has never been run"
    digests = digest_by_source(part, root)
    if record["digest"] != joined(digests):
        old = record["sources"]
        changed = sorted(name for name in {*old, *digests} if old.get(name) != digests.get(name))
        more = f" and {len(changed) - LONGEST_LIST} more" if len(changed) > LONGEST_LIST else ""
        return f"changed since it was run: {', '.join(changed[:LONGEST_LIST])}{more}"
    if not record["passed"]:
        return "failed when it was run"
    if record.get("page") != page_digest(part, root):
        return f"wrote another {part.page}"
    return None


def check(root: Path = ROOT) -> list[str]:
    """One line for each part whose record is missing, stale or of a failure, and each record of no part."""
    parts, records = load_parts(root), load_records(root)
    found = []
    for part in parts:
        why = stale(part, records.get(part.name), root)
        if why:
            found.append(f'{part.name}: {why}; run `make audit PARTS="{part.name}"` and commit {RECORDS.parent}')
    names = {part.name for part in parts}
    found += [f"{name}: a record of no part; run `make audit`" for name in records if name not in names]
    return found
