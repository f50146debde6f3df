"""The list of everything that refuses: found by walking the syntax trees of all modules that verifying executes.

A `Site` is one place and one way to weaken it. Nothing is listed by hand: a new check is a new site, and a site that no
input kills and nobody argued fails the tests.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from check_weakenings import (
    ORDERINGS,
    Mutation,
    always,
    drop_keyword,
    ignore_extra,
    left_out,
    loosen,
    neutral,
    never,
    reraise,
    shifted,
    unhashed,
    without,
    without_link,
)

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {
    "verifier/__init__.py": "empty",
    "verifier/archive.py": "a publication's one file: tests/mutations_publications",
    "verifier/attestations.py": "several verifiers' word: tests/mutations_publications",
    "verifier/contexts.py": "to whom an attested statement belongs: tests/mutations_publications",
    "verifier/onchain.py": "attestations as bytes for contracts: tests/mutations_publications",
    "verifier/quorums.py": "who signed: tests/mutations_publications",
    "verifier/bundle.py": "publications as files: tests/mutations_publications",
    "verifier/customer.py": "customers' files: tests/mutations_publications",
    "verifier/assets.py": "names of coins and accounts: tests/mutations_publications",
    "verifier/ownership.py": "what wallets sign: tests/mutations_publications",
    "verifier/ethereum.py": "signatures of accounts: tests/mutations_publications",
    "verifier/publication.py": "publications: tests/mutations_publications",
    "verifier/oracles.py": "attested prices: tests/mutations_publications",
    "verifier/receipts.py": "promises to customers: tests/mutations_publications",
    "verifier/reserves.py": "addresses of reserves: tests/mutations_publications",
    "verifier/coverage.py": "reserves against claims, in the clear: tests/mutations_publications",
    "verifier/figures.py": "what was verified, in words",
    "verifier/not_said.py": "what no proof says, in words",
    "verifier/conformance.py": "runs test vectors; `plimsoll verify` does not",
    "verifier/sampling.py": "leaves drawn for an audit: tests/mutations_publications",
    "verifier/tie_out.py": "totals against a ledger: tests/mutations_publications",
    "verifier/vector_files.py": "reads test vectors",
    "verifier/vectors.py": "the format of test vectors",
}
"""The modules of verifier/ that this list does not have: verifying a book's proof does not execute them, or the reason
says where the forgeries of their checks are."""
ELSEWHERE = (
    "circuits/batch_tables.py",
    "circuits/book_tables.py",
    "circuits/program.py",
    "circuits/schedule_records.py",
    "circuits/shapes.py",
    "circuits/tables.py",
    "circuits/totals_tables.py",
    "engine/book_claims.py",
    "engine/brackets.py",
    "engine/decimals.py",
    "engine/dominance.py",
    "engine/fields.py",
    "engine/instruments.py",
    "engine/json_files.py",
    "engine/market.py",
    "engine/parameters.py",
    "engine/schedule.py",
    "engine/snapshot.py",
    "engine/tiers.py",
)
"""Modules of the other rooms whose refusals `plimsoll verify` relies on."""
FIELDS = ("ge", "gt", "le", "lt", "pattern")
"""Arguments of `Field` that are limits."""
CHECKER = re.compile(r"_?(check|confines|equal|fresh|is_blind)")
BOUND = re.compile(
    r"MAX_|PACKED_DEGREE|MIN_|SMALLEST_|LARGEST_|FULL_SECURITY|LOG_LEAVES|ROWS_PER_ACCOUNT|NULL_KEYS|(?!MODULUS)\w+_BITS$"
)
"""Names of constants that are limits: sizes, counts, floors. `check_reasons` lists every other integer constant."""


@dataclass(frozen=True)
class Site:
    """One weakening of one check.

    Attributes:
        key: stable name: module, function, kind, and the text of what is weakened; no line numbers.
        lines: lines of the statement whose refusal it weakens (first, last).
        node: number of the node among `ast.walk` of the module.
    """

    key: str
    module: str
    function: str
    kind: str
    text: str
    lines: tuple[int, int]
    node: int
    mutate: Mutation

    def tree(self) -> ast.Module:
        """The module with this one weakening."""
        tree = copy.deepcopy(parsed(self.module))
        node = list(ast.walk(tree))[self.node]
        self.mutate(tree, node)
        return ast.fix_missing_locations(tree)


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse((ROOT / module).read_text())


def modules() -> tuple[str, ...]:
    """Every module with sites. A new module of verifier/ is among them unless it is left out by name."""
    own = sorted(f"verifier/{path.name}" for path in (ROOT / "verifier").glob("*.py"))
    return (*(name for name in own if name not in LEFT_OUT), *ELSEWHERE)


@cache
def all_sites() -> tuple[Site, ...]:
    return sites_of(modules())


def sites_of(listed: Iterable[str], fields: tuple[str, ...] = FIELDS, *, collected: bool = False) -> tuple[Site, ...]:
    """The sites of some modules, each with a key of its own.

    Args:
        fields: arguments of `Field` that are limits.
        collected: also the conditions under which a problem is put on a list, to be raised together with others.
    """
    found = [site for module in listed for site in _Walker(module, fields, collected).sites()]
    assert len({site.key for site in found}) == len(found)
    return tuple(found)


class _Walker:
    """Collects the sites of one module."""

    def __init__(self, module: str, fields: tuple[str, ...] = FIELDS, collected: bool = False) -> None:
        self.module, self.fields, self.collected = module, fields, collected
        self.tree = parsed(module)
        self.numbers = {node: i for i, node in enumerate(ast.walk(self.tree))}
        self.seen: Counter[str] = Counter()

    def site(self, function: str, kind: str, node: ast.AST, mutate: Mutation, text: str, holder: ast.AST) -> Site:
        key = f"{self.module} {function} | {kind} | {text}"
        self.seen[key] += 1
        if self.seen[key] > 1:
            key += f" #{self.seen[key]}"
        lines = (holder.lineno, getattr(holder, "end_lineno", 0) or holder.lineno)  # type: ignore[attr-defined]
        return Site(key, self.module, function, kind, text, lines, self.numbers[node], mutate)

    def sites(self) -> Iterator[Site]:
        yield from self._constants()
        yield from self._models()
        for name, function in functions(self.tree):
            yield from self._function(name, function)

    # Constants and pydantic's own limits.

    def _constants(self) -> Iterator[Site]:
        for name, node in constants(self.tree):
            if BOUND.match(name):
                yield self.site("", "bound", node, loosen, f"{name} loosened", node)

    def _models(self) -> Iterator[Site]:
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            for keyword in node.keywords:
                text = ast.unparse(keyword)
                if node.func.id == "Field" and keyword.arg in self.fields:
                    yield self.site("", "model", keyword, drop_keyword, f"Field({text}) removed", keyword)
                if node.func.id == "ConfigDict" and keyword.arg == "extra":
                    yield self.site("", "model", keyword, ignore_extra, f"{text} ignored", keyword)

    # Functions.

    def _function(self, name: str, function: ast.FunctionDef) -> Iterator[Site]:
        nodes = list(ast.walk(function))
        predicate = isinstance(function.returns, ast.Name) and function.returns.id == "bool"
        checks = predicate or any(isinstance(n, ast.Raise) or _calls(n, "require") for n in nodes)
        holders = _holders(function)
        handled = {n for handler in nodes if isinstance(handler, ast.ExceptHandler) for n in ast.walk(handler)}
        guarded: set[ast.AST] = set()
        for node in nodes:
            if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise) and node not in handled:
                guarded.add(node.body[-1])
                yield self.site(name, "guard", node, never, f"if {ast.unparse(node.test)}: raise", node.body[-1])
            elif isinstance(node, ast.If) and predicate and ast.unparse(node.body[-1]) == "return False":
                yield self.site(name, "guard", node, never, f"if {ast.unparse(node.test)}: return False", node)
            elif isinstance(node, ast.If) and self.collected and any(map(_tells, node.body)):
                yield self.site(name, "guard", node, never, f"if {ast.unparse(node.test)}: a problem", node.body[0])
        for node in nodes:
            if isinstance(node, ast.Raise) and node in handled:
                kind, mutate = "translation", reraise
                if node.exc is not None:
                    yield self.site(name, kind, node, mutate, ast.unparse(node.exc.func), node)  # type: ignore[attr-defined]
            elif isinstance(node, ast.Raise) and node not in guarded:
                yield self.site(name, "raise", node, left_out, f"raise {ast.unparse(node.exc or node)[:60]}", node)
            elif isinstance(node, ast.Assert):
                yield self.site(name, "assert", node, left_out, f"assert {ast.unparse(node.test)}", node)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                yield from self._call(name, node, node.value)
            elif isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
                yield from self._names(name, node)
        if checks:
            for node in nodes:
                if node in holders:
                    yield from self._condition(name, node, holders[node])
        if self.module == "verifier/statement.py" and name == "Statement.digest":
            yield from self._fields(name, function)

    def _call(self, name: str, node: ast.Expr, call: ast.Call) -> Iterator[Site]:
        called = _called(call)
        if called == "require":
            yield self.site(name, "require", node, left_out, ast.unparse(call.args[0]), node)
        elif CHECKER.match(called) or (name == "market_problems" and called == "add"):
            shown = ", ".join(ast.unparse(arg) for arg in call.args)
            yield self.site(name, "check call", node, left_out, f"{called}({shown})", node)

    def _names(self, name: str, node: ast.For) -> Iterator[Site]:
        """Each name of a loop that compares what the names stand for."""
        assert isinstance(node.iter, ast.Tuple)
        raising = any(isinstance(n, ast.Raise) or _is_check(n) for n in ast.walk(node))
        if raising and all(isinstance(one, ast.Constant) for one in node.iter.elts):
            for k, one in enumerate(node.iter.elts):
                yield self.site(name, "digest", node.iter, without(k), f"{ast.unparse(one)} not compared", node)

    def _condition(self, name: str, node: ast.AST, holder: ast.stmt) -> Iterator[Site]:
        """Operands, links of chains, orderings and predicates within one condition."""
        if isinstance(node, ast.BoolOp):
            for k, operand in enumerate(node.values):
                text = f"without `{ast.unparse(operand)}`"
                yield self.site(name, "operand", node, neutral(k), text, holder)
        elif isinstance(node, ast.Compare):
            for k, op in enumerate(node.ops):
                if len(node.ops) > 1:
                    link = f"without link {k + 1} of `{ast.unparse(node)}`"
                    yield self.site(name, "operand", node, without_link(k), link, holder)
                if type(op) in ORDERINGS:
                    text = f"{_symbol(op)} shifted in `{ast.unparse(node)}`"
                    if len(node.ops) > 1:
                        text += f" at {k + 1}"
                    yield self.site(name, "ordering", node, shifted(k), text, holder)
        elif isinstance(node, ast.Call) and CHECKER.match(_called(node)):
            yield self.site(name, "check call", node, always, f"{_called(node)}(...) always true", holder)

    def _fields(self, name: str, function: ast.FunctionDef) -> Iterator[Site]:
        """Each field of a statement, of its profile and of its digests left out of what is hashed."""
        classes = {node.name: node for node in self.tree.body if isinstance(node, ast.ClassDef)}
        profile = next(node for node in parsed("verifier/profile.py").body if isinstance(node, ast.ClassDef))
        holders = {"": classes["Statement"], "digests": classes["Digests"], "profile": profile}
        for part, holder in holders.items():
            for field in holder.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    one = field.target.id
                    if not part and one in holders:
                        continue
                    path = f"{part}.{one}" if part else one
                    mutate = unhashed(part, one)
                    yield self.site(name, "field", function, mutate, f"{path} not hashed", function)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods by qualified name; those nested in a function belong to it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def constants(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Module-level constants in capitals, with the assignment; a pair assigned at once is given twice."""
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(one, ast.Name) and one.id.lstrip("_").isupper() and len(one.id) > 1:
                    yield one.id, one


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _tells(node: ast.stmt) -> bool:
    """Whether a statement hands on a problem, or that it has put one on a list."""
    made = node.value if isinstance(node, ast.Expr | ast.Return) else None
    made = made.value if isinstance(made, ast.Yield) else made
    return isinstance(made, ast.Call) and ("problem" in _called(made) or ast.unparse(made.func) == "problems.append")


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and _called(node) == name


