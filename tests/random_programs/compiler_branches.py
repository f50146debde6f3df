"""Which branches of the compiler a set of programs uses: each way of each `if` and each `case` of six modules.

A way that only raises is a refusal, which accepted programs cannot use; refusals have programs of their own
(docs/security/refusals.md) and are not counted here.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from machine import CIRCUITS

MODULES = ("walk", "callgraph", "cursors", "builtins", "memory", "calls")
Way = tuple[str, int, bool]
"""Module, line of the `if` or `case`, and whether its body is entered."""


def refuses(body: list[ast.stmt]) -> bool:
    """Whether a body does nothing but raise (perhaps after naming what is wrong)."""
    return isinstance(body[-1], ast.Raise)


def walked(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that run on import or for a refusal's message only."""
    for node in ast.iter_child_nodes(tree):
        imports = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        if not imports and not (isinstance(node, ast.FunctionDef) and node.name == "located"):
            yield node
            yield from walked(node)


class Reached:
    """A context in which the compiler's lines are watched."""

    def __init__(self) -> None:
        self.files = {str((CIRCUITS / "compiler" / f"{m}.py").resolve()): m for m in MODULES}
        self.arcs: set[tuple[str, int, int]] = set()
        self._names: dict[str, str | None] = {}

    def __enter__(self) -> None:
        sys.settrace(self._trace)

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _trace(self, frame: FrameType, _event: str, _arg: Any) -> Any:
        name = frame.f_code.co_filename
        if name not in self._names:
            self._names[name] = self.files.get(str(Path(name).resolve()))
        module = self._names[name]
        if module is None:
            return None
        before = frame.f_lineno

        def local(frame: FrameType, event: str, _arg: Any) -> Any:
            nonlocal before
            now = 0 if event == "return" else frame.f_lineno
            self.arcs.add((module, before, now))
            before = now
            return local

        return local

    def ways(self) -> dict[Way, bool]:
        """Every way that an accepted program could go, and whether one did."""
        found: dict[Way, bool] = {}
        for file, module in self.files.items():
            arcs = {(a, b) for m, a, b in self.arcs if m == module}
            lines = {b for _, b in arcs}
            for node in walked(ast.parse(Path(file).read_text())):
                if isinstance(node, ast.match_case):
                    found[module, node.pattern.lineno, True] = node.body[0].lineno in lines
                if not isinstance(node, ast.If):
                    continue
                body = node.body[0].lineno
                if not refuses(node.body):
                    found[module, node.lineno, True] = body in lines
                if not node.orelse or not refuses(node.orelse):
                    tested = range(node.lineno, (node.test.end_lineno or node.lineno) + 1)
                    left = any(a in tested and b not in tested and b != body for a, b in arcs)
                    found[module, node.lineno, False] = left
        return found
