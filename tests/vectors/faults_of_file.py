"""Lies about the file's encoding and about the statement."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from vector_edits import HEAD, Base, Edit, Fault

from plimsoll.circuits.field import P
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD
from plimsoll.verifier.statement import MAGIC, Digests


def faults(base: Base) -> Iterator[Fault]:
    """Of the file, then of the statement's encoding, then of each field that a statement has."""
    yield from _file(base)
    yield from _encoding(base)
    yield from _profile(base)
    yield from _fields(base)


def _file(base: Base) -> Iterator[Fault]:
    data = base.data

    def bad(name: str, lie: str, edit: Edit) -> Fault:
        return Fault(name, lie, "encoding", edits=[edit])

    yield bad("file-empty", "no byte at all", base.put("the whole file", 0, len(data), b""))
    yield bad("file-magic", "begins like another kind of file", base.put("magic", 0, 1, b"p"))
    for version in (0, 2):
        edit = base.put("version", len(MAGIC), len(MAGIC) + 2, struct.pack("<H", version))
        yield bad(f"file-version-{version}", f"protocol version {version}, the rest as in version 1", edit)
    yield bad("file-cut-in-header", "ends within the header", base.cut(HEAD - 1))
    yield bad("file-cut-in-statement", "ends within the statement", base.cut(base.body_start - 1))
    yield bad("file-without-body", "ends where the proof begins", base.cut(base.body_start))
    length = len(MAGIC) + 2
    longest = base.put("length of the statement", length, HEAD, struct.pack("<I", (1 << 32) - 1))
    yield bad("statement-length-beyond-file", "a statement of 4 GiB", longest)


def _encoding(base: Base) -> Iterator[Fault]:
    encoded = base.statement.encode()

    def bad(name: str, lie: str, new: bytes, part: str = "statement") -> Fault:
        return Fault(name, lie, "encoding", edits=[base.restate(part, new)])

    yield bad("statement-cut", "the statement lacks its last byte, and its length says so", encoded[:-1])
    yield bad("statement-extended", "a zero byte after the statement's last field", encoded + b"\0")
    yield bad("statement-empty", "a statement of no bytes", b"")
    yield bad("statement-not-utf8", "the kind is no text", encoded[:2] + b"\xff" + encoded[3:], "kind")
    values = base.statement.public_values
    again = encoded[: -8 * len(values)] + struct.pack(f"<{len(values)}Q", values[0] + P, *values[1:])
    yield bad("public-value-not-canonical", "the tree's height as itself plus p", again, "public value 0")


def _profile(base: Base) -> Iterator[Fault]:
    changes: dict[str, tuple[str, dict[str, Any]]] = {
        "queries-111": ("one query fewer", {"queries": 111}),
        "queries-0": ("no queries: nothing that was committed is opened", {"queries": 0}),
        "work-19": ("one bit less of work", {"query_pow_bits": 19}),
        "work-0": ("no work before the queries", {"query_pow_bits": 0}),
        "final-polynomial-64": ("a final polynomial of 64 coefficients", {"log_final_poly_len": 6}),
        "arity-2": ("folds of four values", {"max_log_arity": 2}),
        "codewords-3": ("three masking columns", {"random_codewords": 3}),
        "codewords-0": ("no masking columns", {"random_codewords": 0}),
        "cap-4": ("caps of two digests", {"cap_height": 1}),
        "blowup-2": ("a blowup of two", {"log_blowup": 1}),
        "salts-0": ("leaves without salt", {"salt_elements": 0}),
        "unknown-name": ("the standard's numbers under another name", {"name": "standard-129"}),
    }
    for name, (lie, change) in changes.items():
        edit = base.state("profile", profile=replace(STANDARD, **change))
        yield Fault(f"profile-{name}", f"a weaker or unknown profile: {lie}", "policy", edits=[edit])
    edit = base.state("profile", profile=INSECURE_TEST)
    yield Fault("profile-insecure", "the profile of tests, four queries", "policy", edits=[edit])
    weaker = {"security_floor": 1, "accept_weaker_security": True}
    lie = "the profile of tests, to a caller whose floor is one bit but who takes no insecure profile"
    yield Fault("profile-insecure-low-floor", lie, "policy", edits=[edit], policy=weaker)
    edit = base.state("profile", profile=replace(INSECURE_TEST, name=STANDARD.name))
    lie = "the profile of tests under the standard's name"
    yield Fault("profile-insecure-renamed", lie, "policy", edits=[edit])


def _fields(base: Base) -> Iterator[Fault]:
    statement = base.statement

    def bad(name: str, lie: str, step: str = "policy", **changes: Any) -> Fault:
        return Fault(name, lie, step, edits=[base.state(name, **changes)])

    yield bad("kind-another", "a kind of proof that this verifier does not read", kind="account")
    yield bad("shape-unknown", "a shape class that is not published", "tables", shape="book-2^2x5")
    yield bad("shape-respelled", "the shape class with a zero before its number", "tables", shape="book-2^02x1")
    yield bad("shape-higher", "the shape class of a tree with twice the leaves", shape="book-2^3x1")
    for field in fields(Digests):
        yield Fault(
            f"digest-{field.name}",
            f"the statement names another digest of {field.name}",
            "policy",
            edits=[base.digest(field.name)],
        )
    yield bad("sequence-next", "the publication after this one", sequence=statement.sequence + 1)
    yield bad("previous-another", "follows another publication", previous=bytes([1] * 32))
    yield bad("batch-index-1", "the second batch of one", batch_index=1)
    yield bad("batch-count-2", "the first batch of two: half of the book", batch_count=2)
    yield bad("context-another", "bound to another consumer", context=b"another consumer")
    yield bad("nonce-another", "orders drawn from another nonce", "constraints", nonce_digest=bytes([1] * 32))
    values = statement.public_values
    yield bad("public-value-missing", "the last public value is left out", public_values=values[:-1])
    yield bad("public-value-added", "the last public value stands twice", public_values=(*values, values[-1]))
    yield bad("tree-height-another", "a tree of twice the leaves", public_values=(values[0] + 1, *values[1:]))
    height, a, b, *rest = values
    swapped = {"public_values": (height, b, a, *rest)}
    yield bad("public-values-swapped", "two elements of the root change places", "constraints", **swapped)
    for place, what in ((1, "root"), (8, "commitment")):
        altered = (*values[:place], values[place] ^ 1, *values[place + 1 :])
        yield bad(f"{what}-altered", f"a {what} of which nothing is proven", "constraints", public_values=altered)
