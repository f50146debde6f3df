"""`plimsoll key`: the secret key of a venue or an oracle."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import click
from pydantic import BaseModel, ConfigDict, Field

from plimsoll.cli import console
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.engine.fields import Digest, Version
from plimsoll.engine.json_files import read_model
from plimsoll.engine.problems import InputError

if TYPE_CHECKING:
    from plimsoll.prover.signing_key import SigningKey


class KeyFile(BaseModel):
    """A secret key on disk: mode 0600."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    kind: Literal["signing key"]
    seed: Annotated[Digest, Field(repr=False, description="32 secret bytes")]


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Whose key it is.")
def key(out: Path, name: str) -> int:
    """Draw a secret key into OUT (mode 0600) and print what others list of it.

    \b
    Exit codes: 0 done, 3 OUT exists or cannot be written.
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
    """The key in a file of `plimsoll key`; its content is in no error's text."""
    from plimsoll.prover.signing_key import SigningKey, SigningKeyError  # noqa: PLC0415 - py_ecc is an extra

    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SigningKeyError(f"{path} can be read by others: chmod 600 it, and draw a new key if it was copied")
    try:
        return SigningKey.from_seed(read_model(KeyFile, path).seed)
    except InputError:
        # the cause is left out: its text could quote the secret
        raise SigningKeyError(f"{path} is no key file of `plimsoll key`: restore it from its backup") from None
