"""Verifiers that have lost or changed one line of their transcript, made from the verifier's own sources.

`sites` lists, from the syntax trees, every line that puts something into the sponge or draws from it; a line that is
added to `verifier/transcript.py` or `verifier/challenger.py` is in the list without further work, and the tests fail
until it has an attack or an argument.
"""

from __future__ import annotations

import ast
import copy
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from adaptive_folding import Folding, body
from adaptive_prover import Prover
from prover_parts import Case

from plimsoll.verifier import challenger as challenger_module
from plimsoll.verifier import stark, transcript
from plimsoll.verifier.challenger import Challenger
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.extension import ZERO, Ext

MODULES: dict[str, ModuleType] = {"transcript": transcript, "challenger": challenger_module, "stark": stark}
ATTEMPTS = 4000
LOOPS = ("values", "commitment")
"""Loop variables of the transcript: a postponed line keeps what they were."""


class NoSuccessError(Exception):
    """No try at the positions, or at the work, succeeded."""


@dataclass(frozen=True)
class Site:
    """One line, and what becomes of it: dropped, or (for a challenge) replaced by the challenge before it.

    Attributes:
        module: its file in verifier/, without ".py".
        function: the function or method.
        text: the line as `ast.unparse` writes it.
        kind: "absorbed", "described" or "drawn".
    """

    module: str
    function: str
    text: str
    kind: str

    def __str__(self) -> str:
        return f"{self.function}: {self.text}"


def _functions(module: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    tree = ast.parse(inspect.getsource(MODULES[module]))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{f.name}", f) for f in node.body if isinstance(f, ast.FunctionDef))


def _kind(node: ast.AST) -> str | None:
    """What a statement does to the sponge."""
    if not isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.Return)):
        return None
    if "challenger.sample" in ast.unparse(node):
        return "drawn"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = ast.unparse(node.value.func)
        if name in ("described.step", "described.bind", "described.bracket", "self._lines.append"):
            return "described"
        if name.endswith((".observe", ".observe_bytes", ".observe_extension", ".seed", ".sample_bytes", "_check_work")):
            return "absorbed"
        if name == "require" and "witness" in ast.unparse(node):
            return "absorbed"
    if isinstance(node, (ast.Assign, ast.AugAssign)):
        target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        if target in ("self._input", "self._output"):
            return "absorbed"
        if target == "self._label" and isinstance(node, ast.AugAssign):
            return "described"
    return None


@cache
def sites() -> tuple[Site, ...]:
    """Every line, in the files' order.

    Left out: `Challenger.__init__` (it starts the sponge, as the line of stark.py says), and what `sample_bytes` takes
    from a digest (`self._output = ...`), which draws and absorbs nothing.
    """
    found = [Site("stark", "verify_proof", "challenger = Challenger(statement_digest)", "absorbed")]
    for module in ("transcript", "challenger"):
        for function, node in _functions(module):
            if function.endswith("__init__"):
                continue
            lines = [part for part in ast.walk(node) if isinstance(part, ast.stmt) and _kind(part)]
            for line in sorted(lines, key=lambda part: part.lineno):
                text = ast.unparse(line)
                if not (function == "Challenger.sample_bytes" and text.startswith("self._output =")):
                    found.append(Site(module, function, text, _kind(line) or ""))
    return tuple(found)


class _Change(ast.NodeTransformer):
    """Drops a statement, or replaces a draw."""

    def __init__(self, site: Site, *, moved: bool, part: int | None) -> None:
        self.site, self.moved, self.part, self.done, self.within = site, moved, part, 0, ""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.within = f"{node.name}."
        self.generic_visit(node)
        self.within = ""
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if self.within + node.name == self.site.function:
            self.generic_visit(node)
        return node

    def visit(self, node: ast.AST) -> Any:
        if _kind(node) == self.site.kind and ast.unparse(node) == self.site.text:
            self.done += 1
            new = _Again().visit(node) if self.site.kind == "drawn" else ast.Pass()
            if self.moved:
                held = "".join(f", {name}={name}" for name in LOOPS if name in self.site.text)
                new = ast.parse(f"challenger.postpone(lambda challenger{held}: {self.site.text})").body[0]
            if self.part is not None:
                new = ast.parse(f"if challenger.counted() != {self.part}: {self.site.text}").body[0]
            return ast.fix_missing_locations(ast.copy_location(new, node))
        return super().visit(node)


