"""A compiled Cairo program as data: what the table compiler reads and what a statement's program digest covers.

Needs no cairo-lang: `compiled/book.json` is the committed output of the toolchain.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from plimsoll.circuits.field import P
from plimsoll.engine.errors import PlimsollError

FORMAT = 1
FELT, POINTER, CURSOR = "felt", "pointer", "cursor:"
"""Kinds of an argument's cell: a field element, a pointer, or (as a prefix) the cursor of a named builtin."""


class ProgramError(PlimsollError):
    """A compiled program that cannot be read."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function: name (full, without `__main__.`), first word, and the kind of each argument and returned cell."""

    name: str
    start: int
    arguments: tuple[str, ...]
    returns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """The structure that a builtin's pointer was declared with: names of its fields, one a cell."""

    builtin: str
    struct: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """Bytecode over the Goldilocks field with its tables of functions, records, hints and source lines.

    `hints` are (pc, text); `lines` are (pc, file, line) and serve messages only: they are not digested.
    """

    bytecode: tuple[int, ...]
    builtins: tuple[str, ...]
    functions: tuple[Function, ...]
    records: tuple[RecordLayout, ...]
    hints: tuple[tuple[int, str], ...]
    lines: tuple[tuple[int, str, int], ...] = ()

    def digest(self) -> bytes:
        """SHA-256 of a canonical encoding: bytecode, builtins, functions with kinds, record layouts, hints."""
        out = [b"plimsoll/program", struct.pack("<H", FORMAT), struct.pack("<I", len(self.bytecode))]
        out.append(struct.pack(f"<{len(self.bytecode)}Q", *self.bytecode))
        out.append(_strings(self.builtins))
        out.append(struct.pack("<I", len(self.functions)))
        for f in self.functions:
            out += [_strings([f.name]), struct.pack("<I", f.start), _strings(f.arguments), _strings(f.returns)]
        out.append(struct.pack("<I", len(self.records)))
        for r in self.records:
            out += [_strings([r.builtin, r.struct]), _strings(r.fields)]
        out.append(struct.pack("<I", len(self.hints)))
        for pc, text in self.hints:
            out += [struct.pack("<I", pc), _strings([text])]
        return hashlib.sha256(b"".join(out)).digest()

    def save(self, path: Path) -> None:
        """Writes the program as JSON, one entry a line, always the same bytes for the same program."""
        path.write_text(self.dumps())

    def dumps(self) -> str:
        parts = [f'"format": {FORMAT}']
        parts.append(f'"bytecode": {json.dumps([hex(w) for w in self.bytecode])}')
        parts.append(f'"builtins": {json.dumps(self.builtins)}')
        for name, items in (
            ("functions", [asdict(f) for f in self.functions]),
            ("records", [asdict(r) for r in self.records]),
            ("hints", list(self.hints)),
            ("lines", list(self.lines)),
        ):
            rows = ",\n  ".join(json.dumps(item) for item in items)
            parts.append(f'"{name}": [\n  {rows}\n]' if items else f'"{name}": []')
        return "{\n" + ",\n".join(parts) + "\n}\n"

    @staticmethod
    def load(path: Path) -> Program:
        """Reads what `save` wrote.

        Raises:
            ProgramError: the file is not a compiled program of this format.
        """
        try:
            return Program.loads(path.read_text())
        except (OSError, UnicodeDecodeError) as e:
            raise ProgramError(f"{path}: expected a compiled program, got: {e}") from e

    @staticmethod
    def loads(text: str) -> Program:
        """Reads the JSON that `dumps` gives. Raises ProgramError."""
        try:
            data: dict[str, Any] = json.loads(text)
            if data["format"] != FORMAT:
                raise ProgramError(
                    f"compiled program: expected format {FORMAT}, got {data['format']}: compile it again"
                )
            program = Program(
                bytecode=tuple(int(w, 16) for w in data["bytecode"]),
                builtins=tuple(map(str, data["builtins"])),
                functions=tuple(
                    Function(f["name"], int(f["start"]), tuple(f["arguments"]), tuple(f["returns"]))
                    for f in data["functions"]
                ),
                records=tuple(RecordLayout(r["builtin"], r["struct"], tuple(r["fields"])) for r in data["records"]),
                hints=tuple((int(pc), str(text)) for pc, text in data["hints"]),
                lines=tuple((int(pc), str(file), int(line)) for pc, file, line in data["lines"]),
            )
        except (KeyError, TypeError, ValueError) as e:
            raise ProgramError(f"compiled program: not in the expected form ({type(e).__name__}: {e})") from e
        if not all(0 <= w < P for w in program.bytecode):
            raise ProgramError("compiled program: a word of the bytecode is not below the field's prime")
        return program


def _strings(items: Iterable[str]) -> bytes:
    raw = [item.encode() for item in items]
    return struct.pack("<I", len(raw)) + b"".join(struct.pack("<H", len(r)) + r for r in raw)
