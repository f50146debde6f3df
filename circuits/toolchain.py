"""Cairo 0 source to a Program: the only module of Plimsoll, with vm.py, that imports cairo-lang.

cairo-lang 0.14 was written for a 252-bit prime and for Python up to 3.10. Two shims, both applied when a compile is
asked for and not on import: `CpuInstanceDef` needs a hash on Python >= 3.11, and the instruction encoder asserts that a
63-bit encoding is below a prime of more than 64 bits, so it gets a wider stand-in prime (the words are the same).
"""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path
from typing import Any

from plimsoll.circuits.field import P
from plimsoll.circuits.program import Function, Program, RecordLayout
from plimsoll.engine.errors import PlimsollError

ENCODER_PRIME = 2**64 + 13
"""Stand-in for the encoder's assertion only: any number above 2^64."""


class ToolchainError(PlimsollError):
    """cairo-lang is missing, or it refused a Cairo source."""


def load_cairo_lang() -> None:
    """Imports cairo-lang with its shims. Idempotent.

    Raises:
        ToolchainError: cairo-lang is not installed.
    """
    original = dataclasses.dataclass

    def hashable(cls: Any = None, /, **options: Any) -> Any:
        if cls is None:
            return lambda c: hashable(c, **options)
        if cls.__name__ == "CpuInstanceDef":
            options["unsafe_hash"] = True
        return original(cls, **options)

    dataclasses.dataclass = hashable
    try:
        importlib.import_module("starkware.cairo.lang.instances")
    except ImportError as e:
        raise ToolchainError(
            f"cairo-lang is needed to compile Cairo source ({e}): run `make setup` in Plimsoll's repository"
        ) from e
    finally:
        dataclasses.dataclass = original
    _patch_encoder()


def _patch_encoder() -> None:
    assembler: Any = importlib.import_module("starkware.cairo.lang.compiler.assembler")
    encoder: Any = importlib.import_module("starkware.cairo.lang.compiler.encode")
    instruction: Any = importlib.import_module("starkware.cairo.lang.compiler.instruction")

    def encode(element: Any, prime: int) -> list[int]:
        if not isinstance(element, instruction.Instruction) or prime > ENCODER_PRIME:
            return list(encoder.encode_instruction(element, prime))
        if element.imm is not None:
            element = dataclasses.replace(element, imm=element.imm % prime)
        return list(encoder.encode_instruction(element, ENCODER_PRIME))

    assembler.encode_instruction = encode


def compile_cairo(path: Path, root: Path | None = None) -> Any:
    """cairo-lang's own compiled program over the Goldilocks prime, with debug information.

    Args:
        path: the file with `main`.
        root: folder that imports are looked up in; the file's own folder by default.
    """
    load_cairo_lang()
    compiler: Any = importlib.import_module("starkware.cairo.lang.compiler.cairo_compile")
    errors: Any = importlib.import_module("starkware.cairo.lang.compiler.error_handling")
    root = path.parent if root is None else root
    code = [(path.read_text(), str(path))]
    try:
        return compiler.compile_cairo(code=code, prime=P, cairo_path=[str(root), str(path.parent)], debug_info=True)
    except errors.LocationError as e:
        raise ToolchainError(f"cairo-lang refused {path.name}: {e}") from e


def compile_source(path: Path, root: Path | None = None) -> Program:
    """Compiles a Cairo file to the Program that our compiler reads.

    Raises:
        ToolchainError: cairo-lang is missing or refused the source.
    """
    return convert(compile_cairo(path, root), path.parent if root is None else root, path)


def convert(compiled: Any, root: Path, path: Path) -> Program:
    """What Plimsoll needs of cairo-lang's program: bytecode, functions, record layouts, hints and lines."""
    definitions: Any = importlib.import_module("starkware.cairo.lang.compiler.identifier_definition")
    names = {str(name): item for name, item in compiled.identifiers.as_dict().items()}
    types = _Types(names)
    functions = [
        types.function(full, item.pc, compiled.builtins)
        for full, item in names.items()
        if isinstance(item, definitions.FunctionDefinition)
    ]
    return Program(
        bytecode=tuple(compiled.data),
        builtins=tuple(compiled.builtins),
        functions=tuple(sorted(functions, key=lambda f: f.start)),
        records=tuple(sorted(set(types.records), key=lambda r: (r.builtin, r.struct))),
        hints=tuple((pc, hint.code.strip()) for pc, hints in sorted(compiled.hints.items()) for hint in hints),
        lines=tuple(
            (pc, _relative(at.inst.input_file.filename, root, path), at.inst.start_line)
            for pc, at in sorted(compiled.debug_info.instruction_locations.items())
        ),
    )


def _relative(filename: str, root: Path, path: Path) -> str:
    file = Path(filename)
    for folder in (root, path.parent):
        if file.is_relative_to(folder.absolute()) or file.is_relative_to(folder):
            return str(file.relative_to(folder.absolute() if file.is_absolute() else folder))
    return file.name


class _Types:
    """Flattens Cairo types to the kind of each cell, and collects the layouts of read-only records."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.ast: Any = importlib.import_module("starkware.cairo.lang.compiler.ast.cairo_types")
        self.records: list[RecordLayout] = []

    def cells(self, cairo_type: Any) -> list[str]:
        if isinstance(cairo_type, self.ast.TypeStruct):
            members = self.names[str(cairo_type.scope)].members.values()
            return [kind for member in members for kind in self.cells(member.cairo_type)]
        if isinstance(cairo_type, self.ast.TypeTuple):
            return [kind for member in cairo_type.members for kind in self.cells(member.typ)]
        return ["felt"] if isinstance(cairo_type, self.ast.TypeFelt) else ["pointer"]

    def function(self, full_name: str, start: int, builtins: list[str]) -> Function:
        implicit: list[str] = []
        for name, member in self.names[f"{full_name}.ImplicitArgs"].members.items():
            stem = name.removesuffix("_ptr")
            if stem == name or stem not in builtins:
                implicit += self.cells(member.cairo_type)
                continue
            implicit.append(f"cursor:{stem}")
            self.record(stem, member.cairo_type)
        explicit = [k for m in self.names[f"{full_name}.Args"].members.values() for k in self.cells(m.cairo_type)]
        returns = self.cells(self.names[f"{full_name}.Return"].cairo_type)
        return Function(full_name.removeprefix("__main__."), start, (*implicit, *explicit), (*implicit, *returns))

    def record(self, builtin: str, cairo_type: Any) -> None:
        """Notes the layout of the structure that a builtin's pointer points to, if it is one."""
        pointee = getattr(cairo_type, "pointee", None)
        if isinstance(pointee, self.ast.TypeStruct):
            struct = self.names[str(pointee.scope)]
            fields = tuple(n for n, m in struct.members.items() for _ in self.cells(m.cairo_type))
            self.records.append(RecordLayout(builtin, str(struct.full_name), fields))
