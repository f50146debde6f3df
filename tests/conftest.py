"""Set-up shared by every test: the dishonest prover's path, the vectors beside the repository, Hypothesis profiles."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Built by `make setup`; never part of a wheel.
sys.path.insert(0, str(REPOSITORY / "build" / "dishonest"))

settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("audit", settings.get_profile("default"), max_examples=5_000)
settings.load_profile("default")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's root."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the repository (vectors of public margin systems), or a skip that says so."""
    path = REPOSITORY.parent / "shared"
    if not path.is_dir():
        pytest.skip("needs ../shared")
    return path
