"""Inputs: snapshot and parameter files, right or wrong in one thing, before the reader and the schedule's compiler.

Accepted means that the files become the records of a statement's tables: a proof about them could then be made.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from check_runs import Input
from check_worlds import World
from inputs_vectors import market_file, parameters_file

Edit = Callable[[dict[str, Any]], object]
NAMES = [one["name"] for one in parameters_file()["instruments"]]
BTC, PERP, CASH, DUST, COIN0 = range(5)


def read(market: bytes, parameters: bytes) -> Callable[[World], None]:
    def run(world: World) -> None:
        snapshot = world["engine.snapshot"].MarketSnapshot.parse(market)
        rules = world["engine.parameters"].RiskParameters.parse(parameters)
        for requirement in ("maintenance", "initial"):
            schedule = world["engine.schedule"].compile_schedule(snapshot, rules, requirement)
            world["circuits.schedule_records"].schedule_records(schedule.tiers)
        snapshot.digest(), rules.digest(), rules.table.digest()

    return run


def as_bytes(value: dict[str, Any], edit: Edit | None) -> bytes:
    changed = copy.deepcopy(value)
    if edit:
        edit(changed)
    return json.dumps(changed).encode()


def market(edit: Edit | None) -> Callable[[World], None]:
    return read(as_bytes(market_file(), edit), as_bytes(parameters_file(), None))


def parameters(edit: Edit | None, with_market: Edit | None = None) -> Callable[[World], None]:
    return read(as_bytes(market_file(), with_market), as_bytes(parameters_file(), edit))


def put(*path: str | int, to: Any) -> Edit:
    """Sets a value at a path."""

    def edit(value: Any) -> None:
        for part in path[:-1]:
            value = value[part]
        value[path[-1]] = to

    return edit


def both(*edits: Edit) -> Edit:
    def edit(value: dict[str, Any]) -> None:
        for one in edits:
            one(value)

    return edit


def instrument(k: int, **fields: Any) -> Edit:
    """Sets fields of an instrument; None removes one."""

    def edit(value: dict[str, Any]) -> None:
        for name, to in fields.items():
            if to is None:
                value["instruments"][k].pop(name, None)
            else:
                value["instruments"][k][name] = to

    return edit


def bracket(floor: str, cap: str | None, rate: str, **more: str) -> dict[str, Any]:
    return {"floor": floor, "cap": cap, "rate": rate, **more}


def more(*added: dict[str, Any]) -> Edit:
    return lambda value: value["instruments"].extend(added)


def coins(count: int) -> Edit:
    return more(*({"name": f"X{i}", "kind": "spot", "currency": f"X{i}", "lot": "1"} for i in range(count)))


def coin_prices(count: int) -> Edit:
    return lambda value: value["prices"].update({f"X{i}": "1" for i in range(count)})


FUTURE = {
    "name": "FUT",
    "kind": "future",
    "currency": "USD",
    "underlying": "BTC",
    "lot": "0.01",
    "expiry": "2026-12-25T08:00:00Z",
    "maintenance": [bracket("0", None, "0.01")],
}
FLAT = [bracket("0", None, "0.01")]
INTEREST = {"lower": "100", "upper": "200"}
MARKETS: dict[str, tuple[str, Edit]] = {
    "sequence -1": ("a sequence below zero", put("sequence", to=-1)),
    "sequence 2^63": ("a sequence that 64 bits with a sign do not hold", put("sequence", to=1 << 63)),
    "sequence true": ("a sequence that is no number", put("sequence", to=True)),
    "an unknown field": ("a field that no digest covers", put("colour", to="red")),
    "a price too many": ("a price of an unknown instrument", put("prices", "NONE", to="1")),
    "a price of cash": ("a price that is 1 by definition", put("prices", "CASH", to="2")),
    "a price missing": ("an instrument without a price", lambda v: v["prices"].pop("COIN4")),
    "a derivative's price missing": ("a perpetual without a price", lambda v: v["prices"].pop("PERP")),
    "funding of a coin": ("funding of something that has none", put("funding", to={"BTC": "1"})),
    "open interest of a coin": ("open interest of something that has none", put("open_interest", to={"BTC": "1"})),
    "another quote": ("equity counted in a currency without prices", put("quote", to="EUR")),
    "a negative price": ("a price below zero", put("prices", "BTC", to="-1")),
    "a price as a number": ("a price that is a JSON integer", put("prices", "BTC", to=50000)),
    "a price with 21 decimals": (
        "a price finer than the unit of value",
        put("prices", "BTC", to="1." + "0" * 20 + "1"),
    ),
    "a price of 25 digits": ("a price beyond all bounds", put("prices", "DUST", to="1" + "0" * 24)),
    "a price with a plus": ("a price that is no plain decimal", put("prices", "BTC", to="+1")),
    "a scientific price": ("a price in scientific notation", put("prices", "BTC", to="1e3")),
    "a price of blanks": ("a price that is no number", put("prices", "BTC", to=" ")),
    "a time with an offset": ("a time that is not UTC", put("time", to="2026-11-21T12:00:00+01:00")),
    "February 30": ("a day that does not exist", put("time", to="2026-02-30T12:00:00Z")),
    "a time of fewer digits": ("a time that Python's own reader takes", put("time", to="2026-11-21T12:00:0Z")),
    "funding of 25 digits": ("a figure beyond all bounds", put("funding", to={"PERP": "1" + "0" * 24})),
    "a time that is a number": ("a time that is no text", put("time", to=1)),
    "version 2": ("a later format", put("version", to=2)),
    "version true": ("a version that is no number, though True equals 1", put("version", to=True)),
    "a name with a line break": ("a name that prints as two lines", put("venue", to="a\nb")),
    "a name that ends with a blank": ("two names that print alike", put("venue", to="forged ")),
    "a digest in capitals": ("a digest spelled in a second way", put("previous", to="AB" * 32)),
    "a digest of 31 bytes": ("a digest that is none", put("previous", to="ab" * 31)),
    "a digest that is a number": ("a digest that is none", put("previous", to=7)),
}
VALID_MARKETS: dict[str, Edit] = {
    "sequence 0": put("sequence", to=0),
    "sequence 2^63 - 1": put("sequence", to=(1 << 63) - 1),
    "a price with 20 decimals": put("prices", "BTC", to="1." + "0" * 19 + "1"),
    "a price with zeros behind": put("prices", "BTC", to="1." + "0" * 40),
    "a price of 24 digits": put("prices", "DUST", to="1" + "0" * 23),
    "a price of nothing": put("prices", "BTC", to="0"),
    "funding of the perpetual": put("funding", to={"PERP": "-1.5"}),
    "a predecessor": put("previous", to="ab" * 32),
    "open interest that nobody asks for": put("open_interest", to={"PERP": "1"}),
    "a time in microseconds": put("time", to="2026-11-21T12:00:00.123456Z"),
}
PARAMETERS: dict[str, tuple[str, Edit]] = {
    "an unknown field": ("a field that no digest covers", put("colour", to="red")),
    "an instrument's unknown field": ("a rule that no digest covers", instrument(BTC, colour="red")),
    "a bracket's unknown field": (
        "a rule that no digest covers",
        instrument(PERP, maintenance=[bracket("0", None, "0.01", colour="red")]),
    ),
    "open interest's unknown field": (
        "a rule that no digest covers",
        instrument(PERP, open_interest=INTEREST | {"colour": "red"}),
    ),
    "revision -1": ("a revision below zero", put("revision", to=-1)),
    "revision 2^63": ("a revision that 64 bits with a sign do not hold", put("revision", to=1 << 63)),
    "a close-out above 1": ("a part above the whole", put("close_out", to="1.000001")),
    "no instruments": ("rules for nothing", put("instruments", to=[])),
    "two instruments of one name": ("a name that stands twice", instrument(COIN0 + 1, name="COIN0")),
    "two coins of one currency": ("a currency with two prices", instrument(COIN0 + 1, currency="COIN0")),
    "two cash instruments": (
        "a currency settled in two places",
        more({"name": "CASH2", "kind": "settlement", "currency": "USD", "lot": "0.01"}),
    ),
    "a contract under two names": (
        "two perpetuals on one underlying in one currency, each with the low tiers",
        more(
            {
                "name": "PERP2",
                "kind": "perpetual",
                "currency": "USD",
                "underlying": "BTC",
                "lot": "0.01",
                "maintenance": FLAT,
            }
        ),
    ),
    "brackets in another quote": (
        "brackets in one currency, prices in another",
        both(instrument(PERP, currency="USDT"), instrument(CASH, currency="USDT")),
    ),
    "instruments that are a number": ("no list", put("instruments", to=7)),
    "a coin that expires": ("an expiry of a coin", instrument(BTC, expiry="2026-12-25T08:00:00Z")),
    "a perpetual that expires": ("an expiry of a perpetual", instrument(PERP, expiry="2026-12-25T08:00:00Z")),
    "a perpetual without underlying": ("a group that nobody named", instrument(PERP, underlying=None)),
    "a perpetual without margin": ("positions that need nothing", instrument(PERP, maintenance=[])),
    "scaling of a coin": ("open interest scales a coin's margin", instrument(BTC, open_interest=INTEREST)),
    "a haircut on a perpetual": ("a haircut of what is no coin", instrument(PERP, haircut=FLAT)),
    "a premium on a perpetual": ("a premium on what is no coin", instrument(PERP, debt_premium=FLAT)),
    "a haircut on cash": ("a haircut of what is no coin", instrument(CASH, haircut=FLAT)),
    "margin on cash": ("a margin that is not asked", instrument(CASH, maintenance=FLAT)),
    "initial margin on cash": ("a margin that is not asked", instrument(CASH, initial=FLAT)),
    "initial margin alone": ("a coin with initial margin and no maintenance", instrument(COIN0, initial=FLAT)),
    "initial below maintenance": ("initial margin below maintenance", instrument(PERP, initial=FLAT)),
    "initial below maintenance far out": (
        "initial margin that is lower from a million on",
        instrument(PERP, maintenance=[bracket("0", None, "0.02")], initial=[bracket("0", None, "0.019999")]),
    ),
    "initial below maintenance in between": (
        "initial margin that is lower between two floors",
        instrument(
            PERP,
            maintenance=[bracket("0", "100", "0.01"), bracket("100", None, "0.05")],
            initial=[bracket("0", "1000", "0.02"), bracket("1000", None, "0.06")],
        ),
    ),
    "whole initial below maintenance": (
        "initial margin that is lower just below a floor",
        instrument(
            PERP,
            style="whole",
            maintenance=[bracket("0", "100", "0.01"), bracket("100", None, "0.05")],
            initial=[bracket("0", "200", "0.02"), bracket("200", None, "0.06")],
        ),
    ),
    "initial that ends elsewhere": (
        "initial margin capped, maintenance not",
        instrument(PERP, maintenance=FLAT, initial=[bracket("0", "1000000", "0.02")]),
    ),
    "a gap between brackets": (
        "no rate between two brackets",
        instrument(PERP, maintenance=[bracket("0", "100", "0.01"), bracket("200", None, "0.02")]),
    ),
    "brackets that begin late": ("no rate below a floor", instrument(PERP, maintenance=[bracket("5", None, "0.01")])),
    "a bracket after an endless one": (
        "a bracket that nothing reaches",
        instrument(PERP, maintenance=[bracket("0", None, "0.01"), bracket("0", None, "0.02")]),
    ),
    "a bracket that ends below its floor": (
        "a bracket of nothing",
        instrument(PERP, maintenance=[bracket("0", "0", "0.01"), bracket("0", None, "0.02")]),
    ),
    "rates that fall": (
        "a lower rate for more",
        instrument(PERP, maintenance=[bracket("0", "100", "0.02"), bracket("100", None, "0.01")]),
    ),
    "a rate above 1000 %": (
        "a rate beyond all bounds",
        instrument(PERP, maintenance=[bracket("0", None, "10.000001")]),
    ),
    "an initial rate above 1000 %": (
        "a rate beyond all bounds",
        instrument(PERP, initial=[bracket("0", None, "10.000001")]),
    ),
    "a haircut above 1": ("a haircut of more than all", instrument(BTC, haircut=[bracket("0", None, "1.000001")])),
    "a premium above 1000 %": ("a rate beyond all bounds", instrument(BTC, debt_premium=[bracket("0", None, "10.1")])),
    "a wrong deduction": (
        "a deduction that does not follow from the rates",
        instrument(PERP, maintenance=[bracket("0", "100", "0.01"), bracket("100", None, "0.02", deduction="2")]),
    ),
    "1001 brackets": (
        "a thousand and one brackets",
        instrument(PERP, maintenance=[bracket(str(i), str(i + 1) if i < 1000 else None, "0.01") for i in range(1001)]),
    ),
    "lower cap above upper": (
        "scaling that runs backwards",
        instrument(PERP, open_interest={"lower": "2", "upper": "1"}),
    ),
    "scaling without open interest": ("scaling by a figure that is missing", instrument(PERP, open_interest=INTEREST)),
    "a lot of 2": ("a lot that is no power of ten", instrument(BTC, lot="2")),
    "a lot of 10^-19": ("a lot finer than ten to the minus eighteenth", instrument(DUST, lot="0." + "0" * 18 + "1")),
    "a lot of 10^13": ("a lot beyond all bounds", instrument(COIN0, lot="1" + "0" * 13)),
    "a lot of 0": ("lots of nothing", instrument(BTC, lot="0")),
    "a lot too coarse": ("one lot worth 2^84 units and more", instrument(BTC, lot="1000000")),
    "an error of exactly 10^-9": (
        "a lot whose rounding takes half a unit of 5 * 10^8, which is no longer less than 10^-9",
        instrument(
            DUST,
            lot="0.000000000001",
            haircut=[bracket("0", "0.000000000004995", "0"), bracket("0.000000000004995", None, "0.000001")],
        ),
    ),
    "a rate with 7 decimals": (
        "a rate finer than a millionth",
        instrument(PERP, maintenance=[bracket("0", None, "0.0000001")]),
    ),
    "a currency without a coin": ("a derivative whose currency has no price", instrument(PERP, currency="EUR")),
    "an unknown kind": ("a kind that has no rules", instrument(DUST, kind="option")),
    "8190 instruments": ("more keys than the circuit has", coins(8190 - len(NAMES))),
}
VALID_PARAMETERS: dict[str, tuple[Edit, Edit | None]] = {
    "as they are": (lambda v: None, None),
    "a future": (more(FUTURE), put("prices", "FUT", to="50000")),
    "initial margin": (instrument(PERP, maintenance=FLAT, initial=[bracket("0", None, "0.02")]), None),
    "initial equal to maintenance": (instrument(PERP, maintenance=FLAT, initial=FLAT), None),
    "initial that meets maintenance in one point": (
        instrument(
            PERP,
            maintenance=[bracket("0", "100", "0.01"), bracket("100", None, "0.03")],
            initial=[bracket("0", "200", "0.02"), bracket("200", None, "0.03")],
        ),
        None,
    ),
    "both capped": (
        instrument(PERP, maintenance=[bracket("0", "1000", "0.01")], initial=[bracket("0", "1000", "0.02")]),
        None,
    ),
    "scaling": (instrument(PERP, open_interest=INTEREST), put("open_interest", to={"PERP": "150"})),
    "scaling at one point": (
        instrument(PERP, open_interest={"lower": "5", "upper": "5"}),
        put("open_interest", to={"PERP": "5"}),
    ),
    "equal rates": (
        instrument(PERP, maintenance=[bracket("0", "100", "0.01"), bracket("100", None, "0.01")]),
        None,
    ),
    "a rate of 1000 %": (instrument(PERP, maintenance=[bracket("0", None, "10")]), None),
    "a haircut of 1": (instrument(BTC, haircut=[bracket("0", None, "1")]), None),
    "a close-out of 1": (put("close_out", to="1"), None),
    "a right deduction": (
        instrument(PERP, maintenance=[bracket("0", "100", "0.01"), bracket("100", None, "0.02", deduction="1")]),
        None,
    ),
    "1000 brackets": (
        instrument(PERP, maintenance=[bracket(str(i), str(i + 1) if i < 999 else None, "0.01") for i in range(1000)]),
        None,
    ),
    "revision 0": (put("revision", to=0), None),
    "a coarse lot": (instrument(COIN0, lot="1000"), None),
    "a lot of 10^12": (instrument(COIN0, lot="1" + "0" * 12), put("prices", "COIN0", to="0.0000000000001")),
    "the steepest slope": (
        instrument(COIN0, lot="1"),
        put("prices", "COIN0", to="193428.13113834066795298815"),
    ),
    "one instrument": (
        put("instruments", to=[{"name": "C", "kind": "settlement", "currency": "USD", "lot": "1"}]),
        put("prices", to={}),
    ),
    "borrowing margin": (instrument(BTC, maintenance=FLAT), None),
    "spot with initial margin": (instrument(BTC, maintenance=FLAT, initial=[bracket("0", None, "0.02")]), None),
    "8189 instruments": (coins(8189 - len(NAMES)), coin_prices(8189 - len(NAMES))),
}


WITH_MARKET: dict[str, Edit] = {
    "a contract under two names": put("prices", "PERP2", to="50000"),
    "8190 instruments": coin_prices(8190 - len(NAMES)),
    "open interest's unknown field": put("open_interest", to={"PERP": "150"}),
    "no instruments": put("prices", to={}),
    "brackets in another quote": put("quote", to="USDT"),
    "lower cap above upper": put("open_interest", to={"PERP": "150"}),
    "a lot of 10^13": put("prices", "COIN0", to="0.00000000000001"),
    "a lot of 10^-19": put("prices", "DUST", to="100"),
}
"""What the snapshot must have so that nothing else is wrong."""


def laddered(brackets: int) -> Callable[[World], None]:
    """Parameters with so many brackets in all, in lists of a thousand; read only, for a schedule of them takes long."""
    own = sum(len(one.get(name, ())) for one in parameters_file()["instruments"] for name in LISTS)
    full, rest = divmod(brackets - own, 1000)
    added: list[dict[str, Any]] = []
    for i, count in enumerate([*[1000] * full, rest]):
        ladder = [bracket(str(k), str(k + 1) if k + 1 < count else None, "0.01") for k in range(count)]
        added.append({"name": f"X{i}", "kind": "spot", "currency": f"X{i}", "lot": "1", "maintenance": ladder})
    data = as_bytes(parameters_file(), more(*added))
    return lambda w: w["engine.parameters"].RiskParameters.parse(data)


LISTS = ("maintenance", "initial", "haircut", "debt_premium")


def inputs() -> Iterator[Input]:
    yield Input("parameters with 2^15 + 1 brackets", "a schedule of more tiers than is needed", laddered((1 << 15) + 1))
    yield Input("parameters with 2^15 brackets", "accepted", laddered(1 << 15), valid=True)
    for name, (about, edit) in MARKETS.items():
        yield Input(f"snapshot with {name}", about, market(edit))
    for name, edit in VALID_MARKETS.items():
        yield Input(f"snapshot with {name}", "accepted", market(edit), valid=True)
    for name, (about, edit) in PARAMETERS.items():
        yield Input(f"parameters with {name}", about, parameters(edit, WITH_MARKET.get(name)))
    for name, (edit, with_market) in VALID_PARAMETERS.items():
        yield Input(f"parameters with {name}", "accepted", parameters(edit, with_market), valid=True)
