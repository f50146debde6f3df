"""Where in the Cairo source each constraint and claim of a table comes from. For messages only: nothing rests on it."""

from __future__ import annotations

from bisect import bisect_right

from plimsoll.circuits.compiler import callgraph
from plimsoll.circuits.compiler.calls import FUNCTION_BUS
from plimsoll.circuits.compiler.walk import Path
from plimsoll.circuits.program import Program


class LocatedPath(Path):
    """A walk that notes, for each constraint and message, the instruction and the calls it stands in."""

    constraint_places: list[str]
    message_places: list[str]

    def _step(self) -> bool:
        places = [self._line(self.pc), *(self._line(frame.pc - 1) for frame in reversed(self._stack))]
        place = ", from ".join(dict.fromkeys(p for p in places if p))
        ended = super()._step()
        self.constraint_places += [place] * (len(self.trace.constraints) - len(self.constraint_places))
        self.message_places += [place] * (len(self.trace.messages) - len(self.message_places))
        return ended

    def _line(self, pc: int) -> str:
        lines = self.graph.program.lines
        i = bisect_right(lines, pc, key=lambda entry: entry[0]) - 1
        return f"{lines[i][1]}:{lines[i][2]}" if i >= 0 else ""


class Lines:
    """Places of one table's constraints and messages, by number."""

    def __init__(self, program: Program, function: str, table: str) -> None:
        graph = callgraph.build(program)
        decisions = [part == "nz" for part in table.removeprefix(function).split(".")[1:]]
        path = LocatedPath(graph, graph.by_name[function], decisions)
        path.constraint_places, path.message_places = [], []
        path.walk()
        self._constraints = ["active is 0 or 1", *path.constraint_places]
        self._messages = path.message_places

    def constraint(self, number: int) -> str:
        return self._named(f"constraint {number}", self._constraints[number])

    def message(self, number: int, bus: str) -> str:
        what = f"claim {bus}" if bus.startswith(FUNCTION_BUS) else f"message {number} on {bus}"
        return self._named(what, self._messages[number])

    @staticmethod
    def _named(what: str, place: str) -> str:
        return f"{what} ({place})" if place else what
