"""A case for each refusal of the compiler, by its place (refusals.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from refusals import Case, Rule, gullible, idle_row, zero_padded

from plimsoll.circuits.compiler import CompiledProgram
from plimsoll.circuits.instructions import Instruction, Opcode, Operand, Result, decode
from plimsoll.circuits.program import Function, Program


def with_function(program: Program, name: str, **changes: object) -> Program:
    def changed(f: Function) -> Function:
        return replace(f, **changes) if f.name == name else f  # type: ignore[arg-type]

    return replace(program, functions=tuple(changed(f) for f in program.functions))


def renamed(program: Program) -> Program:
    return replace(program, functions=tuple(replace(f, name=f.name.replace("two", "one")) for f in program.functions))


def told_apart(compiled: CompiledProgram) -> CompiledProgram:
    """Tables of one name get different ones: rows are filed by the table's name, claims by the bus."""
    paths = [replace(p, table=replace(p.table, name=f"{p.table.name}@{i}")) for i, p in enumerate(compiled.paths)]
    return replace(compiled, paths=tuple(paths))


def cursor_declared(program: Program) -> Program:
    return with_function(program, "count", arguments=("cursor:tape", "felt"))


def backwards(program: Program) -> Program:
    return replace(program, functions=program.functions[::-1])


def without_main(program: Program) -> Program:
    return replace(program, functions=tuple(f for f in program.functions if f.name != "main"))


def main_with_a_number(program: Program) -> Program:
    main = next(f for f in program.functions if f.name == "main")
    return with_function(program, "main", arguments=("felt", *main.arguments))


def word(opcode: Opcode, change: int, result: Result = Result.OP1) -> Callable[[Program], Program]:
    """Adds to the first word that is an instruction of this kind (an assertion: of an immediate or a product)."""

    def edit(program: Program) -> Program:
        words, pc = list(program.bytecode), 0
        while True:
            ins = decode(words, pc)
            if (ins.opcode, ins.result) == (opcode, result) and (
                opcode is not Opcode.ASSERT or literal(ins) or result is Result.MUL
            ):
                words[pc] += change
                return replace(program, bytecode=tuple(words))
            pc += ins.size

    return edit


def literal(ins: Instruction) -> bool:
    return ins.operand is Operand.IMMEDIATE


OP0, OP1, ADDS = 1 << 16, 1 << 32, 1 << 53
"""One more in the offset of the first or second operand; the flag of a sum."""

