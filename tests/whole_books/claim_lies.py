"""Claims other than the proven ones, claims that contradict themselves or the market, and terms beyond the circuits.

A claim is public and makes the terms: a changed one makes other tables, of which nothing was proven.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from check_worlds import World
from whole_runs import Lie, Run, once, rules, scenarios, totals, whole
from whole_venue import CRASH, FUND, NO_STRESS, ONE, RULES, TABLE, THREE, TWO, as_bytes

from plimsoll.circuits.totals_tables import MAX_BOUND, MAX_COUNT, MAX_LIABILITY, MAX_SHOWN
from plimsoll.engine.book_claims import BookClaims
from plimsoll.verifier.terms import terms_of
from plimsoll.verifier.whole_book import CLAIMS, TOTALS_PROOF

Claims = dict[str, Any]
Edit = Callable[[Claims], object]
GONE = object()


def lies() -> Iterator[Lie]:
    yield from _altered()
    yield from _contradictions()
    yield from _forms()
    yield from _terms()
    yield from _shapes()


@cache
def _text() -> str:
    return TWO.claims.model_dump_json()


def edited(edit: Edit) -> Claims:
    """The exact book's claims, changed."""
    claims: Claims = json.loads(_text())
    edit(claims)
    return claims


def put(*path: str | int, value: object) -> Edit:
    """Puts a value at a place, or takes what is there away (`GONE`)."""

    def edit(claims: Claims) -> None:
        inner: Any = claims
        for one in path[:-1]:
            inner = inner[one]
        if value is GONE:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value

    return edit


# One unit more or less than what is proven.

ONE_UNIT: dict[str, Edit] = {
    "a lot more held long": put("totals", "PERP", "long", value="1.0201"),
    "a lot less held short": put("totals", "PERP", "short", value="1.0199"),
    "a lot less of customers' coins": put("totals", "BTC", "long", value="3.0001"),
    "a lot less of customers' debts": put("totals", "BTC", "short", value="0"),
    "a lot less owed": put("liabilities", "BTC", value="3.0001"),
    "a lot more owed": put("liabilities", "BTC", value="3.0003"),
    "one currency less": put("liabilities", "ETH", value=GONE),
    "no currency": put("liabilities", value={}),
    "hidden totals": put("totals", value=None),
    "a margin gap of 10^-20 less": put("margin_gap", "amount", value="9.88905099999999999999"),
    "a margin gap that is a bound": put("margin_gap", "exact", value=False),
    "one account less below margin": put("margin_gap", "accounts", value=1),
    "one account more below margin": put("margin_gap", "accounts", value=3),
    "a deficit of 10^-20 less": put("deficits", 0, "amount", value="5.09005099999999999999"),
    "a deficit of 10^-20 more": put("deficits", 0, "amount", value="5.09005100000000000001"),
    "no bankrupt account": put("deficits", 0, "accounts", value=0),
    "a deficit that is a bound": put("deficits", 0, "exact", value=False),
    "a deficit in the crash of 10^-20 less": put("deficits", 1, "amount", value="1"),
    "one bankrupt account more in the crash": put("deficits", 1, "accounts", value=3),
    "a deficit in the crash that is a bound": put("deficits", 1, "exact", value=False),
}
"""Claims that differ from the proven ones in one thing."""


def _altered() -> Iterator[Lie]:
    proof = once(lambda: TWO.at_test_profile[TOTALS_PROOF])
    for name, edit in ONE_UNIT.items():
        made = once(lambda e=edit: _terms_of(edited(e)))  # type: ignore[misc]
        changed = name in ("one currency less", "no currency")
        words = "a tree, rows of instruments and assets" if changed else "tables digest"
        yield Lie(f"claims of {name}", "than was proven", totals(proof, TWO, terms=made), "policy", words)
    made = once(lambda: _terms_of(edited(put("insurance_fund", value="200000000"))))
    yield Lie("claims of a larger fund", "which no proof is about", totals(proof, TWO, terms=made))
    files = once(lambda: {**TWO.at_test_profile, CLAIMS: as_bytes(edited(put("margin_gap", "accounts", value=1)))})
    yield Lie("book with altered claims", "one account less below margin", whole(files), "policy", "tables digest")
    files = once(lambda: {**TWO.at_test_profile, CLAIMS: ONE.at_test_profile[CLAIMS]})
    yield Lie("book with another book's claims", "one deficit, not two", whole(files), "claims", "2 deficits")


