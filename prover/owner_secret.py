"""An owner's secret: four field elements that prove that an account is hers. On disk: mode 0600, never printed."""

from __future__ import annotations

import json
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.circuits.field import P
from plimsoll.circuits.leaves import Permutation, Quad, owner_key
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import Version
from plimsoll.engine.json_files import load_model
from plimsoll.engine.problems import InputError
from plimsoll.verifier.customer import Elements, show_quad

MAX_BYTES: Final = 4_096


class OwnerSecretError(PlimsollError):
    """A file of a secret that cannot be used. Nothing of its content is in the message."""


class _SecretFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    kind: Literal["owner secret"]
    secret: Annotated[Elements, Field(repr=False)]


@dataclass(frozen=True, slots=True)
class OwnerSecret:
    """Who knows it can prove the account. `repr` does not show it."""

    elements: Quad = field(repr=False)

    @staticmethod
    def draw() -> OwnerSecret:
        """A fresh one from the operating system's generator."""
        return OwnerSecret(tuple(secrets.randbelow(P) for _ in range(4)))

    def key(self, permute: Permutation) -> Quad:
        """The public key: what the venue writes into the account's leaf."""
        return owner_key(self.elements, permute)

    def write(self, path: Path) -> None:
        """Writes it, readable by its owner only; an existing file is never overwritten. Raises FileWriteError."""
        text = json.dumps({"version": 1, "kind": "owner secret", "secret": show_quad(self.elements)})
        try:
            write_atomically(path, text.encode(), mode=0o600, exclusive=True)
        except FileExistsError:
            raise FileWriteError(f"{path} exists; a secret is never overwritten: choose another file") from None

    @staticmethod
    def read(path: Path) -> OwnerSecret:
        """The secret in a file that `write` wrote.

        Raises:
            OwnerSecretError: it cannot be read, is others' to read as well, or is no such file.
        """
        try:
            # a pipe that nobody writes to must not keep us waiting
            with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
                status = os.fstat(file.fileno())
                data = file.read(MAX_BYTES) if stat.S_ISREG(status.st_mode) else b""
        except OSError as error:
            raise OwnerSecretError(f"{path}: cannot be read: {error.strerror}; check the path") from None
        if status.st_mode & 0o077:
            raise OwnerSecretError(f"{path} can be read by others: chmod 600 it, and draw a new one if it was copied")
        found = None
        with suppress(InputError):
            found = OwnerSecret(load_model(_SecretFile, data, str(path)).secret)
        if found is None:
            # raised here and not above: the first error quotes the file, and would stay in this one's context
            raise OwnerSecretError(f"{path} is no file of `plimsoll account key`: restore it from its backup")
        return found
