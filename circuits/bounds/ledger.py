"""The ledger: how much a row and the calls below it post under each key, proved within the areas of its contract.

Over the whole run the amounts of each key sum to zero in the field. Every active row stands in the tree of calls below
main, so main's areas say how far the same sum goes over the integers: below p, it is zero over the integers, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plimsoll.circuits.bounds.areas import KEYS, Area
from plimsoll.circuits.bounds.declarations import Contract, Declarations, Names
from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import RESIDUES, Interval, readable
from plimsoll.circuits.bounds.solve import Solver


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a row adds to the ledger: keys from lo up to hi (not included), and the total under each."""

    place: str
    text: str
    family: str
    lo: IntPoly
    hi: IntPoly
    total: Interval


def areas_of(contract: Contract, case: int, names: Names, place: str, prefix: str = "") -> list[Item]:
    """The areas of a contract, over columns."""
    whose = prefix or "the contract"
    return [
        Item(place, f"area {i} of {whose}", a.family, a.lo.over(names), a.hi.over(names), a.total)
        for i, a in enumerate(contract.areas(case))
    ]


def postings(solver: Solver, declared: Declarations) -> list[Item]:
    """The row's own entries. Raises BoundsError: the key or amount of one cannot be read back."""
    found = []
    for i, entry in enumerate(solver.row.posted):
        place = f"post{i} ({solver.lines.message(entry.number, entry.bus)})"
        key, amount = IntPoly.lift(entry.key), IntPoly.lift(entry.amount)
        _read_back(solver, place, "key", solver.facts.value(key))
        value = _read_back(solver, place, "amount", _value(solver, amount))
        family, position = _position(solver, declared, key, amount)
        found.append(Item(place, solver.names.text(key), family, position, position + IntPoly.constant(1), value))
    return found


def _read_back(solver: Solver, place: str, what: str, value: Interval | None) -> Interval:
    if value is None or not readable(value):
        raise BoundsError(solver.row.table, place, f"the {what} can wrap p", str(value or ""))
    return value


def _value(solver: Solver, amount: IntPoly) -> Interval | None:
    """As it stands, and with the pivots replaced: a column may have been narrowed after it was defined."""
    direct, normal = solver.facts.value(amount), solver.facts.value(solver.facts.normal(amount))
    return direct if direct is None or normal is None else direct.meet(normal)


def _position(solver: Solver, declared: Declarations, key: IntPoly, amount: IntPoly) -> tuple[str, IntPoly]:
    for record in declared.by_record:
        for i in solver.names.lookups_of(record.rom):
            offset = (key - solver.names(f"r{i}.{record.field}")).as_constant()
            [*flag] = solver.names(f"r{i}.{record.flag}").columns()
            only = all(set(flag) <= set(m) for m in solver.facts.normal(amount).terms)
            if offset is not None and 0 <= offset < record.width and only:
                return record.rom, solver.names(f"r{i}.index") * record.width + IntPoly.constant(offset)
    return KEYS, key


def within(solver: Solver, own: list[Item], items: list[Item]) -> None:
    """The items stand in the areas, and their totals sum to no more than an area's.

    Raises:
        BoundsError: an item that is in no area, or an area whose total is too small.
    """
    inside: list[list[Item]] = [[] for _ in own]
    for item in items:
        found = [i for i, area in enumerate(own) if _inside(solver, item, area)]
        if not found:
            problem = f"{item.text}: not shown to be in an area that the contract names"
            raise BoundsError(solver.row.table, item.place, problem)
        inside[found[0]].append(item)
    for area, members in zip(own, inside, strict=True):
        total = Interval.of(0)
        for layer in _layers(solver, members):
            total = total + layer
        if not total.within(area.total):
            problem = f"under one key of {area.text} more can be posted than {area.total}"
            raise BoundsError(solver.row.table, area.place, problem, str(total))


def _inside(solver: Solver, item: Item, area: Item) -> bool:
    ends = (item.lo - area.lo, area.hi - item.hi, item.hi - item.lo)
    return item.family == area.family and all(solver.facts.proves(goal) for goal in ends)


def _layers(solver: Solver, items: list[Item]) -> Iterator[Interval]:
    """Items one above the other in disjoint layers: of one layer, at most one item has a given key."""
    layers: list[tuple[IntPoly, Interval]] = []
    for item in items:
        total = item.total.hull(Interval.of(0))
        for i, (end, most) in enumerate(layers):
            if solver.facts.proves(item.lo - end):
                layers[i] = (item.hi, most.hull(total))
                break
        else:
            layers.append((item.hi, total))
    yield from (most for _, most in layers)


@dataclass(frozen=True, slots=True)
class KeyTotal:
    """What is posted under each key of an interval over a whole run."""

    keys: Interval
    total: Interval


def totals(declared: Declarations) -> tuple[KeyTotal, ...]:
    """Main's areas with the tables' records put in: the sum under any key of the ledger, over all cases.

    Raises:
        BoundsError: a sum that is not below p, or an area of main whose keys are not constant.
    """
    main, found = declared.contracts["main"], dict[Interval, Interval]()
    for case in main.cases:
        regions = [_region(declared, area) for area in main.areas(case)]
        for one in regions:
            total = Interval.of(0)
            for other in regions:
                if one.keys.meet(other.keys) is not None:
                    total = total + other.total.hull(Interval.of(0))
            if not total.within(RESIDUES) or not one.keys.within(Interval(0, RESIDUES.hi)):
                raise BoundsError(
                    "main", f"ledger, keys {one.keys}", "the sum of a key's amounts can wrap p", str(total)
                )
            found[one.keys] = found.get(one.keys, total).hull(total)
    return tuple(KeyTotal(keys, total) for keys, total in sorted(found.items(), key=lambda item: item[0].lo))


def _region(declared: Declarations, area: Area) -> KeyTotal:
    if area.lo.terms or area.hi.terms:
        raise BoundsError("main", "ledger", "an area of main has keys that are not constant")
    if area.family == KEYS:
        return KeyTotal(Interval(area.lo.constant, area.hi.constant - 1), area.total)
    [record] = [r for r in declared.by_record if r.rom == area.family]
    return KeyTotal(record.keys, area.total.hull(Interval.of(0)) * Interval(0, record.most))
