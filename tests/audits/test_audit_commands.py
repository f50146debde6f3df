"""`plimsoll audit` from the draw to the working paper; each exception is named, in every form of the answer."""

from __future__ import annotations

import json
import stat
from contextlib import redirect_stdout
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.audit_paper import Paper
from plimsoll.cli.main import run
from plimsoll.engine.health import AccountHealth, Status
from plimsoll.verifier.customer import CustomerHolding, VerifiedCustomer
from plimsoll.verifier.sampling import DrawnLeaf, draw

BEACON = "ab" * 32
VENUES = "00000000000000aa" * 4
"""A key whose secret the venue keeps; it stands in two customers' leaves."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template book on eight leaves, published; all leaves opened."""
    folder = tmp_path_factory.mktemp("office")
    book = folder / "book"
    proof = ["--proof", str(folder / "book.proof")]
    with redirect_stdout(StringIO()) as out:
        assert run(["init", str(book)]) == 0
        write_titles(book / "accounts.csv")
        assert run(["prove", str(book), "--out", str(folder / "book.proof"), "--accounts", "8"]) == 0
        rules = ["--market", str(book / "snapshot.json"), "--parameters", str(book / "parameters.json")]
        out.truncate(0)
        out.seek(0)
        assert run(["key", str(folder / "venue.key"), "--name", "venue"]) == 0
        (folder / "key").write_text(json.loads(out.getvalue())["public_key"])
        assert run(["publish", str(folder / "day"), *proof, *rules, "--key", str(folder / "venue.key")]) == 0
    assert opened(folder, folder / "openings.json") == 0
    return folder


def write_titles(accounts: Path) -> None:
    """The venue's key into the leaves of the first two accounts, and a lien on the second."""
    head, first, second, *others = accounts.read_text().split()
    rows = [f"{head},owner,lien", f"{first},{VENUES},", f"{second},{VENUES},1234.500001"]
    accounts.write_text("\n".join([*rows, *(f"{one},," for one in others)]) + "\n")


def opened(folder: Path, out: Path, sample: int = 8, beacon: str = BEACON) -> int:
    secret = [str(folder / "book"), "--opening", str(folder / "book" / "opening-1.json")]
    drawn = ["--publication", str(folder / "day"), "--beacon", beacon, "--sample", str(sample)]
    return run(["audit-openings", *secret, *drawn, "--out", str(out)])


def command(folder: Path, sample: int = 8) -> list[str]:
    key = ["--venue-key", (folder / "key").read_text()]
    return ["audit", str(folder / "day"), *key, "--beacon", BEACON, "--sample", str(sample)]


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_from_the_draw_to_the_paper(office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, data = answer(capsys, *command(office, 3))
    manifest = bytes.fromhex(data["manifest"])
    assert (code, data["leaves"], data["leaves_in_tree"]) == (0, None, 8)
    assert data["drawn"] == list(draw(manifest, bytes.fromhex(BEACON), 8, 3))
    assert stat.S_IMODE((office / "openings.json").stat().st_mode) == 0o600
    options = ["--openings", str(office / "openings.json")]
    code, data = answer(capsys, *command(office), *options)
    assert (code, data["valid"], data["exceptions"]) == (0, True, 0)
    names = {one["account"]["identifier"] for one in data["leaves"] if one["account"]}
    rows = (office / "book" / "accounts.csv").read_text().split()[1:]
    assert names == {row.split(",")[0] for row in rows}
    assert data["lines"] is None
    paper = tmp_path / "paper.html"
    assert run([*command(office), *options, "--paper", str(paper), "--beacon-source", "drand, round 7"]) == 0
    out = capsys.readouterr().out
    assert "no exceptions; working paper" in " ".join(out.split()) and "FAILS" not in out
    page = paper.read_text()
    assert stat.S_IMODE(paper.stat().st_mode) == 0o600
    assert all(name in page for name in (*names, BEACON, "drand, round 7", data["manifest"], "No exceptions"))


def test_owner_and_lien_of_each_leaf_are_shown(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One key in two customers' leaves is the venue's own: the auditor sees it."""
    options = ["--openings", str(office / "openings.json"), "--paper", str(tmp_path / "paper.html")]
    _, data = answer(capsys, *command(office), *options)
    found = {one["account"]["identifier"]: one["account"] for one in data["leaves"] if one["account"]}
    first, second, *others = (row.split(",")[0] for row in (office / "book" / "accounts.csv").read_text().split()[1:])
    assert (found[first]["owner"], found[first]["lien"]) == (VENUES, "0")
    assert (found[second]["owner"], found[second]["lien"]) == (VENUES, "1234.500001")
    assert {(found[one]["owner"], found[one]["lien"]) for one in others} == {(None, "0")}
    page = (tmp_path / "paper.html").read_text()
    assert page.count(VENUES) == 2 and page.count(">1,234.500001<") == 1 and "Key of its owner" in page


def test_leaf_that_the_venue_does_not_open_is_an_exception(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = json.loads((office / "openings.json").read_text())
    position = fields["accounts"].pop(0)["position"]
    fields["accounts"][0]["account_class"] += 1
    false = fields["accounts"][0]["position"]
    (tmp_path / "openings.json").write_text(json.dumps(fields))
    options = ["--openings", str(tmp_path / "openings.json")]
    code, data = answer(capsys, *command(office), *options)
    faults = {one["position"]: one["fault"] for one in data["leaves"] if one["fault"]}
    assert (code, data["exceptions"], faults[position]) == (1, 2, "not opened by the venue")
    assert faults.keys() == {position, false} and "a leaf under the root" in faults[false]
    assert run([*command(office), *options, "--paper", str(tmp_path / "paper.html")]) == 1
    assert capsys.readouterr().out.count("FAILS") == 2
    assert "2 exceptions" in (tmp_path / "paper.html").read_text()


def test_publication_of_another_key_is_not_audited(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [*command(office), "--openings", str(office / "openings.json")]
    options[options.index("--venue-key") + 1] = "00" * 48
    code, data = answer(capsys, *options)
    assert (code, data["exceptions"], data["drawn"], data["leaves"]) == (1, 1, [], None)
    assert run([*options, "--paper", str(tmp_path / "paper.html")]) == 1
    assert "was not looked at" in (tmp_path / "paper.html").read_text()


def test_openings_of_another_beacon_are_an_exception(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The venue opens leaves that it drew with a beacon of its own."""
    other = next(b for b in (f"{i:064x}" for i in range(99)) if drawn(office, b) != drawn(office, BEACON))
    assert opened(office, tmp_path / "openings.json", 3, other) == 0
    code, data = answer(capsys, *command(office, 3), "--openings", str(tmp_path / "openings.json"))
    assert (code, data["leaves"]) == (1, None)
    assert "openings of drawn leaves only" in data["steps"][-1]["fault"]


def drawn(folder: Path, beacon: str) -> set[int]:
    from plimsoll.verifier.bundle import read_bundle

    return set(draw(read_bundle(folder / "day").digest, bytes.fromhex(beacon), 8, 3))


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--beacon", "ab" * 15], 2, "16 to 64 bytes"),
        (["--beacon", "AB" * 32], 2, "16 to 64 bytes"),
        (["--sample", "0"], 2, "--sample"),
        (["--sample", "9"], 2, "draw from 1 to 8"),
        (["--totals", "x"], 2, "--totals needs --ledger"),
        (["--ledger", "x"], 3, "cannot be read"),
        (["--paper", "."], 2, "exists"),
        (["--openings", "none"], 3, "cannot be read"),
        (["--paper", "no/paper.html"], 3, "cannot be written"),
    ],
)
def test_wrong_usage(
    office: Path, capsys: pytest.CaptureFixture[str], options: list[str], code: int, message: str
) -> None:
    assert run([*command(office), *options]) == code
    assert message in " ".join(capsys.readouterr().err.split())


