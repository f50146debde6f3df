"""Writes the vectors of `book-v1` from its base proofs: the same bytes whenever the bases are the same.

PYTHONPATH=tests/forgeries python tests/vectors/write_vectors.py
"""

from __future__ import annotations

import json
from typing import Any

import faults_of_body
import faults_of_fields
import faults_of_file
import faults_of_market
from vector_edits import FOLDER, Base, Fault

KEPT = {"suite.json", "snapshot.json", "parameters.json"}


def all_faults() -> list[Fault]:
    """Every vector, each name once."""
    honest, below = Base("honest"), Base("below-by-one")
    listed = [
        *faults_of_market.faults(),
        *faults_of_fields.faults(),
        *faults_of_file.faults(honest),
        *faults_of_body.faults(honest, below),
    ]
    assert len({fault.name for fault in listed}) == len(listed)
    return listed


def vector_files() -> dict[str, str]:
    """Text of each vector by file name."""
    return {f"{fault.name}.json": json.dumps(_vector(fault), indent=1) + "\n" for fault in all_faults()}


def _vector(fault: Fault) -> dict[str, Any]:
    plain = fault.expect in ("valid", "input")
    vector: dict[str, Any] = {
        "name": fault.name,
        "lie": fault.lie,
        "expect": {"verdict": fault.expect} if plain else {"verdict": "invalid", "step": fault.expect},
        "base": fault.base,
    }
    for name in ("edits", "market", "parameters"):
        if getattr(fault, name):
            vector[name] = list(getattr(fault, name))
    if fault.policy:
        vector["policy"] = fault.policy
    return vector


def main() -> None:
    """Writes all vectors and removes those that are no more."""
    files = vector_files()
    for path in FOLDER.glob("*.json"):
        if path.name not in KEPT | set(files):
            path.unlink()
    for name, text in files.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
