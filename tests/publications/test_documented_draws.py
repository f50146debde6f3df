"""The two lines of shell in the threat model: what they print is what the verifier means."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from pathlib import Path

from venue_office import published

from plimsoll.prover.publication import publish
from plimsoll.verifier.policy import Policy

PAGE = (Path(__file__).parents[2] / "docs" / "security" / "threat-model.md").read_text()


def shell(line: str, **variables: str) -> str:
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(["sh", "-c", line], env=path | variables, check=True, capture_output=True, text=True).stdout


def lines() -> tuple[str, str]:
    height, digest = re.findall(r"```sh\n\s*(.+)\n\s*```", PAGE)
    return height, digest


def test_digest_to_anchor_is_the_one_that_verify_prints(tmp_path: Path) -> None:
    publish(published(0), tmp_path / "day0", policy=Policy(max_age=None))
    assert shell(lines()[1], DIRECTORY=str(tmp_path / "day0")).split()[0] == published(0).digest.hex()


def test_height_is_drawn_from_digest_beacon_and_number() -> None:
    """Within the span, and another for another of the three."""
    digest, beacon, first, count = "ab" * 32, "cd" * 32, 19_000_000, 50_400

    def drawn(digest: str, beacon: str, number: int) -> int:
        given = {"DIGEST": digest, "BEACON": beacon, "I": str(number), "FIRST": str(first), "COUNT": str(count)}
        found = int(shell(f'{lines()[0]}; echo "$height"', **given))
        text = f"plimsoll heights {digest} {beacon} {number}"
        assert found == first + int(hashlib.sha256(text.encode()).hexdigest()[:15], 16) % count
        return found

    assert len({drawn(digest, beacon, 0), drawn(digest, beacon, 1), drawn("ac" * 32, beacon, 0)}) == 3
    assert drawn(digest, "ce" * 32, 0) != drawn(digest, beacon, 0)
