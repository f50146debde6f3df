"""kills.json: for each check that is killed, the test that does it and what that test sees."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

KILLS = Path(__file__).with_name("kills.json")


@cache
def _read(_: int) -> dict[str, tuple[str, str]]:
    return {key: (test, said) for key, (test, said) in json.loads(KILLS.read_text()).items()}


def read_kills() -> dict[str, tuple[str, str]]:
    """(test, what it sees) by a check's key."""
    return dict(_read(KILLS.stat().st_mtime_ns)) if KILLS.exists() else {}


def write_kills(kills: dict[str, tuple[str, str]]) -> None:
    KILLS.write_text(json.dumps(dict(sorted(kills.items())), indent=1, ensure_ascii=False) + "\n")