def _terms_of(claims: Claims) -> Any:
    return terms_of(BookClaims.parse(as_bytes(claims)), TABLE, TWO.scenarios)


# Claims alone.


def claimed(
    edit: Edit = lambda _: None, stress: dict[str, Any] = CRASH, parameters: dict[str, Any] | None = None
) -> Run:
    """Claims before a caller of `terms_of`."""

    def run(world: World) -> object:
        claims = world["engine.book_claims"].BookClaims.parse(as_bytes(edited(edit)))
        table = rules(world, parameters).table
        return world["verifier.terms"].terms_of(claims, table, scenarios(world, stress))

    return run


def _contradictions() -> Iterator[Lie]:
    fits = "claims that fit the instruments"
    lots = copy.deepcopy(RULES)
    lots["instruments"][3]["lot"] = "0.001"
    fund = f"{FUND // 10**20}"
    more = f"{FUND // 10**20}.00000000000000000001"
    for name, about, edit, words in (
        ("a deficit too many", "one scenario, three deficits", _again("deficits"), "2 deficits"),
        ("a deficit too few", "one scenario, one deficit", put("deficits", 1, value=GONE), "2 deficits"),
        (
            "a deficit beyond the fund",
            "by 10^-20, at the snapshot",
            put("deficits", 0, "amount", value=more),
            "a deficit within the insurance fund at the snapshot",
        ),
        (
            "a scenario's deficit beyond the fund",
            "by 10^-20",
            put("deficits", 1, "amount", value=more),
            "a deficit within the insurance fund at crash",
        ),
        ("an instrument left out", "of the totals", put("totals", "ETH", value=GONE), "totals of every instrument"),
        (
            "an instrument of its own",
            "in the totals",
            put("totals", "GOLD", value={"long": "1", "short": "1"}),
            "totals of every instrument",
        ),
        ("a currency that is none", "a bound in XRP", put("liabilities", "XRP", value="1"), fits),
        ("a derivative's name", "a bound in PERP", put("liabilities", "PERP", value="1"), fits),
        ("half a lot owed", "a bound finer than a lot", put("liabilities", "BTC", value="3.00015"), fits),
        ("a negative bound", "of liabilities", put("liabilities", "BTC", value="-1"), fits),
        ("a bound that is a word", "of liabilities", put("liabilities", "BTC", value="many"), fits),
        ("a huge bound", "25 digits", put("liabilities", "BTC", value="9" * 25), fits),
        ("a negative total", "one lot below zero", put("totals", "BTC", "short", value="-0.0001"), fits),
        ("half a lot held", "a total finer than a lot", put("totals", "BTC", "short", value="0.00005"), fits),
        ("a huge total", "25 digits", put("totals", "BTC", "short", value="9" * 25), fits),
        ("no number of accounts", "with an exact sum", put("margin_gap", "accounts", value=None), fits),
    ):
        yield Lie(f"claims with {name}", about, claimed(edit), "claims", words)
    run = claimed(parameters=lots)
    yield Lie("claims in two lots", "USD and CASH have different ones", run, "claims", "liabilities in USD: two lots")
    yield Lie("claims without the list's scenarios", "two, not four", claimed(stress=THREE), "claims", "4 deficits")
    yield Lie("claims with scenarios that nobody listed", "two, not one", claimed(stress=NO_STRESS), "claims", "1 def")
    for name, edit in (
        ("", lambda _: None),
        ("with a deficit that is the fund", put("deficits", 0, "amount", value=fund)),
        ("with the largest bound that a file can state", put("liabilities", "BTC", value="9" * 24)),
        ("with the largest total that a file can state", put("totals", "BTC", "short", value="9" * 24)),
        ("without a number of accounts", _hidden_number),
        ("without totals", put("totals", value=None)),
        ("with two lots in a currency that is not bounded", put("liabilities", "USD", value=GONE)),
    ):
        wide = lots if name.startswith("with two lots") else None
        yield Lie(f"claims {name}".strip(), "accepted", claimed(edit, parameters=wide))


