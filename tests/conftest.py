"""Set-up shared by every test: paths, the vectors beside the repository, Hypothesis profiles."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# The dishonest prover is built by `make setup` and never part of a wheel. Helper modules stand beside the tests that
# use them, so every folder of tests is on the path.
sys.path.insert(0, str(REPOSITORY / "build" / "dishonest"))
sys.path.extend(str(folder) for folder in sorted(Path(__file__).parent.iterdir()) if folder.is_dir())

settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("audit", settings.get_profile("default"), max_examples=1_000)
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
