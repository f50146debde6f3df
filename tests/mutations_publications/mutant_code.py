"""Puts a weakened module in the place of the product's: within a running process, or when it is imported."""

from __future__ import annotations

import ast
import gc
import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

from check_sites import Site


def dotted(path: str) -> str:
    """`verifier/oracles.py` as a module's name."""
    return "plimsoll." + path.removesuffix(".py").replace("/", ".")


@cache
def functions_of(path: str) -> tuple[FunctionType, ...]:
    """Every function object of a module that is loaded, those in classes, validators and closures among them."""
    name = dotted(path)
    return tuple(
        one for one in gc.get_objects() if isinstance(one, FunctionType) and one.__globals__.get("__name__") == name
    )


def swap(site: Site) -> int:
    """Gives the loaded module's functions the weakened code. Returns how many changed: none is a defect of the list."""
    weak = {code.co_qualname: code for code in _codes(compile(site.tree(), "weakened", "exec"))}
    changed = 0
    for one in functions_of(site.module):
        code = weak.get(one.__code__.co_qualname)
        if one.__code__.co_qualname.startswith(site.function) and code is not None:
            one.__code__ = code
            changed += 1
    return changed


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


class Changed(MetaPathFinder):
    """Imports modules of the product from other syntax trees; first on `sys.meta_path`."""

    def __init__(self, trees: dict[str, Callable[[], ast.Module]]) -> None:
        self.trees = {dotted(path): tree for path, tree in trees.items()}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in self.trees:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None and spec.origin is not None, name
        spec.loader = _Loader(name, spec.origin, self.trees[name])
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, tree: Callable[[], ast.Module]) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.tree(), self.path, "exec")


def preload(paths: Sequence[str]) -> None:
    """Imports the modules as they are, so that a forked process has to import only what a weakening touches."""
    for path in paths:
        importlib.import_module(dotted(path))
    _imports(_loaded())  # kept for the forks


def import_weakened(site: Site) -> None:
    """From now on the weakened module is imported; it and whatever imports it, directly or not, is forgotten."""
    for name in _dependents(dotted(site.module)):
        room, _, last = name.rpartition(".")
        sys.modules.pop(name, None)
        if room in sys.modules and last in vars(sys.modules[room]):
            delattr(sys.modules[room], last)
    sys.meta_path.insert(0, Changed({site.module: site.tree}))


def _dependents(changed: str) -> set[str]:
    """Loaded modules of the product that import a module, directly or not; and itself."""
    imports = _imports(_loaded())
    found = {changed}
    while more := {name for name, of in imports.items() if of & found} - found:
        found |= more
    return found


def _loaded() -> tuple[str, ...]:
    return tuple(sorted(name for name in sys.modules if name.startswith("plimsoll.")))


@cache
def _imports(names: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """What each module imports of the product, anywhere in it."""
    found = {}
    for name in names:
        file = sys.modules[name].__file__
        tree = ast.parse(Path(file).read_text()) if file else ast.Module([], [])
        of = {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                of |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        found[name] = frozenset(of)
    return found
