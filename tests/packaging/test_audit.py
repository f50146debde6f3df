"""The audit's committed results are those of this tree; the driver notices what is stale, missing or failed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / ".ci"))

import audit
import audit_page
import audit_parts
from audit_parts import CONFIGURATION, RECORDS, AuditError, check, load_parts, load_records

GOOD = 'import json; json.dump({"figures": {"n": 3}}, open("build/audit/good.json", "w"))'


def test_committed_results_are_those_of_this_tree() -> None:
    assert check() == []


def test_page_is_what_the_results_say(repository: Path) -> None:
    assert (repository / audit_page.PAGE).read_text() == audit_page.page(load_parts(), load_records())


def test_every_folder_with_long_tests_is_a_source() -> None:
    """Else `make audit` would never run them with more examples."""
    root = audit_parts.ROOT
    long = re.compile(r"^from hypothesis|pytest\.mark\.audit$", re.MULTILINE)
    folders = {path.parent for path in (root / "tests").rglob("test_*.py") if long.search(path.read_text())}
    sources = {root / source for part in load_parts() for source in part.sources}
    assert {str(folder) for folder in folders if not sources & {folder, *folder.parents}} == set()


# --- the driver, in a repository of its own ---------------------------------------------------------------------------


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


def part(name: str, code: str, *sources: str, page: str = "") -> str:
    more = f"page = {json.dumps(page)}\n" if page else ""
    return (
        f'[[part]]\nname = "{name}"\nabout = "does {name}"\n'
        f'command = ["{{python}}", "-c", {json.dumps(code)}]\nsources = {json.dumps(list(sources))}\n{more}'
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with the sources `one/` and `two/` and the part `good` of the first."""
    git(tmp_path, "init", "-q")
    for name in ("one/a.py", "one/b.py", "two/c.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".gitignore").write_text("/build/\n")
    configure(tmp_path, part("good", GOOD, "one"))
    return tmp_path


def configure(root: Path, *parts: str) -> None:
    (root / CONFIGURATION).parent.mkdir(exist_ok=True)
    (root / CONFIGURATION).write_text("\n".join(parts))
    git(root, "add", ".")


def test_result_is_recorded_and_speaks_for_the_tree(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "good: has never been run" in check(tree)[0]
    assert audit.main([], tree) == 0
    assert check(tree) == []
    record = load_records(tree)["good"]
    assert record["passed"] and record["figures"] == {"n": 3}
    assert "| n | 3 |" in (tree / audit_page.PAGE).read_text()
    capsys.readouterr()
    assert audit.main([], tree) == 0
    assert "0 of 1 parts" in capsys.readouterr().out
    assert audit.main(["--all"], tree) == 0
    assert "1 of 1 parts" in capsys.readouterr().out


@pytest.mark.parametrize("change", ["changed", "added", "removed", "renamed"])
def test_change_of_a_source_is_stale(tree: Path, change: str) -> None:
    audit.main([], tree)
    match change:
        case "changed":
            (tree / "one/a.py").write_text("other")
        case "added":
            (tree / "one/new.py").write_text("")
            git(tree, "add", "one/new.py")
        case "removed":
            (tree / "one/a.py").unlink()
        case _:
            git(tree, "mv", "one/a.py", "one/z.py")
    [found] = check(tree)
    assert "good: changed since it was run: one; run `make audit PARTS=" in found
    assert audit.main(["--check"], tree) == 1
    assert audit.main([], tree) == 0
    assert audit.main(["--check"], tree) == 0


def test_change_of_the_command_is_stale(tree: Path) -> None:
    audit.main([], tree)
    configure(tree, part("good", GOOD + "\n", "one"))
    assert "changed since it was run: command" in check(tree)[0]


def test_what_is_no_source_changes_nothing(tree: Path) -> None:
    audit.main([], tree)
    (tree / "two/c.py").write_text("other")
    (tree / "one/.a.py.swp").write_text("an editor's")
    assert check(tree) == []


def test_run_with_sources_that_git_does_not_know_rejected(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it found would be said of a tree without them."""
    (tree / "one/new.py").write_text("")
    assert audit.main([], tree) == 2
    assert "git does not track one/new.py" in capsys.readouterr().err
    assert load_records(tree) == {}


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("print('the last line'); raise SystemExit(3)", "exit status 3"),
        ("print('the last line')", "no figures"),
        (GOOD.replace("good", "bad") + "; print('the last line'); open('one/a.py', 'a').write('x')", "sources changed"),
    ],
)
def test_failure_is_recorded_and_the_others_go_on(
    tree: Path, capsys: pytest.CaptureFixture[str], code: str, why: str
) -> None:
    configure(tree, part("bad", code, "one"), part("good", GOOD, "two"))
    assert audit.main(["--jobs", "1"], tree) == 1
    said = capsys.readouterr().out
    assert why in said and "the last line" in said and "failed: bad" in said
    records = load_records(tree)
    assert not records["bad"]["passed"] and records["good"]["passed"]
    assert "**failed**" in (tree / audit_page.PAGE).read_text()
    assert [line.partition(":")[0] for line in check(tree)] == ["bad"]


def test_missing_or_changed_page_is_stale(tree: Path) -> None:
    write = "; open('docs/security/list.md', 'w').write('all')"
    (tree / "docs/security").mkdir(parents=True)
    configure(tree, part("good", GOOD, "one", page="docs/security/list.md"))
    assert audit.main([], tree) == 1
    configure(tree, part("good", GOOD + write, "one", page="docs/security/list.md"))
    assert audit.main([], tree) == 0
    assert check(tree) == []
    (tree / "docs/security/list.md").write_text("most")
    assert "wrote another docs/security/list.md" in check(tree)[0]


def test_record_of_no_part_is_said_and_goes(tree: Path) -> None:
    configure(tree, part("good", GOOD, "one"), part("old", GOOD.replace("good", "old"), "two"))
    audit.main([], tree)
    configure(tree, part("good", GOOD, "one"))
    assert check(tree) == ["old: a record of no part; run `make audit`"]
    audit.main([], tree)
    assert set(load_records(tree)) == {"good"}


def test_one_part_is_run_by_its_name(tree: Path) -> None:
    configure(tree, part("good", GOOD, "one"), part("bad", "raise SystemExit(1)", "two"))
    assert audit.main(["good"], tree) == 0
    assert set(load_records(tree)) == {"good"}
    assert audit.main(["none"], tree) == 2


@pytest.mark.parametrize(
    "text",
    [
        part("good", GOOD, "nowhere"),
        part("good", GOOD, "@nothing"),
        part("good", GOOD, "one") + "colour = 1\n",
        part("good", GOOD, "one") + part("good", GOOD, "two"),
    ],
)
def test_malformed_configuration_rejected(tree: Path, text: str) -> None:
    configure(tree, text)
    with pytest.raises(AuditError):
        load_parts(tree)


def test_records_are_replaced_at_once(tree: Path) -> None:
    """No moment without a whole file: the old one stays until the new one is renamed over it."""
    audit.main([], tree)
    before = (tree / RECORDS).stat().st_ino
    audit.main(["--all"], tree)
    assert (tree / RECORDS).stat().st_ino != before
    assert sorted(path.name for path in (tree / RECORDS).parent.iterdir()) == ["audit.json", "audit.md"]
