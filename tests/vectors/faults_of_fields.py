"""The caller's snapshot and parameters are others than the statement's: at least one vector for each model's field.

`model_fields` lists the fields from the models; a field without a vector fails the tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

from faults_of_market import new, to
from pydantic import BaseModel
from vector_edits import FOLDER, Change, Fault

from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot

BTC, PERP, CASH, DUST = range(4)
"""Places of the instruments in parameters.json."""


def model_fields(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Every field of a model and of the models within it, e.g. "instruments.maintenance.rate"."""
    for name, field in model.model_fields.items():
        path = f"{prefix}.{name}"
        yield path
        for inner in _models(field.annotation):
            yield from model_fields(inner, path)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def all_fields() -> list[str]:
    """Fields of both files; those of brackets once for each list of brackets."""
    return [*model_fields(MarketSnapshot, "market"), *model_fields(RiskParameters, "parameters")]


def instrument(k: int, **fields: Any) -> Change:
    """An instrument with some fields changed or added."""
    return to(f"/instruments/{k}", _rules()[k] | fields)


def _rules() -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = json.loads((FOLDER / "parameters.json").read_text())["instruments"]
    return rules


def bracket(floor: str, cap: str | None, rate: str, **more: str) -> dict[str, Any]:
    return {"floor": floor, "cap": cap, "rate": rate, **more}


def _initial(rate: str = "0.1", **more: str) -> list[dict[str, Any]]:
    return [bracket("0", "600000", rate), bracket("600000", None, "0.2", **more)]