def _again(name: str) -> Edit:
    return lambda claims: claims[name].append(claims[name][-1])


def _hidden_number(claims: Claims) -> None:
    claims["margin_gap"] = {"amount": "10", "accounts": None, "exact": False}


def _forms() -> Iterator[Lie]:
    """Claims that are no claims file."""

    def parsed(make: Callable[[], bytes]) -> Run:
        return lambda world: world["engine.book_claims"].BookClaims.parse(make())

    for name, edit, words in (
        ("a field of its own", put("solvent", value=True), "solvent"),
        ("a field of its own in a figure", put("margin_gap", "signed", value=True), "signed"),
        ("a field of its own in a total", put("totals", "BTC", "net", value="1"), "net"),
        ("no margin gap", put("margin_gap", value=GONE), "margin_gap"),
        ("no fund", put("insurance_fund", value=GONE), "insurance_fund"),
        ("no deficit", put("deficits", value=[]), "deficits"),
        ("five deficits", lambda c: c["deficits"].extend(3 * c["deficits"][:1]), "deficits"),
        ("2^58 accounts", put("margin_gap", "accounts", value=2**58), "accounts"),
        ("-1 accounts", put("margin_gap", "accounts", value=-1), "accounts"),
        ("accounts in words", put("margin_gap", "accounts", value="2"), "accounts"),
        ("a negative amount", put("margin_gap", "amount", value="-1"), "amount"),
        ("an amount as a number", put("margin_gap", "amount", value=1), "amount"),
        ("a negative fund", put("insurance_fund", value="-1"), "insurance_fund"),
        ("exact that is 1", put("margin_gap", "exact", value=1), "exact"),
        ("a total that is a number", put("totals", "BTC", "long", value=1), "long"),
        ("a bound that is a number", put("liabilities", "BTC", value=3), "liabilities"),
        ("another version", put("version", value=2), "version"),
        ("an amount of 10^24", put("insurance_fund", value="1" + "0" * 24), "insurance_fund"),
    ):
        made = parsed(lambda e=edit: as_bytes(edited(e)))  # type: ignore[misc]
        yield Lie(f"claims file with {name}", "no claims file", made, "-", words)
    for name, old, new, words in (
        ("a key twice", '"version":1', '"version":1,"version":1', "twice"),
        ("a currency twice", '"BTC":"3.0002"', '"BTC":"3.0002","BTC":"9"', "twice"),
        ("a number of 21 digits", '"accounts":2', '"accounts":' + "1" * 21, "digits"),
        ("a fraction", '"accounts":2', '"accounts":2.0', ""),
        ("17 lists", '"version":1', '"version":' + "[" * 17 + "]" * 17, ""),
    ):
        made = parsed(lambda o=old, n=new: _replaced(o, n))  # type: ignore[misc]
        yield Lie(f"claims file with {name}", "wrong as JSON", made, "-", words)
    yield Lie("claims file with 2^58 - 1 accounts", "accepted", parsed(_most_accounts))


def _replaced(old: str, new: str) -> bytes:
    text = _text()
    assert old in text
    return text.replace(old, new, 1).encode()


def _most_accounts() -> bytes:
    return as_bytes(edited(put("margin_gap", "accounts", value=2**58 - 1)))


# Terms and classes.


