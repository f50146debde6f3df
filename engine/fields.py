"""Types of the fields of our files: decimal strings outside, integers inside, each with its JSON schema."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, StrictInt, StrictStr, WithJsonSchema

from plimsoll.engine.decimals import (
    PPM,
    PPM_DIGITS,
    VALUE_DIGITS,
    format_decimal,
    format_lot,
    parse_decimal,
    parse_lot,
)
from plimsoll.engine.problems import RefusedValueError

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9 ._:/+@#-]{0,63}"
TIME_PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z"
DIGEST_PATTERN = r"[0-9a-f]{64}"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _schema(pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "description": description})


def _name(text: str) -> str:
    if not re.fullmatch(NAME_PATTERN, text, re.ASCII) or text.endswith(" "):
        raise RefusedValueError(
            "expected a name of 1 to 64 letters, digits, blanks or ._:/+@#-, starting with a letter or digit",
            "rename it in all files",
        )
    return text


def _digest(text: str) -> bytes:
    if not re.fullmatch(DIGEST_PATTERN, text, re.ASCII):
        raise RefusedValueError(
            "expected 64 lower-case hexadecimal digits", "copy the SHA-256 that `plimsoll verify` prints"
        )
    return bytes.fromhex(text)


def parse_time(text: object) -> int:
    """Microseconds since 1970 of a UTC time such as `2026-01-31T12:00:00Z`."""
    if isinstance(text, str) and re.fullmatch(TIME_PATTERN, text, re.ASCII):
        try:
            whole, _, fraction = text.rstrip("Z").partition(".")
            span = datetime.strptime(whole + "Z", "%Y-%m-%dT%H:%M:%S%z") - _EPOCH
            return (span.days * 86_400 + span.seconds) * 1_000_000 + int(fraction.ljust(6, "0"))
        except ValueError:
            pass
    raise RefusedValueError("expected a UTC time", 'write it as "2026-01-31T12:00:00Z"')


def format_time(microseconds: int) -> str:
    """The UTC time that `parse_time` reads back."""
    seconds, fraction = divmod(microseconds, 1_000_000)
    days, rest = divmod(seconds, 86_400)
    date = datetime.fromordinal(_EPOCH.toordinal() + days).strftime("%Y-%m-%d")
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{date}T{clock}{f'.{fraction:06}'.rstrip('0') if fraction else ''}Z"


def _value(text: object) -> int:
    return parse_decimal(text, VALUE_DIGITS)


def _signed_value(text: object) -> int:
    return parse_decimal(text, VALUE_DIGITS, negative=True)


def _rate(text: object) -> int:
    return parse_decimal(text, PPM_DIGITS)


def _move(text: object) -> int:
    move = parse_decimal(text, PPM_DIGITS, negative=True)
    if not MIN_MOVE <= move <= MAX_MOVE:
        raise RefusedValueError("a move outside -1 to 100", "moves are fractions: -0.2 is a fall of 20 %")
    return move


def _format_value(value: int) -> str:
    return format_decimal(value, VALUE_DIGITS)


def _format_rate(rate: int) -> str:
    return format_decimal(rate, PPM_DIGITS)


MIN_MOVE = -PPM
"""Nothing falls by more than all of it."""
MAX_MOVE = 100 * PPM

_PLAIN = r"(0|[1-9][0-9]*)(\.[0-9]+)?"

Name = Annotated[StrictStr, AfterValidator(_name), _schema(NAME_PATTERN, "a name")]
Digest = Annotated[
    bytes,
    BeforeValidator(lambda text: _digest(text) if isinstance(text, str) else _digest("")),
    PlainSerializer(bytes.hex),
    _schema(DIGEST_PATTERN, "a SHA-256 digest"),
]
Time = Annotated[int, BeforeValidator(parse_time), PlainSerializer(format_time), _schema(TIME_PATTERN, "a time in UTC")]
Value = Annotated[
    int,
    BeforeValidator(_value),
    PlainSerializer(_format_value),
    _schema(_PLAIN, "a decimal number that is not negative, with up to 20 decimals"),
]
SignedValue = Annotated[
    int,
    BeforeValidator(_signed_value),
    PlainSerializer(_format_value),
    _schema("-?" + _PLAIN, "a decimal number with up to 20 decimals"),
]
Rate = Annotated[
    int,
    BeforeValidator(_rate),
    PlainSerializer(_format_rate),
    _schema(_PLAIN, "a rate as a decimal fraction with up to 6 decimals, 1 being 100 %"),
]
Move = Annotated[
    int,
    BeforeValidator(_move),
    PlainSerializer(_format_rate),
    _schema(
        "-?" + _PLAIN, "a relative move as a decimal fraction from -1 to 100 with up to 6 decimals, -0.2 being -20 %"
    ),
]
Lot = Annotated[
    int, BeforeValidator(parse_lot), PlainSerializer(format_lot), _schema(r"(0\.0*1|10*)", "a power of ten")
]


def _version(value: object) -> object:
    if type(value) is not int:
        raise RefusedValueError("expected the number 1", 'write "version": 1')
    return value


Version = Annotated[Literal[1], BeforeValidator(_version)]
Count = Annotated[StrictInt, WithJsonSchema({"type": "integer", "minimum": 0})]