CASES = {
    "builtins.Segment.define.1": Case(
        "pointer_output",
        "second line",
        "A pointer in an output, a range check or a hash input is met again as a field.",
    ),
    "builtins.Segment.close.1": Case(
        "cursor_not_advanced", "lie", "Two calls would use the same cells; the tables give each its own.", (5, 1, 2)
    ),
    "builtins.Segment._touch.1": Case(
        "cell_behind_passed_cursor", "lie", "The cell is the callee's; the tables would give it another.", (1, 2, 9)
    ),
    "builtins.Segment._touch.2": Case(
        "write_before_cursor", "lie", "The cell is the caller's, or stands before the segment."
    ),
    "builtins.Segment.give.1": Case(
        "", "internal", "`read` is called for cells that are known; `gives` knows those only."
    ),
    "builtins.Tape.give.1": Case(
        "tape_out_of_order",
        "choice",
        "Witness and VM would read other cells; the tape is free, so a memory exists.",
        (1, 2),
    ),
    "builtins.Poseidon.give.1": Case(
        "poseidon_unwritten_capacity",
        "choice",
        "With a free column for the input, the prover chooses it: a free capacity element gives collisions.",
        instead="for i in missing:\n    self.cells[base + i] = Poly.column(self.trace.new_column())",
    ),
    "builtins.Ledger.close.1": Case("ledger_entry_cut", "second line", "A key without an amount."),
    "builtins.Rom.pointer.1": Case(
        "record_unaligned",
        "cautious",
        "The lookup confines the index to the table, so what the tables accept is right; addresses between records "
        "would have no witness.",
        (1,),
    ),
    "builtins.Rom.read.1": Case(
        "record_offset_negative", "lie", "A field of the record before would be read as one of this record.", (1,)
    ),
    "callgraph.CallGraph.callee.1": Case("call_absolute", "lie", "An absolute address read as a distance."),
    "callgraph.CallGraph.callee.2": Case("call_of_label", "second line", "No function: no signature to go by."),
    "callgraph.jump_target.1": Case("jump_absolute", "lie", "An absolute address read as a distance."),
    "callgraph.jump_target.2": Case(
        "jnz_backward", "second line", "A loop unrolled has endless paths; each of them would be right."
    ),
    "callgraph.build.1": Case(
        "edited/two_recursions",
        "lie",
        "Rows of one function would provide the other's claims.",
        (),
        edit=renamed,
        adapt=told_apart,
    ),
    "callgraph.build.2": Case(
        "edited/two_recursions", "second line", "Ends of functions would be wrong.", edit=backwards
    ),
    "callgraph.build.3": Case("edited/two_recursions", "second line", "Nothing to compile.", edit=without_main),
    "callgraph._instruction.1": Case(
        "jump_out_of_function", "cautious", "The walk follows the bytecode as the VM does; functions keep their ends."
    ),
    "callgraph._instruction.2": Case("data_executed", "second line", "A word that is no instruction has no meaning."),
    "callgraph._callees.1": Case(
        "main_called",
        "second line",
        "main would be inlined in itself without end; as a claim, a second row of main "
        "could cancel the first one's entries.",
    ),
    "callgraph._check_cursors.1": Case("unknown_builtin", "second line", "Nothing stands behind the cursor."),
    "callgraph._check_cursors.2": Case(
        "output_in_recursion", "second line", "What a recursion writes makes its claim wider than the caller's."
    ),
    "callgraph._check_cursors.3": Case(
        "edited/cursor_by_hand",
        "lie",
        "Two calls get one cursor: the VM reads the same cells twice, the tables two runs of cells.",
        (1, 2, 3, 4),
        edit=cursor_declared,
    ),
    "callgraph._check_claim.1": Case(
        "claim_with_pointer_argument", "second line", "A pointer in a message is met again as a field."
    ),
    "callgraph._check_claim.2": Case(
        "edited/two_recursions",
        "cautious",
        "The root requires a claim of outputs only; main's would have another width and meet nothing.",
        edit=main_with_a_number,
    ),
    "callgraph._record_sizes.1": Case(
        "record_two_layouts", "cautious", "Addresses are cells: the table is the same however it is cut into records."
    ),
    "callgraph._record_sizes.2": Case(
        "poseidon_wrong_layout", "cautious", "The structure's name of a cell does not change which cell it is."
    ),
    "callgraph._record_sizes.3": Case(
        "ledger_wrong_layout",
        "second line",
        "The entry that follows would begin in the middle of this one.",
    ),
    "callgraph._record_sizes.4": Case("schedule_without_layout", "second line", "The record's size is not known."),
    "calls.provide_claim.1": Case(
        "pointer_returned", "second line", "The claim that is provided would be narrower than the one required."
    ),
    "compile._paths.1": Case("too_many_paths", "cautious", "A bound on the number of tables.", (0, 1, 0, 1, 0, 1, 0)),
    "compile._paths.2": Case("unsatisfiable", "cautious", "A function without rows: nobody can prove its call."),
    "compile._check_widths.1": Case(
        "outputs_of_two_widths",
        "lie",
        "The proof library fills tuples up with zeros on the left (done here to the tables): one output is taken for "
        "two.",
        (0,),
        adapt=zero_padded,
    ),
    "cursors.Cursors.define.1": Case("", "internal", "Only cells that are not known are defined."),
    "cursors.Cursors.add.1": Case(
        "pointer_moved_by_variable", "second line", "The distance has no constant to go on with."
    ),
    "cursors.Cursors.pass_on.1": Case(
        "cursors_swapped", "lie", "One builtin's cells would be read as another's.", (1, 2)
    ),
    "cursors.Cursors.pass_on.2": Case(
        "cursor_passed_twice", "lie", "Two calls would use the same cells; the tables give each its own.", (1, 2, 3, 4)
    ),
    "memory.Memory.check.1": Case("saved_fp", "lie", "The cell holds a pointer that the tables do not have."),
    "memory.Memory.check.2": Case("write_below_arguments", "lie", "The cell is the caller's, or stands before memory."),
    "memory.Memory.check.3": Case("cell_above_ap_after_call", "lie", "The cell is the callee's.", (1, 2)),
    "memory.Memory.read.1": Case(
        "unwritten_local", "second line", "Nothing is known of the cell. A fresh column would be the prover's choice."
    ),
    "memory.Memory.push_frame.1": Case("call_over_written_cell", "lie", "The call writes fp over the cell."),
    "memory.Memory.recursive_call.1": Case("write_above_ap_before_call", "lie", "The cell is the callee's.", (1, 2)),
    "trace.Trace.constrain.1": Case(
        "unsatisfiable",
        "lie",
        "Not a refusal: the path is pruned, its constraint being false. Kept, the constraint would be lost.",
    ),
    "trace.Trace.field.1": Case("pointer_in_message", "second line", "A pointer has no polynomial."),
    "walk.Path._operand.1": Case(
        "number_dereferenced",
        "lie",
        "With a fresh column for an address that is not understood, the prover chooses what is read.",
        (5,),
        instead="return Poly.column(self.trace.new_column())",
    ),
    "walk.Path._define.1": Case("", "internal", "Only cells that are not known are defined."),
    "walk.Path._constrain_equal.1": Case("pointer_compared", "lie", "The assertion would be lost.", (9,)),
    "walk.Path._sum.1": Case("pointer_sum", "second line", "A pointer has no polynomial."),
    "walk.Path._product.1": Case("pointer_product", "second line", "A pointer has no polynomial."),
    "walk.Path._solve.1": Case("pointer_difference", "second line", "A pointer has no polynomial."),
    "walk.Path._solve.2": Case(
        "division",
        "choice",
        "With a column for the quotient, 0 / 0 would be what the prover likes.",
        (0, 0),
        instead="q = Poly.column(self.trace.new_column())\n"
        "self.trace.constrain(self.trace.product(q, known) - total)\n"
        "return q",
    ),
    "walk.Path._jump_if_not_zero.1": Case("pointer_jnz", "second line", "A pointer has no polynomial."),
    "walk.Path._jump_if_not_zero.2": Case(
        "programs/recursion", "second line", "Not a refusal: asks for the next decision."
    ),
    "walk.Path._ap_increment.1": Case("ap_dynamic", "lie", "Two cells of the tables would be one of the memory.", (3,)),
    "walk.Path._hint.1": Case("unknown_hint", "second line", "A text without an implementation proposes nothing."),
    "instructions.decode.1": Case("", "internal", "`callgraph` asks for words of a function only."),
    "instructions.decode.2": Case(
        "edited/words",
        "second line",
        "The flag at bit 63 belongs to no instruction.",
        (2,),
        edit=word(Opcode.ASSERT, 1 << 63, Result.MUL),
    ),
    "instructions.decode.3": Case(
        "edited/words", "lie", "A sum and a product at once.", (2,), edit=word(Opcode.ASSERT, ADDS, Result.MUL)
    ),
    "instructions.decode.4": Case(
        "edited/words", "lie", "The return address in another cell.", (2,), edit=word(Opcode.CALL, OP0)
    ),
    "instructions.decode.5": Case("edited/words", "lie", "fp from another cell.", (2,), edit=word(Opcode.RET, -1)),
    "instructions.decode.6": Case(
        "edited/words",
        "lie",
        "A condition with a sum that the walk does not look at.",
        (2,),
        edit=word(Opcode.JNZ, ADDS),
    ),
    "instructions.decode.7": Case(
        "edited/words",
        "lie",
        "The VM reads a cell that the walk does not see; it may have no value.",
        (2,),
        edit=word(Opcode.ADD_AP, 21),
    ),
    "instructions.decode.8": Case(
        "edited/words",
        "lie",
        "The VM reads a cell that the walk does not see; it may have no value.",
        (2,),
        edit=word(Opcode.ASSERT, 21 * OP0),
    ),
    "instructions.decode.9": Case(
        "edited/words", "lie", "The immediate is not the next word.", (2,), edit=word(Opcode.ASSERT, OP1)
    ),
    "walk.Path._hint.2": Case("pointer_hinted", "second line", "A pointer has no polynomial."),
}

