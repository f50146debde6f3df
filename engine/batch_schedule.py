"""The schedule of a batch: for each piece of quantities, net value and four equities as lines through its first lot.

Net is equity less maintenance requirement at the snapshot. E_0 is the equity at the snapshot, E_1 to E_3 those at the
shocked snapshots of a scenario list; where it has fewer, they repeat E_0. Pieces are the common refinement of all of
their tiers, so every value of a piece is the value of the underlying schedules, exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from plimsoll.engine.canonical import Encoder
from plimsoll.engine.instruments import MAX_KEY
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import MAX_SCENARIOS, ScenarioList, shocked
from plimsoll.engine.schedule import compile_equity, compile_schedule
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.tiers import MAX_QUANTITY, MAX_SLOPE, MAX_VALUE, HoldingError, Schedule, ScheduleError

EQUITIES: Final = 1 + MAX_SCENARIOS
"""Equities of a piece: at the snapshot and in each scenario."""


class Line(NamedTuple):
    """`slope * (q - lo) + value`, in 10^-20 quote currency and for each lot."""

    slope: int
    value: int

    def at(self, steps: int) -> int:
        """The value `steps` lots above the piece's first."""
        return self.slope * steps + self.value


class BatchPiece(NamedTuple):
    """One piece of one key, for lo <= q <= hi lots."""

    key: int
    lo: int
    hi: int
    net: Line
    equities: tuple[Line, ...]
    """`EQUITIES` of them."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Net, then the equities: the order of every list of a batch's figures."""
        return (self.net, *self.equities)


class BatchSchedule:
    """Pieces sorted by (key, lo), those of each key contiguous from zero. Raises `ScheduleError` for anything else."""

    __slots__ = ("_by_key", "pieces")

    def __init__(self, pieces: Iterable[BatchPiece]) -> None:
        self.pieces = tuple(pieces)
        self._by_key: dict[int, tuple[list[int], list[BatchPiece]]] = {}
        before: BatchPiece | None = None
        for piece in self.pieces:
            _check_bounds(piece)
            _check_order(piece, before)
            los, members = self._by_key.setdefault(piece.key, ([], []))
            los.append(piece.lo)
            members.append(piece)
            before = piece

    def __len__(self) -> int:
        return len(self.pieces)

    def __iter__(self) -> Iterator[BatchPiece]:
        return iter(self.pieces)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BatchSchedule) and self.pieces == other.pieces

    def __hash__(self) -> int:
        return hash(self.pieces)

    def keys(self) -> list[int]:
        """Every key that has pieces, ascending."""
        return list(self._by_key)

    def of_key(self, key: int) -> list[BatchPiece]:
        """The pieces of one key, ascending. Raises `HoldingError` for an unknown key."""
        return list(self._entry(key)[1])

    def find(self, key: int, q: int) -> BatchPiece:
        """The piece of q lots under a key. Raises `HoldingError` where there is none."""
        los, members = self._entry(key)
        if q < 0:
            raise HoldingError(f"holding of {q} lots under key {key}: expected 0 or more, the key tells the side")
        piece = members[bisect_right(los, q) - 1]
        if q > piece.hi:
            raise HoldingError(
                f"holding of {q} lots under key {key}: the last piece ends at {piece.hi}; give the last bracket a null "
                "cap, a coarser lot to the instrument, or a smaller move to the scenarios"
            )
        return piece

    def _entry(self, key: int) -> tuple[list[int], list[BatchPiece]]:
        try:
            return self._by_key[key]
        except KeyError:
            raise HoldingError(f"no instrument has the key {key}; the schedule is of another table") from None

    def digest(self) -> bytes:
        """SHA-256 of the canonical encoding: the number of pieces, then key, lo, hi and all lines of each."""
        encoder = Encoder("plimsoll/batch-schedule/1")
        encoder.integer(len(self.pieces))
        for piece in self.pieces:
            encoder.integers(piece[:3])
            for line in piece.lines:
                encoder.integers(line)
        return encoder.digest()


def compile_batch_schedule(
    snapshot: MarketSnapshot, parameters: RiskParameters, scenarios: ScenarioList
) -> BatchSchedule:
    """The batch schedule of every key. Haircuts and premiums are the parameters', in every scenario.

    Raises `InputError` where the files do not fit together, `ScheduleError` naming the scenario for a lot that does not
    fit its prices.
    """
    stressed: list[Schedule] = []
    for one in scenarios.scenarios:
        market = shocked(snapshot, parameters, one)
        try:
            stressed.append(compile_equity(market, parameters))
        except ScheduleError as error:
            raise ScheduleError(f"scenario {one.name}: {error}") from None
    return refine(compile_schedule(snapshot, parameters), stressed)


def refine(maintenance: Schedule, stressed: Sequence[Schedule]) -> BatchSchedule:
    """The common refinement of a maintenance schedule and the equities of up to three others of the same keys.

    A key ends where the first of its schedules ends.
    """
    if len(stressed) > MAX_SCENARIOS or any(one.keys() != maintenance.keys() for one in stressed):
        raise ScheduleError(f"expected at most {MAX_SCENARIOS} stressed schedules, of the maintenance schedule's keys")
    pieces: list[BatchPiece] = []
    for key in maintenance.keys():  # noqa: SIM118 - not a mapping
        lists = [one.of_key(key) for one in (maintenance, *stressed)]
        end = min(tiers[-1].hi for tiers in lists)
        los = [lo for lo in sorted({tier.lo for tiers in lists for tier in tiers}) if lo <= end]
        for lo, hi in zip(los, [*(lo - 1 for lo in los[1:]), end], strict=True):
            tier = maintenance.find(key, lo)
            equity = Line(tier.e1, tier.equity(lo))
            others = [Line(found.e1, found.equity(lo)) for found in (one.find(key, lo) for one in stressed)]
            others += [equity] * (MAX_SCENARIOS - len(others))
            net = Line(tier.net_slope, equity.value - tier.requirement(lo))
            pieces.append(BatchPiece(key, lo, hi, net, (equity, *others)))
    return BatchSchedule(pieces)


def _check_bounds(piece: BatchPiece) -> None:
    where = f"key {piece.key}: piece {piece.lo}..{piece.hi}"
    if not 0 <= piece.key <= MAX_KEY:
        raise ScheduleError(f"key {piece.key} is outside 0..{MAX_KEY}")
    if not 0 <= piece.lo <= piece.hi <= MAX_QUANTITY:
        raise ScheduleError(f"{where} is empty or reaches 2^60")
    if len(piece.equities) != EQUITIES:
        raise ScheduleError(f"{where} has {len(piece.equities)} equities, expected {EQUITIES}")
    if max(abs(line.slope) for line in piece.lines) > MAX_SLOPE:
        raise ScheduleError(f"{where} has a slope of 2^84 or more")
    if max(max(abs(line.value), abs(line.at(piece.hi - piece.lo))) for line in piece.lines) > MAX_VALUE:
        raise ScheduleError(f"{where} has a value of 2^144 or more")


def _check_order(piece: BatchPiece, before: BatchPiece | None) -> None:
    if before is not None and before.key == piece.key:
        if piece.lo != before.hi + 1:
            raise ScheduleError(f"key {piece.key}: a piece starts at {piece.lo}, expected {before.hi + 1}")
        return
    if before is not None and piece.key < before.key:
        raise ScheduleError(f"key {piece.key} stands after key {before.key}; expected ascending keys")
    if piece.lo != 0 or any(line.value for line in piece.lines):
        raise ScheduleError(f"key {piece.key}: expected a first piece from 0 that is worth 0 at 0")
