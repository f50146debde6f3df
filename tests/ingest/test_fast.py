"""The fast readers accept exactly what the rules of single values accept, and mean the same by it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import plimsoll.engine.ingest.names as name_module
from plimsoll.cli.template_book import template_files
from plimsoll.engine.ingest.decimals import MAX_DIGITS, read_decimals, to_lots
from plimsoll.engine.ingest.findings import FieldRefusedError
from plimsoll.engine.ingest.names import NameIndex
from plimsoll.engine.ingest.preflight import BookRefusedError, preflight
from plimsoll.engine.ingest.spans import spans_of
from plimsoll.engine.ingest.tables import Batch
from plimsoll.engine.ingest.values import parse_lots

PLAIN = st.one_of(
    st.from_regex(r"-?(0|[1-9][0-9]{0,4})(\.[0-9]{1,4})?", fullmatch=True),
    st.from_regex(r"-?(0|[1-9][0-9]{0,21})(\.[0-9]{1,20})?", fullmatch=True),
)


def edited(text: str, place: int, put: str, cut: int) -> str:
    """A number with a slip of the pen."""
    place %= len(text) + 1
    return text[:place] + put + text[place + cut :]


ODD_NUMBERS = ["-0", "0.000000000000000000", ".5", "5.", "-.5", "00", "01", "-", ".", "1.2.3", "--1", "1-1", "nan"]
ODD_NUMBERS += ["18446744073709551617", "1" * 18, "-" + "1" * 18 + ".1"]
SLIPS = st.sampled_from(["", ".", "-", "0", "+", "e", ",", " ", '"', "\t", "\u0663", "\x00", "1" * 18, "0" * 20])
NUMBERS = st.one_of(
    PLAIN,
    st.builds(edited, PLAIN, st.integers(0, 30), SLIPS, st.integers(0, 3)),
    st.sampled_from(ODD_NUMBERS),
)


@given(st.lists(st.tuples(NUMBERS, st.integers(-18, 12)), min_size=1, max_size=30))
def test_fast_decimals_equal_exact_ones(cases: list[tuple[str, int]]) -> None:
    texts = spans_of([text.encode() for text, _ in cases])
    lots, sure = to_lots(read_decimals(texts), np.array([lot for _, lot in cases], dtype=np.int64))
    for (text, lot), fast, accepted in zip(cases, lots.tolist(), sure.tolist(), strict=True):
        if accepted:
            assert parse_lots(text, lot) == fast
        else:
            assert is_left(text, lot), f"{text!r} at lot 10^{lot} should be taken by the fast path"


def is_left(text: str, lot: int) -> bool:
    """Whether a text is one that the fast path may leave: refused, or of more digits than fit its integers."""
    try:
        lots = parse_lots(text, lot)
    except FieldRefusedError:
        return True
    digits = sum(c.isdigit() for c in text)
    return digits > MAX_DIGITS or abs(lot) + digits > MAX_DIGITS or lots == 0


NAMES = st.lists(st.text(min_size=1, max_size=20).map(lambda text: text.encode()[:64]), unique=True, max_size=40)


@given(NAMES, NAMES)
def test_name_index_equals_a_dictionary(names: list[bytes], others: list[bytes]) -> None:
    texts = [*names, *others, *(name + b"\x00" for name in names), *(name[:-1] for name in names)]
    found = NameIndex(names).find(spans_of(texts))
    places = {name: place for place, name in enumerate(names)}
    assert found.tolist() == [places.get(text, -1) for text in texts]


def test_name_index_leaves_colliding_names_to_the_exact_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_module, "_hash", lambda words, lengths: lengths.astype(np.uint64))
    found = NameIndex([b"alice", b"bob", b"carol"]).find(spans_of([b"alice", b"bob", b"carol", b"mallo", b"eve"]))
    assert found.tolist() == [-1, 1, -1, -1, -1]


GOOD_NAMES = ["alice", "bob", "Jos\u00e9", "mallory", "grace", "gr ace", "x" * 64]
BAD_NAMES = ["", " bob", "bob ", '"bob"', '"bob', '"a""b"', '"a,b"', "a,b", "x" * 65, "a\x00", "alice\x00"]
ODD_NAMES = ["Jose\u0301", "\u200b", "a\tb", "\x7f"]
CLASSES = ["1", "0", "4095", "4096", "-0", "1.0", "", '"2"', "01", "abc", "99999", "-1"]
INSTRUMENTS = ["BTC", "USDT", "BTC-PERP", "btc", "XXX", "", '"ETH"', " BTC", "USDT-SETTLEMENT", "BTC\x00"]
ACCOUNT_TEXTS = st.one_of(*map(st.sampled_from, (GOOD_NAMES, BAD_NAMES, ODD_NAMES)))
CLASS_TEXTS = st.one_of(st.just("1"), st.sampled_from(CLASSES))
INSTRUMENT_TEXTS = st.sampled_from(INSTRUMENTS)
ENDS = st.one_of(st.just("\n"), st.sampled_from(["\r\n", "\n\n", "\r", ",\n", " \n"]))
ACCOUNT_ROWS = st.tuples(ACCOUNT_TEXTS, CLASS_TEXTS, ENDS).map(lambda row: f"{row[0]},{row[1]}{row[2]}")
HOLDING_ROWS = st.tuples(ACCOUNT_TEXTS, INSTRUMENT_TEXTS, NUMBERS, ENDS).map(
    lambda row: f"{row[0]},{row[1]},{row[2]}{row[3]}"
)
GOOD_ACCOUNTS = "alice,1\nbob,2\nJos\u00e9,3\ngrace,0\n"
BROKEN = st.sampled_from([b"", b"\xff\xfe\n", b"caf\xe9,BTC,1\n", b"\xc3(,1\n"])


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.lists(ACCOUNT_ROWS, max_size=6), st.lists(HOLDING_ROWS, max_size=12), BROKEN, st.booleans())
def test_fast_reader_equals_the_exact_one(
    account_rows: list[str], holding_rows: list[str], broken: bytes, rounding: bool
) -> None:
    """The same findings, row for row, or the same book; also for rows that no exporter would write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in template_files("2026-01-31T12:00:00Z").items():
            (folder / file).write_text(text)
        (folder / "accounts.csv").write_bytes(
            ("account,class\n" + GOOD_ACCOUNTS + "".join(account_rows)).encode() + broken
        )
        (folder / "holdings.csv").write_bytes(
            ("account,instrument,quantity\n" + "".join(holding_rows)).encode() + broken
        )
        assert outcome(folder, rounding, exact=False) == outcome(folder, rounding, exact=True)


