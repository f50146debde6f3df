"""A world: the product's modules as they are, or with one module compiled from a changed syntax tree.

The changed module and every module that imports it, directly or not, are executed anew as fresh module objects; the
others are shared. The product knows nothing of this: the import system's table of modules is exchanged while fresh ones
are executed, and put back.
"""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Iterator
from enum import Enum
from functools import cache
from types import CodeType, ModuleType
from typing import Any

from check_sites import ROOT, Site

import plimsoll.prover.tape
import plimsoll.verifier.account
import plimsoll.verifier.book

ROOMS = ("plimsoll.engine", "plimsoll.circuits", "plimsoll.verifier")
assert plimsoll.verifier.account and plimsoll.verifier.book and plimsoll.prover.tape


def dotted(path: str) -> str:
    """`verifier/book.py` as a module's name."""
    return "plimsoll." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class World:
    """Modules by their path within `plimsoll`, e.g. `world["verifier.book"]`."""

    def __init__(self, site: Site | None = None) -> None:
        self.modules = dict(_loaded())
        self.site = site
        if site is not None:
            name = dotted(site.module)
            self._execute(name, compile(site.tree(), str(ROOT / site.module), "exec"))

    def __getitem__(self, path: str) -> ModuleType:
        return self.modules[f"plimsoll.{path}"]

    def _execute(self, changed: str, code: CodeType) -> None:
        kept = dict(sys.modules)
        fresh = _dependents(changed)
        try:
            for name in fresh:
                module = ModuleType(name)
                module.__file__ = kept[name].__file__
                module.__package__ = name.rpartition(".")[0]
                sys.modules[name] = self.modules[name] = module
                exec(code if name == changed else _code(name), module.__dict__)
        finally:
            for name in fresh:
                sys.modules[name] = kept[name]

    def here(self, value: Any) -> Any:
        """A value made of the product's own dataclasses and enumerations, made of this world's. No check is run."""
        if self.site is None:
            return value
        if isinstance(value, Enum):
            return self._class(value)[value.name]
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            made = object.__new__(self._class(value))
            for field in dataclasses.fields(value):
                object.__setattr__(made, field.name, self.here(getattr(value, field.name)))
            return made
        if type(value) in (tuple, list) and value and not isinstance(value[0], int):
            return type(value)(self.here(one) for one in value)
        return value

    def _class(self, value: Any) -> Any:
        module = self.modules.get(type(value).__module__)
        return getattr(module, type(value).__qualname__) if module else type(value)


@cache
def _loaded() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.startswith(ROOMS)}


@cache
def _code(name: str) -> CodeType:
    file = _loaded()[name].__file__
    assert file is not None
    with open(file, "rb") as source:
        return compile(source.read(), file, "exec")


@cache
def _imports() -> dict[str, tuple[str, ...]]:
    """What each module imports of our own."""
    return {name: tuple(_imported(name)) for name in _loaded()}


def _imported(name: str) -> Iterator[str]:
    file = _loaded()[name].__file__
    if file is None:
        return
    with open(file, "rb") as source:
        tree = ast.parse(source.read())
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module in _loaded():
            yield str(node.module)


@cache
def _dependents(changed: str) -> tuple[str, ...]:
    """The module and all that import it, each after those that it imports."""
    imports, order, begun = _imports(), [], set[str]()
    affected = {changed}
    while more := {name for name, used in imports.items() if affected & set(used)} - affected:
        affected |= more

    def visit(name: str) -> None:
        if name in affected and name not in begun:
            begun.add(name)
            for used in imports[name]:
                visit(used)
            order.append(name)

    for name in sorted(affected):
        visit(name)
    return tuple(order)
