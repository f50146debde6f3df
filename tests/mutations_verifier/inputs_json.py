"""Inputs: JSON that is wrong as JSON, before the reader that all files share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from check_runs import Input
from check_worlds import World
from inputs_files import as_bytes, read
from inputs_vectors import market_file, parameters_file

from plimsoll.engine.json_files import MAX_BYTES

JSON: dict[str, tuple[str, bytes]] = {
    "2^18 + 1 values": ("a list with one value too many", b"[" + b",".join([b"0"] * ((1 << 18) + 1)) + b"]"),
    "17 lists": ("lists in lists", b"[" * 17 + b"]" * 17),
    "21 digits": ("a number beyond all bounds", b"1" * 21),
    "5000 digits": ("a number that Python's own reader refuses", b"1" * 5000),
    "a fraction": ("a binary fraction", b"1.5"),
    "not a number": ("what JSON does not have", b"NaN"),
    "a key twice": ("two values of which a reader takes one", b'{"a": 1, "a": 2}'),
    "a byte too many": ("larger than any venue's file", b"1" + b" " * MAX_BYTES),
}
VALID_JSON: dict[str, bytes] = {
    "2^18 values": b"[" + b",".join([b"0"] * (1 << 18)) + b"]",
    "16 lists": b"[" * 16 + b"]" * 16,
    "20 digits": b"1" * 20,
    "as many bytes as it may have": b"1" + b" " * (MAX_BYTES - 1),
}


def parsed(data: bytes) -> Callable[[World], None]:
    return lambda w: w["engine.json_files"].parse_json(data, "file")


def loaded(world: World) -> None:
    world["engine.snapshot"].MarketSnapshot.load("/nowhere/snapshot.json")


def piped(world: World) -> None:
    """A snapshot that is right, at the path of a pipe: what is read there once is gone."""
    out, into = os.pipe()
    os.write(into, as_bytes(market_file(), None))
    os.close(into)
    try:
        world["engine.snapshot"].MarketSnapshot.load(f"/proc/self/fd/{out}")
    finally:
        os.close(out)


def inputs() -> Iterator[Input]:
    yield Input("snapshot in a pipe", "a path to no regular file", piped)
    for name, (about, data) in JSON.items():
        yield Input(f"JSON of {name}", about, parsed(data))
    for name, data in VALID_JSON.items():
        yield Input(f"JSON of {name}", "accepted", parsed(data), valid=True)
    yield Input("snapshot that is not there", "a path to nothing", loaded)
    yield from _texts()


def _texts() -> Iterator[Input]:
    """Files that are wrong as JSON."""
    good, rules = as_bytes(market_file(), None), as_bytes(parameters_file(), None)
    text = good.decode()
    twice = text.replace('"venue": "forged"', '"venue": "other", "venue": "forged"')
    deep = text.replace('"venue"', f'"deep": {"[" * 16}{"]" * 16}, "venue"')
    number = text.replace('"sequence": 3', f'"sequence": {"1" * 21}')
    digits = text.replace('"sequence": 3', f'"sequence": {"9" * 5000}')
    values = text.replace('"venue"', f'"many": [{",".join(["1"] * (1 << 18))}], "venue"')
    for name, about, data in (
        ("a byte-order mark", "bytes before the JSON text", b"\xef\xbb\xbf" + good),
        ("nothing in it", "no JSON at all", b" "),
        ("bytes that are no UTF-8", "a text that is none", good.replace(b"forged", b"forg\xffd")),
        ("a key given twice", "two values of which a reader takes one", twice.encode()),
        ("17 levels", "nested deeper than any file needs", deep.encode()),
        ("100 000 levels", "nested so that a recursive parser ends", b"[" * 100_000),
        ("a number of 21 digits", "a number beyond all bounds", number.encode()),
        ("a number of 5000 digits", "a number that Python's own reader refuses", digits.encode()),
        ("a fraction", "a binary fraction", text.replace('"sequence": 3', '"sequence": 3.0').encode()),
        ("NaN", "a number that is none", text.replace('"sequence": 3', '"sequence": NaN').encode()),
        ("a comma too many", "no JSON", good[:-1] + b",}"),
        ("262 145 values", "more values than any venue has", values.encode()),
        ("a byte too many", "larger than any venue's", good + b" " * (MAX_BYTES - len(good) + 1)),
    ):
        yield Input(f"snapshot with {name}", about, read(data, rules))
