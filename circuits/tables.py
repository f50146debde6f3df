"""Tables as data: what the compiler produces, the prover fills with rows and the verifier checks.

A table is a matrix of field elements of which every row satisfies the same constraints. A constraint and a message
are expressions of one row only (no constraint reads the next row); expressions are nodes of a directed acyclic graph,
each node written once. `encode` is the canonical binary form: its SHA-256 stands in every statement, and the Rust core
reads the very same bytes, so what is digested is what is proven.

Encoding (integers little-endian; `str` is a u16 length and UTF-8 bytes):

    tables    := u32 number of tables, table*, u32 number of instances, instance*
    table     := str name, u32 width, u32 publics, u8 degree,
                 u32 n, node*, u32 n, u32 constraint*, u32 n, message*, u32 n, u32 blind column*,
                 u32 number of periodic columns, u32 length of each, u64 value* (column after column)
    node      := u8 0, u64 constant | u8 1, u32 column | u8 2, u32 periodic column | u8 3, u32 public value
               | u8 4, u32 a, u32 b (sum) | u8 5, u32 a, u32 b (difference) | u8 6, u32 a, u32 b (product)
    message   := str bus, u8 number of fields, u32 node*, u32 count node, u8 weight
    instance  := u32 table index, u8 log2 of the height
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from plimsoll.circuits.field import P

BLIND_BUS = "blind"
BLINDS = 3
"""Three blinds for each table: a LogUp terminal is an element of the cubic extension (docs/security)."""
MAX_DEGREE = 3
"""Degree of a constraint's polynomial in the columns; the prover's degree hint for packing messages."""


class Op(IntEnum):
    """Kinds of expression nodes; the number is the byte of the canonical encoding."""

    CONST = 0
    COLUMN = 1
    PERIODIC = 2
    PUBLIC = 3
    ADD = 4
    SUB = 5
    MUL = 6


@dataclass(frozen=True, slots=True)
class Node:
    """One expression: `a` is a constant, an index, or the left operand's node; `b` the right operand's node."""

    op: Op
    a: int
    b: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A tuple on a bus. A positive count requires it, a negative one provides it; over all rows they cancel.

    `weight` bounds the count's absolute value as the prover library counts it: 1 for a boolean count that requires,
    0 for one that provides.
    """

    bus: str
    fields: tuple[int, ...]
    count: int
    weight: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns, constraints (nodes that are zero on every row), messages and public columns.

    `periodic` columns have the full height of the table (period = height, checked by the verifier); `publics` is the
    number of public values that its nodes may name; `blinds` are the columns that hide the LogUp terminal.
    """

    name: str
    width: int
    nodes: tuple[Node, ...]
    constraints: tuple[int, ...]
    messages: tuple[Message, ...]
    blinds: tuple[int, ...]
    periodic: tuple[tuple[int, ...], ...] = ()
    publics: int = 0
    degree: int = MAX_DEGREE


@dataclass(frozen=True, slots=True)
class Instance:
    """One matrix of a proof: a table at a height of 2^log_height rows. A table may have several instances."""

    table: int
    log_height: int


@dataclass(frozen=True, slots=True)
class TableSet:
    """All tables of a program at one shape class: everything that a proof's statement says about its constraints."""

    tables: tuple[Table, ...]
    instances: tuple[Instance, ...]

    def encode(self) -> bytes:
        """The canonical bytes (layout in the module's docstring)."""
        out = [struct.pack("<I", len(self.tables))]
        out += [_encode_table(t) for t in self.tables]
        out.append(struct.pack("<I", len(self.instances)))
        out += [struct.pack("<IB", i.table, i.log_height) for i in self.instances]
        return b"".join(out)

    def digest(self) -> bytes:
        """SHA-256 of the canonical bytes."""
        return hashlib.sha256(self.encode()).digest()

    def instance_tables(self) -> list[Table]:
        """The table of each instance, in the order of the instances."""
        return [self.tables[i.table] for i in self.instances]


