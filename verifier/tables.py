"""Step 1, "tables": the tables are well formed, and of the kind that the rest of the verifier relies on.

The tables are the verifier's own (rebuilt from pinned bytecode and the snapshot), so a failure here is a defect of the
release or a tampered installation, not of the proof. They are checked all the same: soundness of everything after this
step rests on what it establishes.
"""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.circuits.field import TWO_ADICITY, P
from plimsoll.circuits.tables import BLIND_BUS, BLINDS, MAX_DEGREE, Message, Node, Op, Table, TableSet
from plimsoll.verifier.errors import VerificationError, require

STEP = "tables"
LOG_ZK = 1
"""Zero knowledge doubles every column: half of the values are masks."""
MAX_FIELDS = 255


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of an expression without a row: its degree, its value if constant, and the columns it reads.

    `column` is the only main column that the expression depends on; None for a constant; MANY for anything else.
    """

    degree: int
    constant: int | None
    column: int | None


MANY = -1


def check_tables(tables: TableSet) -> list[list[NodeFacts]]:
    """Checks all tables; returns the facts of each table's nodes, table after table.

    Raises:
        VerificationError: step "tables", naming table and part.
    """
    require(len(tables.instances) > 0, STEP, "at least one instance", 0)
    names = [table.name for table in tables.tables]
    require(len(set(names)) == len(names), STEP, "tables of different names", names)
    for number, instance in enumerate(tables.instances):
        what = f"instance {number}: a table below {len(tables.tables)} and a height of 2 to 2^{TWO_ADICITY} rows"
        known = 0 <= instance.table < len(tables.tables)
        require(known and 0 < instance.log_height < TWO_ADICITY, STEP, what, instance)
        _check_periods(tables.tables[instance.table], 1 << instance.log_height)
    return [_check_table(table) for table in tables.tables]


def _check_periods(table: Table, height: int) -> None:
    """A shorter period would repeat public rows: two active root rows, two provided records."""
    for k, column in enumerate(table.periodic):
        require(len(column) == height, STEP, f"{table.name}: public column {k} of {height} rows", len(column))


def _check_table(table: Table) -> list[NodeFacts]:
    name = table.name
    require(table.degree == MAX_DEGREE, STEP, f"{name}: degree {MAX_DEGREE}", table.degree)
    sizes = (table.width, table.publics)
    require(
        table.width > 0 <= table.publics, STEP, f"{name}: at least one column and none or more public values", sizes
    )
    for k, column in enumerate(table.periodic):
        require(all(0 <= x < P for x in column), STEP, f"{name}: values below p in public column {k}", "another")
    facts = _node_facts(table)
    for k, node in enumerate(table.constraints):
        require(0 <= node < len(facts), STEP, f"{name}: constraint {k} among {len(facts)} nodes", node)
        degree = facts[node].degree
        require(degree <= MAX_DEGREE, STEP, f"{name}: constraint {k} of degree {MAX_DEGREE} at most", degree)
    for k, message in enumerate(table.messages):
        what = f"{name}: message {k} with a bus, 1 to {MAX_FIELDS} fields, weight 0 or 1 and known nodes"
        nodes = (*message.fields, message.count)
        known = all(0 <= node < len(facts) for node in nodes) and 0 < len(message.fields) <= MAX_FIELDS
        require(known and message.weight in (0, 1) and message.bus != "", STEP, what, message)
    _check_blinds(table)
    return facts


def _node_facts(table: Table) -> list[NodeFacts]:
    facts: list[NodeFacts] = []
    limits = {Op.CONST: P, Op.COLUMN: table.width, Op.PERIODIC: len(table.periodic), Op.PUBLIC: table.publics}
    for k, node in enumerate(table.nodes):
        limit = limits.get(node.op, k)
        operands = (node.a,) if node.op in limits else (node.a, node.b)
        what = f"{table.name}: node {k} ({node.op.name}) with operands below {limit}"
        require(all(0 <= operand < limit for operand in operands), STEP, what, operands)
        facts.append(_combine(node, facts))
    return facts


def _combine(node: Node, facts: list[NodeFacts]) -> NodeFacts:
    """Degrees as p3-air's symbolic expressions count them, which drop what a constant zero makes vanish: prover and
    verifier must pack the same messages into the same column."""
    match node.op:
        case Op.CONST:
            return NodeFacts(0, node.a, None)
        case Op.COLUMN:
            return NodeFacts(1, None, node.a)
        case Op.PERIODIC:
            return NodeFacts(1, None, MANY)
        case Op.PUBLIC:
            return NodeFacts(0, None, MANY)
    left, right = facts[node.a], facts[node.b]
    if left.constant is not None and right.constant is not None:
        values = {Op.ADD: left.constant + right.constant, Op.SUB: left.constant - right.constant}
        return NodeFacts(0, values.get(node.op, left.constant * right.constant) % P, None)
    if node.op is Op.MUL:
        if left.constant == 0 or right.constant == 0:
            return NodeFacts(0, 0, None)
        return NodeFacts(left.degree + right.degree, None, _join(left, right))
    return NodeFacts(max(left.degree, right.degree), None, _join(left, right))


def _join(left: NodeFacts, right: NodeFacts) -> int | None:
    columns = {facts.column for facts in (left, right) if facts.column is not None}
    return columns.pop() if len(columns) == 1 else MANY


def _check_blinds(table: Table) -> None:
    """The blind bus carries blind(0), blind(1), blind(2) with the blind columns as counts, and nothing else.

    Blinds are free, so a tuple of another bus that they counted could be provided out of nothing.
    """
    sent = [message for message in table.messages if message.bus == BLIND_BUS]
    good = len(sent) == len(table.blinds) == BLINDS and all(
        _is_blind(table, message, k, column)
        for k, (message, column) in enumerate(zip(sent, table.blinds, strict=False))
    )
    if not good:
        raise VerificationError(STEP, f"{table.name}: the three messages blind(0), blind(1), blind(2)", str(sent))


def _is_blind(table: Table, message: Message, k: int, column: int) -> bool:
    fields = [table.nodes[node] for node in message.fields]
    # A node that reads a column reads one that is there (`_node_facts`).
    count = table.nodes[message.count]
    return fields == [Node(Op.CONST, k)] and count == Node(Op.COLUMN, column) and message.weight == 0
