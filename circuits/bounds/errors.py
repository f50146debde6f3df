"""The refusal of the interval analysis: names the table, the place in it, and the interval that is too wide."""

from __future__ import annotations

from plimsoll.engine.errors import PlimsollError


class BoundsError(PlimsollError):
    """A table of which the analysis cannot prove that it computes over the integers.

    `table` is the path's table (or the function), `place` the constraint or message with its Cairo lines, `interval`
    what was derived for it, empty where nothing could be derived.
    """

    def __init__(self, table: str, place: str, problem: str, interval: str = "") -> None:
        self.table, self.place, self.problem, self.interval = table, place, problem, interval
        values = f" (interval {interval})" if interval else ""
        super().__init__(f"bounds: {table}, {place}: {problem}{values}")
