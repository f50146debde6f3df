"""What may stand in a commit."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024

# Written in parts, so that this file does not name what it forbids.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("index", "crates", "io"),
        ("static", "crates", "io"),
        ("proxy", "golang", "org"),
        ("registry", "npmjs", "org"),
        ("repo", "maven", "apache", "org"),
        ("repo1", "maven", "org"),
    )
)


def committed(repository: Path) -> list[Path]:
    """Every file of the index that still stands in the tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, check=True, capture_output=True, text=True)
    return [path for name in listed.stdout.split("\0") if name and (path := repository / name).is_file()]


def test_no_committed_file_names_a_registry_host(repository: Path) -> None:
    pattern = re.compile("|".join(map(re.escape, REGISTRY_HOSTS)).encode(), re.IGNORECASE)
    naming = [str(path.relative_to(repository)) for path in committed(repository) if pattern.search(path.read_bytes())]
    assert naming == [], "a lock or a configuration must not say where packages come from"


def test_no_committed_file_is_large(repository: Path) -> None:
    large = {str(path): path.stat().st_size for path in committed(repository) if path.stat().st_size > MAX_BYTES}
    assert large == {}


def test_every_lock_entry_has_a_version_and_a_hash(repository: Path) -> None:
    for lock in sorted((repository / "requirements").glob("*.lock")):
        text = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE)
        entries = text.replace("\\\n", " ").splitlines()
        assert entries, f"{lock.name} is empty"
        for entry in entries:
            assert re.match(r"[a-z0-9-]+==\S+ ", entry), f"{lock.name}: {entry[:60]}"
            assert "--hash=sha256:" in entry, f"{lock.name}: {entry[:60]}"


def test_locks_agree_on_every_version(repository: Path) -> None:
    versions: dict[tuple[str, str], dict[str, str]] = {}
    for lock in sorted((repository / "requirements").glob("*.lock")):
        for name, version, marker in re.findall(r"^([a-z0-9-]+)==(\S+) (.*)\\$", lock.read_text(), flags=re.MULTILINE):
            versions.setdefault((name, marker if name == "numpy" else ""), {})[lock.name] = version
    differing = {name: found for name, found in versions.items() if len(set(found.values())) > 1}
    assert differing == {}, "locks are installed one over the other; run `make lock`"


def test_modules_that_tests_share_have_names_of_their_own(repository: Path) -> None:
    """Every folder of tests/ is on the path, so the second of two modules of one name cannot be imported."""
    modules = [
        path.name for path in (repository / "tests").glob("*/*.py") if not path.name.startswith(("test_", "conftest"))
    ]
    assert sorted(name for name, count in Counter(modules).items() if count > 1) == []