def _terms() -> Iterator[Lie]:
    def made(world: World, **parts: Any) -> object:
        t = world["circuits.totals_tables"]
        instruments = [t.InstrumentTerm(False, asset, None) for asset in parts.get("assets", (0, 0, None))]
        figures = [t.FigureTerm(*parts.get("figure", (0, 0, True)))] * parts.get("figures", 5)
        return t.Terms(tuple(instruments), tuple(parts.get("bounds", (7,))), tuple(figures)).roms()

    def shown(world: World, *total: int) -> object:
        return world["circuits.totals_tables"].InstrumentTerm(True, None, total).record()

    def terms(**parts: Any) -> Run:
        return lambda world: made(world, **parts)

    for name, parts, words in (
        ("four figures", {"figures": 4}, "5 figures"),
        ("six figures", {"figures": 6}, "5 figures"),
        ("no instrument", {"assets": ()}, "one instrument"),
        ("three instruments in a currency", {"assets": (0, 0, 0)}, "at most two instruments"),
        ("a currency without a bound", {"assets": (0, 1)}, "a bound"),
        ("a currency before the first", {"assets": (-1,)}, "a bound"),
        ("a negative bound", {"bounds": (-1,)}, "bounds of liabilities"),
        ("a bound of 2^95", {"bounds": (MAX_LIABILITY + 1,)}, "bounds of liabilities"),
        ("a negative figure", {"figure": (-1, 0, True)}, "out of range"),
        ("a figure of 2^178", {"figure": (MAX_BOUND + 1, 0, True)}, "out of range"),
        ("-1 accounts", {"figure": (0, -1, True)}, "out of range"),
        ("2^58 accounts", {"figure": (0, MAX_COUNT + 1, True)}, "out of range"),
    ):
        yield Lie(f"terms with {name}", "beyond what the circuits' bounds cover", terms(**parts), "-", words)
    for total in ((-1, 0), (0, -1), (MAX_SHOWN + 1, 0), (0, MAX_SHOWN + 1)):
        run = lambda world, t=total: shown(world, *t)  # noqa: E731
        name = "below zero" if min(total) < 0 else "of 2^96"
        side = "long" if total[0] else "short"
        yield Lie(f"terms with a {side} total {name}", "beyond its two parts", run, "-", "out of range")  # type: ignore[arg-type]
    for name, parts in (
        ("", {}),
        ("no currency", {"assets": (None,), "bounds": ()}),
        ("bounds at their limits", {"bounds": (0, MAX_LIABILITY)}),
        ("figures at their limits", {"figure": (MAX_BOUND, MAX_COUNT, False)}),
        ("currencies at their limits", {"assets": (0, 0, 1, 1), "bounds": (1, 2)}),
    ):
        yield Lie(f"terms {name}".strip(), "accepted", terms(**parts))
    yield Lie("terms with totals at their limits", "accepted", lambda world: shown(world, 0, MAX_SHOWN))


def _shapes() -> Iterator[Lie]:
    def named(module: str, kind: str, name: str) -> Run:
        return lambda world: getattr(world[module], kind).parse(name)

    for name in ("totals-2^7", "totals-2^-1", "totals-2^01", "totals-2^1 ", "batch-2^2x1", ""):
        run = named("circuits.totals_tables", "TotalsShape", name)
        yield Lie(f"class {name!r} of totals", "no published name", run, "-", "names no shape class")
    for name in ("batch-2^02x1", "batch-2^2x01", "batch-2^2", "book-2^2x1", "batch-2^2x1\n", ""):
        run = named("circuits.batch_tables", "BatchShape", name)
        yield Lie(f"class {name!r} of a batch", "no published name", run, "-", "names no shape class")
    for size in (-1, 7):
        run = lambda world, n=size: world["circuits.totals_tables"].TotalsShape(n)  # noqa: E731
        yield Lie(f"class of 2^{size} batches", "more than 64, or none", run, "-", "1 to 64 batches")  # type: ignore[arg-type]
    for count in (0, 65):
        run = lambda world, n=count: world["circuits.totals_tables"].TotalsShape.fitting(n)  # noqa: E731
        yield Lie(f"class for {count} batches", "more than 64, or none", run, "-", "batch")  # type: ignore[arg-type]
    for count, name in ((1, "totals-2^0"), (2, "totals-2^1"), (33, "totals-2^6"), (64, "totals-2^6")):
        yield Lie(f"class for {count} batches", "accepted", _fitting(count, name))
    for name in ("totals-2^0", "totals-2^6"):
        yield Lie(f"class {name}", "accepted", named("circuits.totals_tables", "TotalsShape", name))
    yield Lie("class batch-2^12x2", "accepted", named("circuits.batch_tables", "BatchShape", "batch-2^12x2"))


def _fitting(count: int, name: str) -> Run:
    def run(world: World) -> None:
        assert world["circuits.totals_tables"].TotalsShape.fitting(count).name == name

    return run