class _Again(ast.NodeTransformer):
    """Draws nothing new: the last challenge again, or position 0."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = ast.unparse(node.func)
        if name.startswith("challenger.sample"):
            last = "again_bits" if name.endswith("bits") else "again"
            return ast.Call(ast.Attribute(ast.Name("challenger", ast.Load()), last, ast.Load()), [], [])
        return self.generic_visit(node)


def _load(
    module: str,
    site: Site | None,
    *,
    moved: bool = False,
    part: int | None = None,
    replaced: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The names of a module, one line changed, other modules' names replaced."""
    source = MODULES[module]
    tree = ast.parse(inspect.getsource(source))
    if site is not None and site.module == module and module != "stark":
        change = _Change(site, moved=moved, part=part)
        tree = ast.fix_missing_locations(change.visit(tree))
        assert change.done == 1, (str(site), change.done)
    names: dict[str, Any] = {"__name__": source.__name__}
    exec(compile(tree, f"<{source.__name__}, changed>", "exec"), names)
    # In place: functions look names up where they were defined.
    assert set(replaced or {}) <= set(names)
    names.update(replaced or {})
    return names


class Sponge(Challenger):
    """Remembers what was drawn; where a variant says so it draws the same again, or takes in what it is given only
    after the next draws."""

    drawn: list[Ext]


def _recording(parent: type[Challenger], start: bytes | None) -> type[Sponge]:
    class Recording(parent):  # type: ignore[misc, valid-type]
        def __init__(self, given: bytes) -> None:
            super().__init__(given if start is None else start)
            self.drawn: list[Ext] = []
            self.postponed: list[Callable[[Recording], None]] = []
            self.due = False
            self.count = -1

        def counted(self) -> int:
            self.count += 1
            return self.count

        def postpone(self, line: Callable[[Recording], None]) -> None:
            self.postponed.append(line)
            self.due = False

        def observe_bytes(self, data: bytes) -> None:
            if self.due and self.postponed:
                lines, self.postponed = self.postponed, []
                for line in lines:
                    line(self)
            super().observe_bytes(bytes(data))

        def sample_extension(self) -> Ext:
            self.due = True
            self.drawn.append(super().sample_extension())
            return self.drawn[-1]

        def again(self) -> Ext:
            self.drawn.append(self.drawn[-1] if self.drawn else ZERO)
            return self.drawn[-1]

        def again_bits(self) -> int:
            return 0

    return Recording


class Variant:
    """A verifier with one line changed (or none), and the prover's run against it.

    `moved`: the line is not gone, but comes after the challenge that it should precede. `part`: the line, which stands
    in a loop, is gone in one turn only.
    """

    def __init__(self, site: Site | None = None, *, moved: bool = False, part: int | None = None) -> None:
        sponge = _load("challenger", site)
        start = bytes(32) if site is not None and site.module == "stark" else None
        self.sponge = _recording(sponge["Challenger"], start)
        own = {"Challenger": self.sponge, "Description": sponge["Description"]}
        self.transcript = _load("transcript", site, moved=moved, part=part, replaced=own)
        phases = {name: self.transcript[name] for name in ("batch_phase", "opening_phase", "fri_phase")}
        self.stark = _load("stark", None, replaced={"Challenger": self.sponge, **phases})

    def verify(self, case: Case, publics: Sequence[int], proof: bytes, digest: bytes | None = None) -> None:
        """`verify_proof` of the changed verifier."""
        self.stark["verify_proof"](case.tables, list(publics), digest or case.digest, proof, case.profile)

    def prove(self, strategy: type[Prover], case: Case, seed: int = 0, attempts: int = ATTEMPTS) -> Result:
        """Runs the transcript with the prover in place of the proof, until a try at the positions succeeds."""
        sponge = self.sponge(case.digest)
        prover = strategy(case, sponge, seed)
        self.transcript["batch_phase"](sponge, prover.shape, prover.demanded_publics(), prover)
        self.transcript["opening_phase"](sponge, prover.claimed(), prover.batch_pow)
        for attempt in range(attempts):
            prover.sponge = copy.deepcopy(sponge)
            folding = prover.folding(attempt)
            try:
                challenges = self.transcript["fri_phase"](prover.sponge, prover.shape, folding)
            except VerificationError:  # no luck with the work
                continue
            folding.finish(challenges.indices)
            if folding.passes(challenges.indices):
                return Result(body(prover, folding, challenges.indices), prover, folding, attempt + 1)
        raise NoSuccessError(f"in {attempts} tries")


@dataclass(frozen=True)
class Result:
    """A proof, who made it, and how many times the last rounds were run for it."""

    body: bytes
    prover: Prover
    folding: Folding
    attempts: int
