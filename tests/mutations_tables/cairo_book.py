"""The bounds of book.cairo: how each is loosened and which lie that lets through, or why it is none."""

from __future__ import annotations

from functools import partial

from cairo_lies import (
    account_of,
    counted_twice,
    gap,
    hashed_as,
    keys_packed,
    of_batch,
    one_order,
    one_unit_short,
    reweighted,
    row_skipped,
    settled_early,
    with_edge,
)
from cairo_mutation import Argued, Endless, Entry, Loosened, Refused
from cairo_parts import BOOK, COUNTED, FIXED, SEPARATES, TWO_BOOKS, Change, literals, named, removed, single
from lie import below_by_one
from lies_about_builtins import OUTPUTS, one_row
from lies_about_messages import node, output
from lies_about_rows import Tape, header_cell, range_of_the_batch, tape_of
from small_venue import EMPTY, Batch, Leaf, honest
from test_orders import BOUNDS
from toolkit import forge

KEYS = "six holdings of other instruments"


def packing(new: str, lanes: tuple[int, ...], factors: tuple[int, int, int], *books: tuple[int, ...]) -> Loosened:
    """Keys packed with other factors, and two lists of keys that are packed alike."""
    first, second = map(account_of, books)
    words = TWO_BOOKS + KEYS
    return Loosened(new, lambda: hashed_as(words, first, keys_packed(lanes, *factors)), first, twin=second)


def descending(new: str, limb: int, wrong: int) -> Loosened:
    """One in a limb of the gap lowers the order. In the genuine tables the lowest limb says so."""
    start = 1 << 50
    limbs = tuple(int(i == limb) for i in range(4))
    words = "orders descend, or two leaves have one order"
    return Loosened(new, lambda: of_batch(gap(wrong, 0, 0, 0, start=start), words), gap(*limbs, start=start))


def chosen_output(k: int) -> Loosened:
    cell = f"[output_ptr + {k}]" if k else "[output_ptr]"
    value = forge().publics[k] + 1
    tape = Tape((), cells=honest().tape() + value.to_bytes(8, "little"))
    return Loosened(f"let (local chosen) = read();\n    assert {cell} = chosen;", lambda: output(1 + k), tape)


def outputs() -> dict[str, Entry]:
    texts = ["height", *(OUTPUTS[1:])]
    cells = ["[output_ptr]", *(f"[output_ptr + {k}]" for k in range(1, 9))]
    return single(
        "book.cairo main",
        "assert",
        {f"assert {cell} = {text};": chosen_output(k) for k, (cell, text) in enumerate(zip(cells, texts, strict=True))},
    )


def early() -> Batch:
    return Batch((Leaf(rows=1), EMPTY, EMPTY, EMPTY))


def two_leaves() -> Tape:
    return tape_of(Batch((EMPTY, one_row().leaves[0])), 2)


ENDLESS = "with any other step one side of the tree never meets height 0"


def book() -> dict[str, Entry]:
    holdings, account, subtree, main = (f"{BOOK} {name}" for name in ("holdings", "account", "subtree", "main"))
    more = "1"
    every = packing("const KEY = 1;", (6, 7), (1, 1, 1), (0, 4, 8, 10, 12, 14), (2, 4, 6, 10, 12, 14))
    classes = Loosened(
        "0",
        lambda: hashed_as(TWO_BOOKS + "an account of another class", with_edge(account_class=1), no_class()),
        with_edge(account_class=1),
        twin=with_edge(),
    )
    return {
        **single(BOOK, "const", {"const LEAF_VERSION = 1;": Argued(SEPARATES), "const KEY = 2 ** 14;": every}),
        **literals(holdings, "0", Loosened(more, settled_early, early())),
        **single(holdings, "call", {"settle(sum)": removed(one_unit_short, below_by_one())}),
        **named(
            holdings,
            "use",
            "KEY",
            [
                packing("1", (6,), (1, 1, 2**14), (0, 6, 8, 10, 12, 14), (2, 4, 8, 10, 12, 14)),
                packing("1", (6,), (1, 2**14, 2**14), (0, 2, 8, 10, 12, 14), (0, 4, 6, 10, 12, 14)),
                packing("1", (7,), (1, 1, 2**14), (0, 2, 4, 6, 12, 14), (0, 2, 4, 8, 10, 14)),
                packing("1", (7,), (1, 2**14, 2**14), (0, 2, 4, 6, 8, 14), (0, 2, 4, 6, 10, 12)),
            ],
        ),
        **literals(holdings, "1", Loosened("2", row_skipped, counted_twice())),
        **single(
            account,
            "call",
            {
                "range_check(class)": removed(lambda: header_cell(9)),
                "range_check(count)": Argued(
                    "implied: a count of n needs n rows of holdings, whose keys strictly ascend six a row below 2^14"
                ),
                **{f"range_check(gap.x{i})": removed(partial(header_cell, 11 + i)) for i in range(4)},
            },
        ),
        **literals(
            account,
            "1",
            Loosened("0", lambda: of_batch(one_order(2, -1), "two leaves have one order"), one_order(3, 0)),
            Argued("-1 stands for no key: keys are 0 or more as records are, so a lower start admits nothing more"),
        ),
        **literals(
            account,
            "2 ** 12",
            *(descending("2 ** 96", limb, -(1 << 12 * (limb - 1))) for limb in (1, 2, 3)),
        ),
        **single(account, "use", {"TAG_LEAF": Argued(SEPARATES), "LEAF_VERSION": Argued(SEPARATES)}),
        **single(
            account,
            "literal",
            {"2 ** 8": Argued(SEPARATES), "2 ** 16": classes, "2 ** 32": Argued(COUNTED)},
        ),
        **literals(
            account,
            "0",
            Argued(FIXED),
            Argued(FIXED),
            *(Loosened(more, one_unit_short, below_by_one()) for _ in range(11)),
        ),
        **literals(
            subtree,
            "0",
            Loosened(more, lambda: node(1), two_leaves()),
            Argued("what says that a leaf is empty: it is private, and compared here only"),
            *(Argued(FIXED) for _ in range(4)),
        ),
        **single(subtree, "use", {"TAG_EMPTY": Argued(SEPARATES), "TAG_NODE": Argued(SEPARATES)}),
        **literals(subtree, "1", Endless("2", ENDLESS), Endless("2", ENDLESS)),
        **single(
            main,
            "call",
            {
                "check60(start)": removed(lambda: range_of_the_batch(0, None), BOUNDS["start"][0]),
                "check60(last)": removed(lambda: range_of_the_batch(1, None), BOUNDS["last"][0]),
            },
        ),
        **literals(main, "0", Argued(FIXED), Argued(FIXED)),
        **single(main, "use", {"TAG_COMMIT": Argued(SEPARATES)}),
        **outputs(),
        **single(main, "literal", {str(k): Refused(str(k - 1)) for k in range(1, 9)}),
        **single(main, "literal", {"9": Refused("10")}),
    }


def no_class() -> Change:
    return reweighted("subtree.z.nz", (8,), lambda c: 0 if c == 2**16 else c)
