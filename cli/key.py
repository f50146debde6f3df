"""`plimsoll key`: the secret key of a venue or an oracle."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import click
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from plimsoll.cli import console
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.engine.fields import Digest, Name, Version
from plimsoll.engine.json_files import load_model, problems_of
from plimsoll.engine.problems import InputError

if TYPE_CHECKING:
    from plimsoll.prover.signing_key import SigningKey


MAX_KEY_BYTES: Final = 4_096


class KeyFile(BaseModel):
    """A secret key on disk: mode 0600."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    kind: Literal["signing key"]
    seed: Annotated[Digest, Field(repr=False, description="32 secret bytes")]


def _name(_context: click.Context, _option: click.Parameter, value: str) -> str:
    try:
        return TypeAdapter(Name).validate_python(value)
    except ValidationError as error:
        raise click.BadParameter(f"{value!r}: {problems_of(error, '')[0].message}") from None


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--name", callback=_name, required=True, help="Whose key it is.")
def key(out: Path, name: str) -> int:
    """Draw a secret key into OUT (mode 0600) and print what others list of it.

    \b
    Exit codes: 0 done, 2 no such name can be listed, 3 OUT exists or cannot be written.
    """
    from plimsoll.prover.signing_key import SEED_BYTES, SigningKey  # noqa: PLC0415 - py_ecc is an extra

    seed = os.urandom(SEED_BYTES)
    listed = SigningKey.from_seed(seed).oracle(name).model_dump(mode="json")
    secret = json.dumps({"version": 1, "kind": "signing key", "seed": seed.hex()})
    try:
        write_atomically(out, secret.encode(), mode=0o600, exclusive=True)
    except FileExistsError:
        raise FileWriteError(f"{out} exists; a key is never overwritten: choose another file") from None
    console.write_json(listed)
    return console.OK


def read_key(path: Path) -> SigningKey:
    """The key in a file of `plimsoll key`; its content is in no error's text.

    Raises:
        SigningKeyError: it cannot be read, is others' to read as well, or is no key file.
    """
    from plimsoll.prover.opening import is_private  # noqa: PLC0415 - only who has a key needs the prover's side
    from plimsoll.prover.signing_key import SigningKey, SigningKeyError  # noqa: PLC0415 - py_ecc is an extra

    key = None
    try:
        # a pipe that nobody writes to must not keep us waiting
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            # of the open file: under its name another may stand a moment later
            private = is_private(file.fileno())
            data = file.read(MAX_KEY_BYTES) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError as error:
        raise SigningKeyError(f"{path}: cannot be read: {error.strerror}; check the path") from None
    if not private:
        raise SigningKeyError(f"{path} can be read by others: chmod 600 it, and draw a new key if it was copied")
    with suppress(InputError):
        key = SigningKey.from_seed(load_model(KeyFile, data, str(path)).seed)
    if key is None:
        # raised here and not above: the first error quotes the file, and would stay in this one's context
        raise SigningKeyError(f"{path} is no key file of `plimsoll key`: restore it from its backup")
    return key
