"""Lookups: which messages share a fraction column, and the conditions under which balanced buses mean matched claims.

LogUp (Haboeck, eprint 2022/1530) shows that for each tuple t of each bus the counts of all messages (bus, t), over all
rows of all tables, sum to zero in the field. That means what it should (every required tuple is provided) if

- all tuples of a bus have one width: p3-lookup folds a tuple with powers of beta from its last field, so a shorter one
  equals a longer one with zeros in front;
- the number of times that a tuple can be required is below p: else p requirements of a forged tuple sum to zero;
- a requirement counts zero or one, never more and never a negative amount.

A count of weight 1 is a requirement; one of weight 0 provides, and is bounded by nothing: a table's row that satisfies
its constraints may be claimed any number of times.

A ledger's bus has entries only, of weight 0, each counted by its amount: there the sum of counts is the statement, and
that it is zero over the integers follows from the bounds of the program's amounts (docs/protocol/batch.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import Message, Node, Op, Table, TableSet
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.tables import MANY, STEP, NodeFacts

PACKED_DEGREE = 4
"""Degree up to which messages are packed into one column: p3-batch-stark's free budget 2^log_chunks + 1 - is_zk at
four quotient chunks (2^2 + 1 - 1), which tables of degree 3 and 4 have."""


@dataclass(frozen=True, slots=True)
class FractionColumn:
    """Messages of one bus whose fractions count / (challenge - tuple) are summed in one committed column."""

    bus: str
    messages: tuple[Message, ...]


def pack(table: Table, facts: Sequence[NodeFacts]) -> tuple[FractionColumn, ...]:
    """The table's fraction columns in committed order (p3-lookup `pack_same_bus_with_degree`).

    Buses in order of first appearance; in each, messages join the open column while its degree allows.
    """
    buses: dict[str, list[Message]] = {}
    for message in table.messages:
        buses.setdefault(message.bus, []).append(message)
    columns = []
    for bus, messages in buses.items():
        current: list[Message] = []
        for message in messages:
            if current and fraction_degree([*current, message], facts) > PACKED_DEGREE:
                columns.append(FractionColumn(bus, tuple(current)))
                current = []
            current.append(message)
            degree = fraction_degree(current, facts)
            what = f"{table.name}: a message on {bus} of degree {PACKED_DEGREE} at most"
            require(degree <= PACKED_DEGREE, STEP, what, degree)
        columns.append(FractionColumn(bus, tuple(current)))
    return tuple(columns)


def fraction_degree(messages: Sequence[Message], facts: Sequence[NodeFacts]) -> int:
    """Degree of the constraint U * f - V of a column f = V / U that holds these messages."""
    fields = [max(facts[field].degree for field in message.fields) for message in messages]
    total = sum(fields)
    numerator = max(facts[m.count].degree + total - degree for m, degree in zip(messages, fields, strict=True))
    return max(1 + total, numerator)


def check_buses(tables: TableSet, facts: Sequence[Sequence[NodeFacts]]) -> None:
    """One width for each bus, requirements that count zero or one, and too few of them to wrap.

    Raises:
        VerificationError: step "tables".
    """
    widths: dict[str, int] = {}
    for table, known in zip(tables.tables, facts, strict=True):
        for k, message in enumerate(table.messages):
            width = widths.setdefault(message.bus, len(message.fields))
            what = f"{table.name}: {width} fields in message {k} on bus {message.bus}"
            require(len(message.fields) == width, STEP, what, len(message.fields))
            if message.weight:
                _check_boolean(table, known, k, message)
    # Upstream's bound sums declared weights; ours counts every message, whatever it declares.
    messages = sum(len(tables.tables[i.table].messages) << i.log_height for i in tables.instances)
    require(messages < P, STEP, "fewer messages over all rows than the field has elements", messages)


def _check_boolean(table: Table, facts: Sequence[NodeFacts], k: int, message: Message) -> None:
    """The count is a column that the table's own constraints confine to zero and one."""
    count = table.nodes[message.count]
    if count.op is Op.COLUMN and any(_confines(table, facts, c, count.a) for c in table.constraints):
        return
    expected = f"{table.name}: message {k} on {message.bus} counted by a column confined to 0 and 1"
    raise VerificationError(STEP, expected, f"{count.op.name} {count.a}")


def _confines(table: Table, facts: Sequence[NodeFacts], constraint: int, column: int) -> bool:
    """Whether a constraint is a multiple of c^2 - c, or sets c to a public column of zeros and ones."""
    node = table.nodes[constraint]
    if facts[constraint].column == column:
        # A polynomial in c alone, of degree 3 at most: four values determine it.
        zero, one, two, three = (_evaluate(table.nodes, constraint, c) for c in range(4))
        return zero == one == 0 != two and three == 3 * two % P
    if node.op is not Op.SUB or facts[constraint].column != MANY:
        return False
    pair = {table.nodes[node.a].op: table.nodes[node.a], table.nodes[node.b].op: table.nodes[node.b]}
    if set(pair) != {Op.COLUMN, Op.PERIODIC} or pair[Op.COLUMN].a != column:
        return False
    return set(table.periodic[pair[Op.PERIODIC].a]) <= {0, 1}


def _evaluate(nodes: Sequence[Node], root: int, column_value: int) -> int:
    """A node that depends on one column only, at a value of that column."""
    known: dict[int, int] = {}
    pending = [root]
    while pending:
        index = pending[-1]
        node = nodes[index]
        if node.op in (Op.CONST, Op.COLUMN, Op.PERIODIC, Op.PUBLIC):
            # Public values occur beneath a constant factor of zero only: else the node would depend on them.
            known[index] = {Op.CONST: node.a, Op.COLUMN: column_value}.get(node.op, 0)
        elif node.a in known and node.b in known:
            a, b = known[node.a], known[node.b]
            known[index] = {Op.ADD: a + b, Op.SUB: a - b, Op.MUL: a * b}[node.op] % P
        else:
            pending += [k for k in (node.a, node.b) if k not in known]
            continue
        pending.pop()
    return known[root]


def bus_numbers(columns: Sequence[Sequence[FractionColumn]]) -> dict[str, int]:
    """Number of each bus: order of first appearance over the instances' packed columns (p3-batch-stark
    `lay_out_lookup_challenges`)."""
    numbers: dict[str, int] = {}
    for instance in columns:
        for column in instance:
            numbers.setdefault(column.bus, len(numbers))
    return numbers


def widest(columns: Sequence[Sequence[FractionColumn]]) -> int:
    """Fields of the widest tuple: the buses' offsets sit one power of beta above it."""
    return max(len(message.fields) for instance in columns for column in instance for message in column.messages)
