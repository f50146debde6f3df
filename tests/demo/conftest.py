"""Fixtures of the demo's tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from plimsoll.cli.demo.sample_book import SampleBook, sample_book
from plimsoll.engine.ingest.preflight import CheckedBook, preflight

TIME = datetime(2026, 3, 21, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample() -> SampleBook:
    """The demo's book at its usual size."""
    return sample_book(TIME)


@pytest.fixture(scope="session")
def checked(sample: SampleBook, tmp_path_factory: pytest.TempPathFactory) -> CheckedBook:
    """The same, written and read back."""
    directory: Path = tmp_path_factory.mktemp("sample")
    sample.write(directory)
    return preflight(directory)