def test_every_slip_alone_and_in_company() -> None:
    """All odd fields with all others, in one file each: nothing is left to chance."""
    accounts = [
        f"{name}{i}" if name in GOOD_NAMES else name for i, name in enumerate(GOOD_NAMES + BAD_NAMES + ODD_NAMES)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in template_files("2026-01-31T12:00:00Z").items():
            (folder / file).write_text(text)
        for names in (accounts, GOOD_NAMES + BAD_NAMES + ODD_NAMES):
            rows = [f"{one},{two}" for one in names for two in CLASSES]
            (folder / "accounts.csv").write_text("\n".join(["account,class", *rows]) + "\n")
            numbers = ["1", "-2.5", *ODD_NUMBERS]
            rows = [f"{one},{two},{three}" for one in names for two in INSTRUMENTS for three in numbers]
            (folder / "holdings.csv").write_text("\n".join(["account,instrument,quantity", *rows]) + "\n")
            assert outcome(folder, False, exact=False) == outcome(folder, False, exact=True)
        for one in accounts:
            (folder / "accounts.csv").write_text(f"account\n{one}\n")
            (folder / "holdings.csv").write_text(f"account,instrument,quantity\n{one},BTC,1\n")
            assert outcome(folder, False, exact=False) == outcome(folder, False, exact=True)


def outcome(folder: Path, rounding: bool, *, exact: bool) -> object:
    def hook(batch: Batch) -> Batch:
        return replace(batch, regular=np.zeros_like(batch.regular)) if exact else batch  # type: ignore[type-var]

    try:
        checked = preflight(folder, quantize=rounding, hook=hook)
    except BookRefusedError as error:
        return list(error.findings)
    book = checked.book
    arrays = [array.tolist() for array in (book.classes, book.offsets, book.keys, book.quantities)]
    return json.dumps([book.accounts, *arrays, checked.residues]), list(checked.findings)


@given(
    st.lists(
        st.tuples(st.sampled_from(["alice", "bob", "carol"]), st.sampled_from(["BTC", "ETH", "USDT"])), unique=True
    )
)
def test_order_of_rows_does_not_matter(pairs: list[tuple[str, str]]) -> None:
    rows = [f"{account},{instrument},{i + 1}" for i, (account, instrument) in enumerate(pairs)]
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in template_files("2026-01-31T12:00:00Z").items():
            (folder / file).write_text(text)
        for some in (rows, rows[::-1]):
            (folder / "holdings.csv").write_text(
                "\n".join(["account,instrument,quantity", "alice,BTC-PERP,1", *some]) + "\n"
            )
            book = preflight(folder).book
            results.append([book.accounts, book.offsets.tolist(), book.keys.tolist(), book.quantities.tolist()])
    assert results[0] == results[1]
