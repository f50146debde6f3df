"""Types and options that several commands share."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from plimsoll.engine.decimals import parse_decimal
from plimsoll.engine.fields import parse_time
from plimsoll.engine.problems import RefusedValueError
from plimsoll.verifier.oracles import KEY_BYTES
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.reserves import MAX_APART

ANY_AGE: Final = -1
"""What `--max-age any` gives."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_MICROSECONDS: Final = 1_000_000
T = TypeVar("T")


def parsed(parse: Callable[[str], T]) -> Callable[[click.Context, click.Parameter, str | None], T | None]:
    """An option's callback: the text as a value, or what is wrong with it and what to do."""

    def callback(ctx: click.Context, param: click.Parameter, value: str | None) -> T | None:
        try:
            return None if value is None else parse(value)
        except RefusedValueError as error:
            raise click.BadParameter(f"{value!r}: {error}; {error.remedy}", ctx, param) from None

    return callback


def decimal(digits: int) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """The callback of a plain decimal in units of 10^-digits: `VALUE_DIGITS` for amounts, `PPM_DIGITS` for rates."""
    return parsed(lambda text: parse_decimal(text, digits))


def _duration(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    if value is None or value == "any":
        return None if value is None else ANY_AGE
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", value, re.ASCII)
    if match is None:
        reason = f"{value!r}: expected a number with s, m, h or d, such as 30m or 7d, or the word any"
        raise click.BadParameter(reason, ctx, param)
    return int(match[1]) * _UNITS[match[2]] * _MICROSECONDS


def hex32(_context: click.Context, _option: click.Parameter, value: str | None) -> bytes | None:
    """32 bytes from 64 hexadecimal digits as an option's callback; blanks are allowed, as `verify` prints a root."""
    if value is None:
        return None
    digits = "".join(value.split())
    if not re.fullmatch("[0-9a-f]{64}", digits):
        raise click.BadParameter(f"{value!r} is not 64 hexadecimal digits (0-9, a-f): copy what `verify` prints")
    return bytes.fromhex(digits)


def root_of(context: click.Context, option: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """A root's four field elements from its digits, as an option's callback."""
    raw = hex32(context, option, value)
    return None if raw is None else tuple(int.from_bytes(raw[i : i + 8], "big") for i in range(0, 32, 8))


def venue_key(_context: click.Context, _option: click.Parameter, value: str | None) -> bytes | None:
    """A public key from its digits, as an option's callback."""
    if value is None:
        return None
    if not re.fullmatch(f"[0-9a-f]{{{2 * KEY_BYTES}}}", value):
        raise click.BadParameter(f"expected {2 * KEY_BYTES} hexadecimal digits: the public key that `key` printed")
    return bytes.fromhex(value)


def policy_at(at: int | None, max_age: int | None, root: tuple[int, ...] | None = None) -> Policy:
    """The policy of `--at`, `--max-age` and `--root`; everything else at full strength."""
    policy = Policy(at=None if at is None else EPOCH + timedelta(microseconds=at), root=root)
    if max_age is None:
        return policy
    return replace(policy, max_age=None if max_age == ANY_AGE else timedelta(microseconds=max_age))


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1_000


class PathType(click.Path):
    """A path that is not empty: an empty one, from a shell variable that is not set, would be the current folder."""

    def __init__(self) -> None:
        # what cannot be read is exit code 3, as for every other file, and not click's wrong usage
        super().__init__(readable=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("expected a path, got an empty text: is a variable of your shell not set?", param, ctx)
        return super().convert(value, param, ctx)


def _apart(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    span = _duration(ctx, param, value)
    return MAX_APART if span is None else None if span == ANY_AGE else span


class RulesType(PathType):
    """Risk parameters, by their file or by their digest (64 hexadecimal digits)."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value):
            return bytes.fromhex(value)
        return super().convert(value, param, ctx)


PATH: Final = PathType()
BLOCKS_WITHIN = click.option(
    "--blocks-within",
    metavar="DURATION",
    callback=_apart,
    help="How far the blocks of reserves may be from the snapshot: 90s, 30m or any [default: 10m].",
)
BOOK = click.argument("book", type=PATH)
AT = click.option(
    "--at", metavar="TIME", callback=parsed(parse_time), help="Judge the snapshot's age at this time, not now (UTC)."
)
MAX_AGE = click.option(
    "--max-age", metavar="DURATION", callback=_duration, help="How old the snapshot may be: 90s, 30m, 12h, 7d or any."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Write the result as JSON on stdout.")
QUANTIZE = click.option(
    "--quantize", is_flag=True, help="Round balances finer than a lot against the account, and report what was cut off."
)
