"""Books that are proven once at full security for the whole session."""

from __future__ import annotations

import pytest
from whole_venue import proven


@pytest.fixture(scope="session", params=["exact", "hidden", "strict"])
def name(request: pytest.FixtureRequest) -> str:
    """Of a case."""
    return str(request.param)


@pytest.fixture(scope="session")
def files(name: str) -> dict[str, bytes]:
    """The files of a book at full security, by name."""
    return proven(name)
