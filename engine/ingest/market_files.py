"""Read snapshot.json, parameters.json and lists of scenarios, and judge the snapshot's age."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel

from plimsoll.engine.fields import format_time
from plimsoll.engine.ingest.findings import FieldRefusedError, Findings, Severity
from plimsoll.engine.json_files import load_model, parse_json, read_bytes
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError, Problem
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot

SNAPSHOT: Final = "snapshot.json"
PARAMETERS: Final = "parameters.json"
MICROSECONDS: Final = 1_000_000
MAX_AHEAD: Final = 300 * MICROSECONDS
DEFAULT_MAX_AGE: Final = 86_400 * MICROSECONDS
_KINDS: Final = {
    "a market snapshot": MarketSnapshot,
    "risk parameters": RiskParameters,
    "a list of scenarios": ScenarioList,
}
_MARKS: Final = {
    "a market snapshot": {"prices"},
    "risk parameters": {"instruments", "close_out"},
    "a list of scenarios": {"scenarios"},
}
"""Fields that only this kind has."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Freshness:
    """When a snapshot is fresh; microseconds since 1970, and spans in microseconds.

    A snapshot older than `max_age` is refused; where no age was asked for, one older than a day earns a warning.
    """

    at: int
    max_age: int | None = None

    def judge(self, snapshot: MarketSnapshot, findings: Findings, file: str = SNAPSHOT) -> None:
        """Report a snapshot of the future, and one that is too old."""
        time, at = format_time(snapshot.time), format_time(self.at)
        if snapshot.time > self.at + MAX_AHEAD:
            message = f"a snapshot of the future; it is {at}"
            error = FieldRefusedError("future-snapshot", message, "correct the time, or set --at")
            findings.add(file, error, column="time", value=time)
        limit = DEFAULT_MAX_AGE if self.max_age is None else self.max_age
        if snapshot.time < self.at - limit:
            message = f"a stale snapshot: more than {format_span(limit)} old at {at}"
            error = FieldRefusedError("stale-snapshot", message, "take a newer snapshot, or set --at or --max-age")
            severity = Severity.WARNING if self.max_age is None else Severity.ERROR
            findings.add(file, error, column="time", value=time, severity=severity)


def format_span(microseconds: int) -> str:
    """A span as `--max-age` takes it: `90s`, `30m`, `12h` or `7d`."""
    seconds = microseconds // MICROSECONDS
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def read_market_file(model: type[Model], path: Path, findings: Findings, name: str | None = None) -> Model | None:
    """The model in a file, or None and its findings, which say `name` (default: the file's own, without its folder)."""
    name, data = name or path.name, b""
    try:
        data = read_bytes(path)
        return load_model(model, data, str(path))
    except InputError as error:
        other = _other_kind(model, data)
        if other is not None:
            message = f"expected {_name_of(model)}, but this file holds {other}"
            findings.add(name, FieldRefusedError("swapped-files", message, "exchange the two files"))
            return None
        problems = [Problem(name, one.place, one.value, one.message, one.remedy) for one in error.problems]
        findings.extend(problems, "field")
        return None


def _other_kind(model: type[BaseModel], data: bytes) -> str | None:
    """What a refused file really is, if its fields say so."""
    try:
        value = parse_json(data, "")
    except InputError:
        return None
    if not isinstance(value, dict):
        return None
    for name, kind in _KINDS.items():
        if kind is not model and _MARKS[name] <= value.keys() and not _MARKS[_name_of(model)] & value.keys():
            return name
    return None


def _name_of(model: type[BaseModel]) -> str:
    return next(name for name, kind in _KINDS.items() if kind is model)
