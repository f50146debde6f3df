"""Strict JSON in, Pydantic models out. Everything that JSON leaves open is refused.

Refused with a clear error: a byte-order mark, bytes that are not UTF-8, a key given twice, NaN and infinities, JSON
numbers that are not plain integers, nesting deeper than any of our files needs, files beyond `MAX_BYTES` or with more
than `MAX_VALUES` values.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import stat
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from plimsoll.engine.problems import MAX_SHOWN, InputError, Problem, RefusedValueError, shown

MAX_BYTES = 16 * 2**20
"""A venue of 700 instruments with two lists of twelve brackets each, indented, has less than a fifth of it."""
MAX_DEPTH = 16
MAX_VALUES = 2**18
"""In all lists and objects together. A value takes two bytes of a file, but up to 2.5 KB as a problem of its own: this
keeps a file in which everything is wrong below 1 GiB of memory. A venue of 700
instruments with two lists of twelve brackets each has less than half of it."""
MAX_INTEGER_DIGITS = 20
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]|,', re.DOTALL)

Model = TypeVar("Model", bound=BaseModel)


def parse_json(data: bytes, file: str) -> Any:
    """The JSON value in `data`; `file` names it in messages. Raises `InputError`."""
    if len(data) > MAX_BYTES:
        raise _refused(file, f"larger than {MAX_BYTES} bytes", "check that this is the right file")
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(file, "starts with a byte-order mark", "save it as UTF-8 without a byte-order mark")
    if not data.strip():
        raise _refused(file, "is empty", "write a JSON object into it")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(file, f"is not UTF-8 at byte {error.start}", "save it as UTF-8") from error
    _check_structure(text, file)
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_no_float,
            parse_int=_integer,
            parse_constant=_no_constant,
        )
    except RefusedValueError as error:
        raise _refused(file, str(error), error.remedy) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError([Problem(file, place, "", f"is not JSON: {error.msg}", "correct the syntax")]) from error


def load_model(model: type[Model], data: bytes, file: str) -> Model:
    """The model in the JSON text `data`. Raises `InputError` listing every field that is wrong."""
    value = parse_json(data, file)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InputError(problems_of(error, file)) from error


def read_model(model: type[Model], path: str | Path) -> Model:
    """`load_model` of a file's bytes."""
    return load_model(model, read_bytes(path), str(path))


def read_bytes(path: str | Path) -> bytes:
    """A file's bytes, at most one more than `parse_json` takes. Raises `InputError`, also for pipes and devices."""
    try:
        # a pipe that nobody writes to must not keep us waiting
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _refused(str(path), "is no regular file", "copy it to one first")
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(str(path), f"cannot be read: {error.strerror}", "check the path and its permissions") from error


def problems_of(error: ValidationError, file: str) -> list[Problem]:
    """Pydantic's list of errors as problems of `file`."""
    problems = []
    for item in error.errors(include_url=False):
        cause = item.get("ctx", {}).get("error")
        message, remedy = item["msg"], "correct this field"
        if item["type"] in _SENTENCES:
            message, remedy = _SENTENCES[item["type"]]
            message = message.format(**item.get("ctx", {}))
        if cause is not None:
            message, remedy = str(cause), getattr(cause, "remedy", remedy)
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{_cut(part)}" for part in item["loc"]).lstrip(".")
        value = "" if isinstance(item["input"], dict | list) else shown(item["input"])
        problems.append(Problem(file, place, value, message, remedy))
    return problems


_OBJECT = ("expected a JSON object", "write it in curly brackets, as in the example book")
_SENTENCES = {
    "missing": ("missing field", "add it"),
    "extra_forbidden": ("unknown field", "remove it, or correct its spelling"),
    "literal_error": ("expected {expected}", "use one of these values"),
    "string_type": ("expected a text", "put it in quotes"),
    "int_type": ("expected an integer", "write it without quotes and without a point"),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "tuple_type": ("expected a list", "write it in square brackets, as in the example book"),
    "too_short": ("expected at least {min_length} of them, got {actual_length}", "add what is missing"),
    "too_long": ("expected at most {max_length} of them, got {actual_length}", "split the file"),
    "greater_than_equal": ("expected at least {ge}", "correct this number"),
    "less_than_equal": ("expected at most {le}", "correct this number"),
    "less_than": ("expected less than {lt}", "correct this number"),
}
"""What Pydantic's own errors mean to someone who writes JSON: message and remedy by type of error."""


def _cut(name: str) -> str:
    """A field's name in a message: an unknown one can be as long as the file."""
    return name if len(name) <= MAX_SHOWN else name[: MAX_SHOWN - 3] + "..."


def _refused(file: str, message: str, remedy: str) -> InputError:
    return InputError([Problem(file, "", "", message, remedy)])


def _check_structure(text: str, file: str) -> None:
    """Python's own parser recurses, and Pydantic lists every error: refuse deep nesting and too many values before they
    run, counting brackets and commas outside of strings. There are at most two strings for each of these."""
    depth = values = strings = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        values += token[0] in "[{,"
        strings += text.startswith('"', token.start())
        if max(values, strings // 2) > MAX_VALUES:
            raise _refused(file, f"holds more than {MAX_VALUES} values", "check that this is the right file")
        if depth > MAX_DEPTH:
            raise _refused(file, f"is nested deeper than {MAX_DEPTH} levels", "check that this is the right file")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise RefusedValueError(f"gives the key {shown(key)} twice", "keep one of the two")
        result[key] = value
    return result


def _integer(text: str) -> int:
    if len(text) > MAX_INTEGER_DIGITS:
        raise RefusedValueError(f"holds a number of {len(text)} digits", "check this number")
    return int(text)


def _no_float(text: str) -> Any:
    raise RefusedValueError(f"holds the JSON number {text}", f'put decimal numbers in quotes: "{text}"')


def _no_constant(text: str) -> Any:
    raise RefusedValueError(f"holds {text}, which is no JSON", "give a plain decimal string")