MORE = (
    ("builtins.Segment.close.1", Case("cursor_advanced_too_far", "lie", "A cell that nobody has read.", (1, 2, 3))),
    (
        "builtins.Segment.close.1",
        Case("cursor_of_returned_callee_not_advanced", "lie", "The callee's cells would be read again.", (1,)),
    ),
    ("builtins.Segment.close.1", Case("output_gap", "lie", "The VM has two outputs, the tables one.")),
    ("builtins.Segment.close.1", Case("poseidon_advanced_in_part", "lie", "A cursor between two instances.")),
    ("builtins.Rom.pointer.1", Case("record_cast_to_other_size", "cautious", "As above.", (1,))),
    ("builtins.Rom.read.1", Case("record_offset_outside", "second line", "The record has no such column.", (1,))),
    ("callgraph.CallGraph.callee.1", Case("call_dynamic", "second line", "No constant to go by.")),
    (
        "callgraph.jump_target.1",
        Case("jump_computed", "lie", "A constant that is added to a cell, read as the distance."),
    ),
    ("callgraph._check_cursors.2", Case("output_outside_main", "cautious", "Inlined, it is main that writes.")),
    ("cursors.Cursors.pass_on.1", Case("number_as_cursor", "second line", "A number has no builtin.")),
    ("cursors.Cursors.pass_on.1", Case("schedule_cursor_moved", "lie", "The callee would read other records.")),
    ("memory.Memory.check.1", Case("saved_fp_of_inlined_frame", "second line", "Nothing is known of the cell.")),
    ("memory.Memory.check.2", Case("cell_below_returns", "second line", "Nothing is known of the cell.", (1, 2))),
    (
        "walk.Path._constrain_equal.1",
        Case("pointer_compared_with_pointer", "lie", "The assertion would be lost.", (1,)),
    ),
    (
        "walk.Path._operand.1",
        Case(
            "constant_dereferenced",
            "lie",
            "As above.",
            instead="return Poly.column(self.trace.new_column())",
        ),
    ),
)
"""More programs for the same refusals. `jump_backward` is none of them: without its refusal the walk would not end."""