def test_book_without_totals_has_nothing_to_tie(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (office / "ledger.csv").write_text("instrument,side,total\n")
    assert run([*command(office), "--ledger", str(office / "ledger.csv")]) == 2
    assert "proves no totals" in " ".join(capsys.readouterr().err.split())
    secret = [str(office / "book"), "--opening", str(office / "book" / "opening-1.json")]
    drawn = ["--publication", str(office / "day"), "--beacon", BEACON, "--sample", "1"]
    out = ["--out", str(office / "none.json"), "--totals", str(office / "totals.json")]
    assert run(["audit-openings", *secret, *drawn, *out]) == 3
    assert "nothing to open" in capsys.readouterr().err and not (office / "none.json").exists()


def test_wrong_usage_of_the_venue_s_side(office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert opened(office, office / "openings.json") == 3
    assert opened(office, tmp_path / "x.json", 9) == 2
    (tmp_path / "other").mkdir()
    assert run(["init", str(tmp_path / "other" / "book")]) == 0
    assert run(["prove", str(tmp_path / "other" / "book"), "--out", str(tmp_path / "p"), "--accounts", "8"]) == 0
    secret = [str(tmp_path / "other" / "book"), "--opening", str(tmp_path / "other" / "book" / "opening-1.json")]
    options = ["--publication", str(office / "day"), "--beacon", BEACON, "--sample", "3"]
    capsys.readouterr()
    assert run(["audit-openings", *secret, *options, "--out", str(tmp_path / "x.json")]) == 3
    assert "another root than the published one" in capsys.readouterr().err
    assert not (tmp_path / "x.json").exists()


# --- the page ------------------------------------------------------------------------------------------------------

EVIL = '"><script src=//x>&</script>'


class Page(HTMLParser):
    """Collects tags and what loads something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "data", "action")]


def test_page_holds_hostile_text_as_text() -> None:
    held = CustomerHolding.model_construct(instrument=EVIL, side="short", quantity="1234.50")
    account = VerifiedCustomer(
        EVIL, (held,), AccountHealth(10**20, 0, 0, 0, Status.HEALTHY), (1, 2, 3, 4), 1_234_500_001
    )
    paper = Paper(
        venue=EVIL,
        sequence=1,
        time=EVIL,
        quote=EVIL,
        beacon=EVIL,
        beacon_source=EVIL,
        manifest=EVIL,
        published=EVIL,
        tree=8,
        drawn=(1, 2),
        steps=[(EVIL, ""), (EVIL, EVIL)],
        proven={EVIL: EVIL},
        claimed={EVIL: EVIL},
        leaves=[DrawnLeaf(1, account), DrawnLeaf(2, fault=EVIL)],
        lines=[],
        source=EVIL,
        digests={EVIL: EVIL},
        command=EVIL,
        version=EVIL,
        made=EVIL,
    )
    page = Page(paper.html())
    assert "script" not in page.tags and page.loads == []
    assert {"table", "ul", "dl", "svg"} <= set(page.tags)
    assert paper.exceptions == 2 and "\u22121,234.5" in paper.html()
    assert "default-src 'none'" in paper.html()
    assert "0000000000000001000000000000000200000000000000030000000000000004" in paper.html()
    assert paper.html().count("Only claimed by the venue") == 1
    assert "Only claimed" not in replace(paper, claimed={}).html()