class TableBuilder:
    """Collects a table's expressions, writing equal ones once. Methods that make a node return its index."""

    def __init__(self, name: str, publics: int = 0) -> None:
        self.name = name
        self.width = 0
        self.publics = publics
        self.periodic: list[tuple[int, ...]] = []
        self._nodes: list[Node] = []
        self._known: dict[Node, int] = {}
        self._constraints: list[int] = []
        self._messages: list[Message] = []

    def new_column(self) -> int:
        """A further main column; returns the column's index (not a node)."""
        self.width += 1
        return self.width - 1

    def node(self, op: Op, a: int, b: int = 0) -> int:
        node = Node(op, a, b)
        index = self._known.setdefault(node, len(self._nodes))
        if index == len(self._nodes):
            self._nodes.append(node)
        return index

    def const(self, value: int) -> int:
        return self.node(Op.CONST, value % P)

    def column(self, column: int) -> int:
        return self.node(Op.COLUMN, column)

    def public(self, index: int) -> int:
        return self.node(Op.PUBLIC, index)

    def add_periodic(self, values: Sequence[int]) -> int:
        """A public column with one value for each row; returns its node."""
        self.periodic.append(tuple(v % P for v in values))
        return self.node(Op.PERIODIC, len(self.periodic) - 1)

    def add(self, a: int, b: int) -> int:
        return self.node(Op.ADD, a, b)

    def sub(self, a: int, b: int) -> int:
        return self.node(Op.SUB, a, b)

    def mul(self, a: int, b: int) -> int:
        return self.node(Op.MUL, a, b)

    def polynomial(self, terms: Iterable[tuple[int, Sequence[int]]]) -> int:
        """Node of a sum of `coefficient * product of columns`; terms come as (coefficient, columns)."""
        total: int | None = None
        for coefficient, columns in terms:
            c = coefficient % P
            negative = c == P - 1
            product: int | None = None
            for column in columns:
                factor = self.column(column)
                product = factor if product is None else self.mul(product, factor)
            if product is None:
                product, negative = self.const(c), False
            elif c not in (1, P - 1):
                product = self.mul(self.const(c), product)
            if total is None:
                total = self.sub(self.const(0), product) if negative else product
            else:
                total = self.sub(total, product) if negative else self.add(total, product)
        return self.const(0) if total is None else total

    def assert_zero(self, node: int) -> None:
        self._constraints.append(node)

    def send(self, bus: str, fields: Sequence[int], count: int, weight: int) -> None:
        self._messages.append(Message(bus, tuple(fields), count, weight))

    def build(self) -> Table:
        """The finished table: three blind columns and their messages are added here, for every table alike."""
        blinds = tuple(self.new_column() for _ in range(BLINDS))
        for k, column in enumerate(blinds):
            self.send(BLIND_BUS, [self.const(k)], self.column(column), 0)
        return Table(
            name=self.name,
            width=self.width,
            nodes=tuple(self._nodes),
            constraints=tuple(self._constraints),
            messages=tuple(self._messages),
            blinds=blinds,
            periodic=tuple(self.periodic),
            publics=self.publics,
        )


def _encode_str(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<H", len(raw)) + raw


def _encode_u32s(values: Sequence[int]) -> bytes:
    return struct.pack(f"<I{len(values)}I", len(values), *values)


def _encode_node(n: Node) -> bytes:
    if n.op is Op.CONST:
        return struct.pack("<BQ", n.op, n.a)
    if n.op in (Op.COLUMN, Op.PERIODIC, Op.PUBLIC):
        return struct.pack("<BI", n.op, n.a)
    return struct.pack("<BII", n.op, n.a, n.b)


def _encode_message(m: Message) -> bytes:
    fields = struct.pack(f"<B{len(m.fields)}I", len(m.fields), *m.fields)
    return _encode_str(m.bus) + fields + struct.pack("<IB", m.count, m.weight)


def _encode_table(t: Table) -> bytes:
    length = len(t.periodic[0]) if t.periodic else 0
    return b"".join(
        [
            _encode_str(t.name),
            struct.pack("<IIB", t.width, t.publics, t.degree),
            struct.pack("<I", len(t.nodes)),
            *map(_encode_node, t.nodes),
            _encode_u32s(t.constraints),
            struct.pack("<I", len(t.messages)),
            *map(_encode_message, t.messages),
            _encode_u32s(t.blinds),
            struct.pack("<II", len(t.periodic), length),
            *(struct.pack(f"<{length}Q", *column) for column in t.periodic),
        ]
    )