def _is_check(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and (_called(node) == "require" or bool(CHECKER.match(_called(node))))


def _holders(function: ast.FunctionDef) -> dict[ast.AST, ast.stmt]:
    """Every node of a condition, with the statement it belongs to.

    Conditions: tests of if, while and conditional expressions; the first argument of `require`; filters of
    comprehensions; what a predicate returns; a local name that is assigned a comparison.
    """
    result: dict[ast.AST, ast.stmt] = {}
    predicate = isinstance(function.returns, ast.Name) and function.returns.id == "bool"

    def mark(condition: ast.AST, holder: ast.stmt) -> None:
        for node in ast.walk(condition):
            result.setdefault(node, holder)

    for statement in ast.walk(function):
        if not isinstance(statement, ast.stmt) or isinstance(statement, ast.FunctionDef):
            continue
        own = _own_expressions(statement)
        if isinstance(statement, ast.If | ast.While | ast.Assert):
            mark(statement.test, statement)
        if isinstance(statement, ast.Return) and predicate and statement.value is not None:
            mark(statement.value, statement)
        if isinstance(statement, ast.Assign) and _is_truth(statement.value):
            mark(statement.value, statement)
        for node in own:
            if isinstance(node, ast.IfExp):
                mark(node.test, statement)
            if _calls(node, "require"):
                mark(node.args[0], statement)  # type: ignore[attr-defined]
            if isinstance(node, ast.comprehension):
                for test in node.ifs:
                    mark(test, statement)
    return result


def _is_truth(value: ast.expr) -> bool:
    """Whether a value is true or false; `given or default` is not."""
    if isinstance(value, ast.BoolOp):
        return any(isinstance(one, ast.Compare | ast.UnaryOp) or _is_truth(one) for one in value.values)
    return isinstance(value, ast.Compare)


def _own_expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Nodes of a statement that are in none of its inner statements."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from (node for node in ast.walk(child) if not isinstance(node, ast.stmt))


def _symbol(op: ast.cmpop) -> str:
    return {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}[type(op)]
