"""How one check is weakened: each function changes one node of a module's syntax tree, in place."""

from __future__ import annotations

import ast
from collections.abc import Callable

ORDERINGS: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
Mutation = Callable[[ast.Module, ast.AST], None]


def replaced(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    """Puts one node in the place of another."""

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    Put().visit(tree)


def never(_: ast.Module, node: ast.AST) -> None:
    assert isinstance(node, ast.If)
    node.test = ast.Constant(False)


def left_out(tree: ast.Module, node: ast.AST) -> None:
    replaced(tree, node, ast.Pass())


def always(tree: ast.Module, node: ast.AST) -> None:
    replaced(tree, node, ast.Constant(True))


def reraise(_: ast.Module, node: ast.AST) -> None:
    """What was translated into our own error escapes as it is."""
    assert isinstance(node, ast.Raise)
    node.exc = node.cause = None


def drop_keyword(tree: ast.Module, node: ast.AST) -> None:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and node in call.keywords:
            call.keywords = [one for one in call.keywords if one is not node]


def ignore_extra(_: ast.Module, node: ast.AST) -> None:
    assert isinstance(node, ast.keyword)
    node.value = ast.Constant("ignore")


def without(k: int) -> Mutation:
    def mutate(_: ast.Module, node: ast.AST) -> None:
        assert isinstance(node, ast.Tuple)
        del node.elts[k]

    return mutate


def neutral(k: int) -> Mutation:
    def mutate(_: ast.Module, node: ast.AST) -> None:
        assert isinstance(node, ast.BoolOp)
        node.values[k] = ast.Constant(isinstance(node.op, ast.And))

    return mutate


def without_link(k: int) -> Mutation:
    def mutate(tree: ast.Module, node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        values = [node.left, *node.comparators]
        kept: list[ast.expr] = [
            ast.Compare(values[i], [op], [values[i + 1]]) for i, op in enumerate(node.ops) if i != k
        ]
        replaced(tree, node, kept[0] if len(kept) == 1 else ast.BoolOp(ast.And(), kept))

    return mutate


def shifted(k: int) -> Mutation:
    def mutate(_: ast.Module, node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[k] = ORDERINGS[type(node.ops[k])]()

    return mutate


def unhashed(part: str, field: str) -> Mutation:
    """`self.encode()` within `digest` becomes that of a statement whose field is a fixed value of its type."""
    owner = f"self.{part}" if part else "self"
    blank = f"replace({owner}, {field}=type({owner}.{field})())"
    if part == "digests" or field in ("previous", "nonce_digest"):
        blank = blank.replace(f"type({owner}.{field})()", "bytes(DIGEST_BYTES)")
    whole = f"replace(self, {part}={blank})" if part else blank

    def mutate(tree: ast.Module, node: ast.AST) -> None:
        tree.body.insert(1, ast.parse("from dataclasses import replace").body[0])
        future = tree.body.index(next(n for n in tree.body if isinstance(n, ast.ImportFrom)))
        tree.body.insert(future + 1 if future > 1 else 2, tree.body.pop(1))
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "encode":
                call.func.value = ast.parse(whole, mode="eval").body

    return mutate


def loosen(tree: ast.Module, node: ast.AST) -> None:
    """The limit moves by the smallest step that lets something more through (see `LOOSER`)."""
    assert isinstance(node, ast.Name)
    step = ast.parse(LOOSER.get(node.id, "{0} = {0} + 1").format(node.id)).body[0]
    for k, statement in enumerate(tree.body):
        if node in ast.walk(statement):
            tree.body.insert(k + 1, step)
            return


LOOSER = {
    "FULL_SECURITY": "{0} = {0} - 1",
    "MIN_LOG_HEIGHT": "{0} = {0} - 1",
    "MIN_LOT_EXPONENT": "{0} = {0} - 1",
    "SMALLEST_M": "{0} = {0} - 1",
    "NULL_KEYS": "{0} = range({0}[0] + 1, {0}[-1] + 2)",
    "LOG_LEAVES": "{0} = range({0}[0] - 1, {0}[-1] + 2)",
    "ROWS_PER_ACCOUNT": "{0} = (*{0}, {0}[-1] + 1)",
    "MAX_ERROR": "{0} = {0} * 2",
    "MAX_FILE_BYTES": "{0} = {0} * 2",
    "MAX_BYTES": "{0} = {0} * 2",
}
"""How a limit is loosened where adding one is not it. `{0}` is the name."""
