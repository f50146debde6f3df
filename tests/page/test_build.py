"""The built page: made of pinned bytes and of this tree alone, with a policy that lets it connect to nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import re
import shutil
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from plimsoll.cli.page.build import OUR_ARCHIVE, PageError, build_page, pins, read_parts

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
PART = re.compile(r'<script type="text/plain" data-part="([^"]+)" data-packed="([01])">([A-Za-z0-9+/=]*)</script>')


def embedded(page: Path) -> dict[str, bytes]:
    parts = {}
    for name, packed, text in PART.findall(page.read_text()):
        data = base64.b64decode(text)
        parts[html.unescape(name)] = gzip.decompress(data) if packed == "1" else data
    return parts


def test_policy_allows_no_connection(page: Path) -> None:
    text = page.read_text()
    (policy,) = POLICY.findall(text)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    script, style = (
        re.findall(r"<script>(.*)</script>", text, re.DOTALL)[0],
        re.findall(r"<style>(.*?)</style>", text, re.DOTALL)[0],
    )
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'sha256-{digest(script)}' 'wasm-unsafe-eval'",
        "style-src": f"'sha256-{digest(style)}'",
        "worker-src": "blob:",
        "connect-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "plimsoll",
    }
    assert text.index("Content-Security-Policy") < text.index("<style>") < text.index("<script")
    assert re.findall(r'(?:src|href|action)="(?!#)', text[: text.index("data-part")]) == []
    assert "innerHTML" not in script and "insertAdjacentHTML" not in script and "eval(" not in script


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_parts_are_the_pinned_ones_and_this_tree(page: Path, repository: Path) -> None:
    found, pinned = embedded(page), pins()
    for name, expected in {**pinned["pyodide"]["files"], **pinned["wheels"]}.items():
        if not name.endswith(".mjs"):
            assert hashlib.sha256(found[name]).hexdigest() == expected, name
    archive = zipfile.ZipFile(io.BytesIO(found[OUR_ARCHIVE]))
    assert len(archive.namelist()) > 60
    for name in archive.namelist():
        assert archive.read(name) == (repository / name.removeprefix("plimsoll/")).read_bytes(), name
        assert not name.startswith(("plimsoll/prover", "plimsoll/cli/main"))
    missing = {f"plimsoll/verifier/{path.name}" for path in (repository / "verifier").glob("*.py")}
    assert missing <= set(archive.namelist())


def test_same_bytes_each_time(page: Path, repository: Path) -> None:
    assert build_page(repository / "build" / "page") == page.read_bytes()


def test_other_bytes_than_the_pinned_are_refused(page: Path, repository: Path, tmp_path: Path) -> None:
    assert page.is_file()  # the parts are there
    folder = tmp_path / "parts"
    shutil.copytree(repository / "build" / "page", folder)
    read_parts(folder)
    library = folder / "python_stdlib.zip"
    library.write_bytes(library.read_bytes() + b"\0")
    with pytest.raises(PageError, match=r"python_stdlib.zip: SHA-256 [0-9a-f]{64}, but [0-9a-f]{64} is pinned"):
        build_page(folder)
    library.unlink()
    with pytest.raises(PageError, match="make page"):
        build_page(folder)


def test_pins_are_the_locked_versions(repository: Path) -> None:
    """The page runs the very releases that a verifier installs, from archives whose hashes are in the lock."""
    lock = (repository / "requirements" / "dev.lock").read_text()
    for wheel, expected in pins()["wheels"].items():
        name, version = wheel.split("-")[:2]
        entry = re.search(
            rf"^{name.replace('_', '-')}=={re.escape(version)} .*\n((?:    --hash=.*\n)+)", lock, re.MULTILINE
        )
        assert entry is not None and f"sha256:{expected}" in entry[1], wheel


def test_pyodide_is_under_an_allowed_licence_and_was_looked_at(repository: Path) -> None:
    allowed = tomllib.loads((repository / "requirements" / "licences.toml").read_text())["allowed"]
    pyodide = pins()["pyodide"]
    assert pyodide["licence"] in allowed and pyodide["reviewed"] and pyodide["reads"]
    assert f"Pyodide {pyodide['version']}" in (repository / "docs" / "security" / "supply-chain.md").read_text()


def test_fetching_names_the_pinned_platform(repository: Path) -> None:
    sys.path.insert(0, str(repository / ".ci"))
    try:
        import page as fetching
    finally:
        sys.path.remove(str(repository / ".ci"))
    compiled = [wheel for wheel in pins()["wheels"] if not wheel.endswith("-none-any.whl")]
    assert compiled and all(pins()["pyodide"]["abi"] in wheel for wheel in compiled)
    for wheel in pins()["wheels"]:
        assert "--hash=sha256:" in fetching._locked(wheel)
    with pytest.raises(PageError, match="not in dev.lock"):
        fetching._locked("nothing-1.0-py3-none-any.whl")
