"""The page, built from this tree, in a real browser; skipped where one of the two cannot be had, but never in CI."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser, chromium
from page_asked import verified_once

from plimsoll.cli.page.build import PageError, build_page


def _absent(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; continuous integration must have it")
    pytest.skip(what)


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each publication is really verified, but once for each key and set of oracles."""
    monkeypatch.setattr("plimsoll.cli.page.answer.verify_bundle", verified_once)


@pytest.fixture(scope="session")
def page(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a file, alone in its folder."""
    try:
        built = build_page(repository / "build" / "page")
    except PageError as error:
        _absent(f"the page's parts are not fetched (`make page`): {error}")
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_bytes(built)
    return path


@pytest.fixture(scope="module")
def tab(page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The page, open from its file, with its verifier ready."""
    if chromium() is None:
        _absent("chromium is not installed")
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        browser.open(page)
        browser.wait("ready")
        yield browser