RULES = {
    Rule("walk", "Path._constrain_equal", "self.trace.constrain(a - b)"): Case(
        "programs/second_assertions", "lie", "A second assertion about a cell is a constraint.", (5, 6)
    ),
    Rule("walk", "Path._jump_if_not_zero", "self.trace.constrain(condition)"): Case(
        "programs/recursion",
        "lie",
        "A jump that is not taken has a condition of zero.",
        (3, 1),
        adapt=gullible("branch"),
    ),
    Rule(
        "walk",
        "Path._jump_if_not_zero",
        "self.trace.constrain(self.trace.product(condition, Poly.column(inverse)) - Poly.constant(1))",
    ): Case(
        "edited/branch",
        "lie",
        "A jump that is taken has a condition other than zero.",
        (0,),
        adapt=gullible("branch", "inverse", last_first=True),
    ),
    Rule("trace", "Trace.materialise", "self.constrain(value - Poly.column(column))"): Case(
        "edited/seventh", "lie", "A product in a column of its own is that product.", (2,), adapt=gullible("set")
    ),
    Rule("builtins", "RangeCheck.finish", "self.trace.require(RANGE_BUS, [value])"): Case(
        "programs/range_checks", "lie", "A cell of range_check is looked up.", (0, 4096)
    ),
    Rule("builtins", "Poseidon.gives", "return offset % POSEIDON_CELLS >= POSEIDON_INPUTS"): Case(
        "programs/hash_written_first",
        "second line",
        "An output that is written first is a message all the same.",
        (7,),
        instead="return False",
    ),
    Rule("builtins", "Poseidon.close", "self.read(instance * POSEIDON_CELLS + POSEIDON_INPUTS)"): Case(
        "edited/hash", "second line", "An instance that nobody reads has its row."
    ),
    Rule(
        "builtins", "Poseidon.give", "self.trace.require(POSEIDON_BUS, inputs + [Poly.column(c) for c in columns])"
    ): Case("edited/hash", "lie", "A permutation's outputs are its own.", adapt=gullible("poseidon")),
    Rule("builtins", "Ledger.finish", "self.trace.post(LEDGER_BUS, [field], amount)"): Case(
        "programs/ledger", "lie", "An entry is a message: what is posted is closed.", (1, 2, 20, 0, 21)
    ),
    Rule("compile", "_emit", "count = builder.mul(required, builder.polynomial(message.amount.sorted_terms()))"): Case(
        "programs/ledger",
        "lie",
        "A row that stands for no call posts nothing, whatever its columns hold.",
        (1, 2, 20, 0, 21),
        instead="count = builder.polynomial(message.amount.sorted_terms())",
        fill=idle_row("entries.nz", {1: 2, 2: 1}),
    ),
    Rule(
        "builtins", "Rom.read", "self.trace.require(ROM_BUS + self.name, [index] + [Poly.column(c) for c in columns])"
    ): Case("programs/record_written_first", "lie", "A record is one of the table.", (1, 0), adapt=gullible("rom")),
    Rule("cursors", "Cursors.known", "return segment is None or segment.known(pointer.offset)"): Case(
        "programs/record_written_first",
        "second line",
        "A field of a record that is written first is a message all the same.",
        (1, 12),
        instead="return segment is not None and segment.known(pointer.offset)",
    ),
    Rule(
        "calls",
        "require_claim",
        "trace.require(FUNCTION_BUS + callee.name, [depth, *arguments, *map(Poly.column, columns)])",
    ): Case("programs/recursion", "lie", "A call's results are those of a row.", (4, 9), adapt=gullible("call")),
    Rule("cursors", "Cursors.renew", "segments.append(SEQUENTIAL[builtin](builtin, self.trace))"): Case(
        "programs/cursors_in_recursion", "second line", "After a call the cursor is another one."
    ),
    Rule("memory", "Memory.recursive_call", "self._top[space] = offset"): Case(
        "cell_above_ap_after_call", "lie", "Cells from ap on are the callee's.", (1, 2)
    ),
    Rule("memory", "Memory.push_frame", "self._saved.add(address)"): Case(
        "saved_fp_of_inlined_frame", "second line", "A call's saved cells hold pointers into frames."
    ),
}
"""Lines of the compiler that make a constraint, a message or a border, taken out in the same way."""
