"""What the locks say: every Python distribution of requirements/*.lock, every crate of the Cargo locks."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
_ENTRY = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+) ?(?:; .*?)?\\\n(?P<hashes>(?:    --hash=\S+(?: \\)?\n)+)",
    re.MULTILINE,
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, order=True)
class Locked:
    """One version of one package. `sources` are the locks that name it, `hashes` SHA-256 of its archives."""

    ecosystem: Literal["python", "rust"]
    name: str
    version: str
    sources: tuple[str, ...]
    hashes: tuple[str, ...]
    requires: tuple[str, ...] = ()
    """Crates only: what Cargo.lock lists as its dependencies, `name` or `name version`."""


def python_packages(root: Path = ROOT) -> list[Locked]:
    """All distributions of all locks, by name and version."""
    sources: dict[tuple[str, str], list[str]] = {}
    hashes: dict[tuple[str, str], set[str]] = {}
    for lock in sorted((root / "requirements").glob("*.lock")):
        for entry in _ENTRY.finditer(lock.read_text(encoding="utf-8")):
            key = (entry["name"], entry["version"])
            sources.setdefault(key, []).append(lock.stem)
            hashes.setdefault(key, set()).update(_HASH.findall(entry["hashes"]))
    return [
        Locked("python", name, version, tuple(sources[name, version]), tuple(sorted(hashes[name, version])))
        for name, version in sorted(sources)
    ]


CARGO_LOCKS = ("Cargo.lock", "prover/core/fuzz/Cargo.lock")
"""The second is that of the Rust border's fuzzing, which no build but `make fuzz-rust` uses."""


def crates(root: Path = ROOT) -> list[Locked]:
    """All crates of both Cargo locks but those of this repository, by name and version."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    sources: dict[tuple[str, str], list[str]] = {}
    for lock in CARGO_LOCKS:
        for one in tomllib.loads((root / lock).read_text(encoding="utf-8"))["package"]:
            if "source" in one:
                key = (one["name"], one["version"])
                found.setdefault(key, one)
                sources.setdefault(key, []).append(lock)
    return sorted(
        Locked(
            "rust",
            one["name"],
            one["version"],
            tuple(sources[key]),
            (one["checksum"],),
            tuple(one.get("dependencies", ())),
        )
        for key, one in found.items()
    )