SCALING = {"lower": "100", "upper": "200"}
RATE = "/instruments/1/maintenance/0"
FUTURE = {"kind": "future", "expiry": "2026-12-25T08:00:00Z"}
MARKET: dict[str, tuple[str, str, list[Change]]] = {
    # name of the vector: (field, lie, changes)
    "price-one-unit": ("prices", "a price is 10^-20 higher", [to("/prices/BTC", "50000.50000000000000000001")]),
    "price-of-nobody": ("prices", "another price of a coin that few hold", [to("/prices/COIN4", "3.26")]),
    "time-later": ("time", "the same prices a second later", [to("/time", "2026-11-21T12:00:01Z")]),
    "time-microsecond": (
        "time",
        "the same prices a millionth of a second later",
        [to("/time", "2026-11-21T12:00:00.000001Z")],
    ),
    "sequence-next": ("sequence", "the same prices under the next number", [to("/sequence", 4)]),
    "venue-another": ("venue", "the same prices at another venue", [to("/venue", "another")]),
    "previous-another": ("previous", "the same prices after another publication", [new("/previous", "01" * 32)]),
    "quote-another": ("quote", "another name for the currency that counts, in both files", [to("/quote", "USDT")]),
    "funding-another": ("funding", "a funding index, which no schedule reads", [new("/funding", {"PERP": "0.5"})]),
    "open-interest-another": (
        "open_interest",
        "an open interest, which these rules do not read",
        [new("/open_interest", {"PERP": "1"})],
    ),
}
PARAMETERS: dict[str, tuple[str, str, list[Change]]] = {
    "name-another": ("name", "the same rules under another name", [to("/name", "another")]),
    "revision": ("revision", "the same rules under another revision", [to("/revision", 2)]),
    "close-out": ("close_out", "another part below which all is liquidated", [to("/close_out", "0.6")]),
    "instrument-added": (
        "instruments",
        "an instrument more, which nobody holds",
        [to("/instruments", [*_rules(), {"name": "BTC-CASH", "kind": "settlement", "currency": "BTC", "lot": "0.01"}])],
    ),
    "instrument-name": (
        "instruments.name",
        "a settlement instrument of another name",
        [to("/instruments/2/name", "MONEY")],
    ),
    "instrument-kind": ("instruments.kind", "cash as the quote currency's coin", [to("/instruments/2/kind", "spot")]),
    "instrument-currency": (
        "instruments.currency",
        "a perpetual priced in a coin",
        [to("/instruments/1/currency", "COIN4")],
    ),
    "lot": ("instruments.lot", "lots ten times as large", [to("/instruments/0/lot", "0.001")]),
    "lot-of-cash": ("instruments.lot", "cents that are tenths", [to("/instruments/2/lot", "0.1")]),
    "group": ("instruments.underlying", "a perpetual of another group", [to("/instruments/1/underlying", "COIN4")]),
    "group-of-a-coin": ("instruments.underlying", "a coin in a group of its own", [instrument(DUST, underlying="AAA")]),
    "expiry": ("instruments.expiry", "the perpetual as a future", [instrument(PERP, **FUTURE)]),
    "style": ("instruments.style", "one rate for the whole notional", [instrument(PERP, style="whole")]),
    "margin-rate": ("instruments.maintenance.rate", "a higher maintenance margin", [to(f"{RATE}/rate", "0.011")]),
    "margin-rate-ppm": (
        "instruments.maintenance.rate",
        "a maintenance margin higher by a millionth",
        [to(f"{RATE}/rate", "0.010001")],
    ),
    "margin-tier": (
        "instruments.maintenance.cap",
        "another border of a tier",
        [to(f"{RATE}/cap", "50001"), to("/instruments/1/maintenance/1/floor", "50001")],
    ),
    "margin-floor": (
        "instruments.maintenance.floor",
        "a tier that is cut in two",
        [
            instrument(
                PERP,
                maintenance=[
                    bracket("0", "25000", "0.01"),
                    bracket("25000", "50000", "0.01"),
                    bracket("50000", "500000", "0.02"),
                    bracket("500000", None, "0.05"),
                ],
            )
        ],
    ),
    "margin-of-debt": (
        "instruments.maintenance",
        "a margin for borrowed coins",
        [instrument(BTC, maintenance=[bracket("0", None, "0.1")])],
    ),
    "initial": (
        "instruments.initial",
        "an initial margin, which the proof does not use",
        [instrument(PERP, initial=_initial())],
    ),
    "open-interest": (
        "instruments.open_interest",
        "scaling by open interest, which the proof does not use",
        [instrument(PERP, open_interest=SCALING)],
    ),
    "haircut": ("instruments.haircut.rate", "a higher haircut", [to("/instruments/0/haircut/1/rate", "0.11")]),
    "haircut-tier": (
        "instruments.haircut.cap",
        "another border of a haircut",
        [to("/instruments/0/haircut/0/cap", "99999"), to("/instruments/0/haircut/1/floor", "99999")],
    ),
    "haircut-floor": (
        "instruments.haircut.floor",
        "a haircut that is cut in two",
        [
            to(
                "/instruments/0/haircut",
                [bracket("0", "50000", "0.05"), bracket("50000", "100000", "0.05"), bracket("100000", None, "0.1")],
            )
        ],
    ),
    "haircut-of-nothing": ("instruments.haircut", "no haircut", [to("/instruments/0/haircut", [])]),
    "debt-premium": (
        "instruments.debt_premium.rate",
        "a higher premium on debt",
        [to("/instruments/0/debt_premium/0/rate", "0.03")],
    ),
    "debt-premium-tier": (
        "instruments.debt_premium.cap",
        "a premium in two parts",
        [to("/instruments/0/debt_premium", [bracket("0", "1000", "0.02"), bracket("1000", None, "0.03")])],
    ),
    "debt-premium-floor": (
        "instruments.debt_premium.floor",
        "the same premium in two parts",
        [to("/instruments/0/debt_premium", [bracket("0", "1000", "0.02"), bracket("1000", None, "0.02")])],
    ),
    "debt-premium-of-nothing": ("instruments.debt_premium", "no premium", [to("/instruments/0/debt_premium", [])]),
    "margin-none": (
        "instruments.maintenance",
        "no margin at all",
        [to("/instruments/1/maintenance", [bracket("0", None, "0")])],
    ),
}
CURRENCIES = [to("/quote", "USDT"), *(to(f"/instruments/{k}/currency", "USDT") for k in (PERP, CASH))]
INITIAL = {
    # Other rules that neither the schedule nor the tables of the base know: told apart by the parameters' digest alone.
    "rate": _initial("0.11"),
    "cap": [bracket("0", "700000", "0.1"), bracket("700000", None, "0.2")],
    "floor": [bracket("0", "300000", "0.1"), bracket("300000", "600000", "0.1"), bracket("600000", None, "0.2")],
}
SCALINGS = {"lower": SCALING | {"lower": "101"}, "upper": SCALING | {"upper": "201"}}
UNHASHED = {
    "market.version": ("market-version-2", "fixed"),
    "parameters.version": ("parameters-version-2", "fixed"),
    **{
        f"parameters.instruments.{one}.deduction": (f"parameters-{one.replace('_', '-')}-deduction", "follows")
        for one in ("maintenance", "initial", "haircut", "debt_premium")
    },
}
"""Fields that no digest covers, with the vector that says so: one value only is read, or it follows from the others."""


