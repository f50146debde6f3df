"""Types and options that several commands share."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, Final

import click

from plimsoll.engine.fields import parse_time
from plimsoll.engine.problems import RefusedValueError

ANY_AGE: Final = -1
"""What `--max-age any` gives."""
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_MICROSECONDS: Final = 1_000_000


class TimeType(click.ParamType):
    """A UTC time; microseconds since 1970."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_time(value)
        except RefusedValueError as error:
            self.fail(f"{value!r}: {error}; {error.remedy}", param, ctx)


class DurationType(click.ParamType):
    """A span of time such as 90s, 30m, 12h or 7d, or `any`; microseconds, or `ANY_AGE`."""

    name = "DURATION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if value == "any":
            return ANY_AGE
        match = re.fullmatch(r"([0-9]{1,9})([smhd])", value, re.ASCII)
        if match is None:
            self.fail(f"{value!r}: expected a number with s, m, h or d, such as 30m or 7d, or the word any", param, ctx)
        return int(match[1]) * _UNITS[match[2]] * _MICROSECONDS


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1_000


BOOK = click.argument("book", type=click.Path(path_type=Path))
AT = click.option("--at", type=TimeType(), help="Judge the snapshot's age at this time, not now (UTC).")
MAX_AGE = click.option(
    "--max-age", type=DurationType(), help="How old the snapshot may be: 90s, 30m, 12h, 7d or any."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Write the result as JSON on stdout.")
QUANTIZE = click.option(
    "--quantize", is_flag=True, help="Round balances finer than a lot against the account, and report what was cut off."
)