def faults() -> Iterator[Fault]:
    for name, (_, lie, changes) in MARKET.items():
        about, rules = f"the caller's snapshot is another: {lie}", CURRENCIES if name == "quote-another" else []
        yield Fault(f"market-{name}", about, "policy", market=changes, parameters=rules)
    for name, (_, lie, changes) in PARAMETERS.items():
        about, market = f"the caller's parameters are others: {lie}", _market_for(name)
        yield Fault(f"parameters-{name}", about, "policy", market=market, parameters=changes)
    for field, brackets in INITIAL.items():
        about = f"the caller's parameters are others: an initial margin of another {field}"
        yield Fault(f"parameters-initial-{field}", about, "policy", parameters=[instrument(PERP, initial=brackets)])
    for field, scaling in SCALINGS.items():
        about = f"the caller's parameters are others: scaling with another {field} cap"
        changes, market = [instrument(PERP, open_interest=scaling)], _market_for("open-interest")
        yield Fault(f"parameters-open-interest-{field}", about, "policy", market=market, parameters=changes)
    yield from _quotes()
    yield from _unhashed()


def _market_for(name: str) -> list[Change]:
    """What the snapshot needs so that the changed parameters fit it."""
    return [new("/open_interest", {"PERP": "150"})] if name == "open-interest" else []


def _quotes() -> Iterator[Fault]:
    about = "the caller's parameters are others: amounts in another currency, as the snapshot"
    yield Fault("parameters-quote", about, "policy", market=[to("/quote", "USDT")], parameters=CURRENCIES)
    lie = "a snapshot that counts in a currency of its own, so that a bracket's border is another amount"
    yield Fault("market-quote-alone", lie, "input", market=[to("/quote", "BARS")])


def _unhashed() -> Iterator[Fault]:
    yield Fault("parameters-version-2", "parameters of a later format", "input", parameters=[to("/version", 2)])
    stated = {
        "maintenance": [to("/instruments/1/maintenance/1", bracket("50000", "500000", "0.02", deduction="500"))],
        "haircut": [to("/instruments/0/haircut/1", bracket("100000", None, "0.1", deduction="5000"))],
        "debt-premium": [to("/instruments/0/debt_premium/0", bracket("0", None, "0.02", deduction="0"))],
    }
    for name, changes in stated.items():
        lie = f"none: the deduction that follows from the rates of {name} is written down"
        yield Fault(f"parameters-{name}-deduction", lie, "valid", parameters=changes)
    lie = "the caller's parameters are others: an initial margin with its deduction written down"
    changes = [instrument(PERP, initial=_initial(deduction="60000"))]
    yield Fault("parameters-initial-deduction", lie, "policy", parameters=changes)
    wrong = [to("/instruments/1/maintenance/1", bracket("50000", "500000", "0.02", deduction="501"))]
    yield Fault(
        "parameters-deduction-wrong", "a deduction that does not follow from the rates", "input", parameters=wrong
    )


def covered() -> set[str]:
    """Fields that have a vector of their own, which is refused for that field; and UNHASHED."""
    listed = {f"market.{field}" for field, _, _ in MARKET.values()}
    listed |= {f"parameters.{field}" for field, _, _ in PARAMETERS.values()}
    listed |= {f"parameters.instruments.initial.{field}" for field in INITIAL}
    listed |= {f"parameters.instruments.open_interest.{field}" for field in SCALINGS}
    return listed | {"parameters.quote"} | set(UNHASHED)
