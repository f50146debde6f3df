"""Multi-openings of trees over matrices of several heights, against trees built here leaf by leaf."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verifier_samples import refused

from plimsoll.verifier.merkle import check_openings, gather_leaves

Matrices = list[list[bytes]]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def tree_layers(matrices: Matrices) -> dict[int, list[bytes]]:
    """All layers by log2 of their width, from the matrices' rows."""
    logs = [len(m).bit_length() - 1 for m in matrices]

    def rows(log: int) -> list[bytes]:
        return [b"".join(m[i] for m, own in zip(matrices, logs, strict=True) if own == log) for i in range(1 << log)]

    log = max(logs)
    layers = {log: [sha(row) for row in rows(log)]}
    while log:
        below = layers[log]
        log -= 1
        layer = [sha(below[2 * i] + below[2 * i + 1]) for i in range(1 << log)]
        if log in logs:
            layer = [sha(node + sha(row)) for node, row in zip(layer, rows(log), strict=True)]
        layers[log] = layer
    return layers


def open_rows(matrices: Matrices, indices: list[int]) -> list[list[bytes]]:
    height = max(map(len, matrices))
    return [[m[index * len(m) // height] for m in matrices] for index in indices]


def siblings_of(layers: dict[int, list[bytes]], indices: list[int], log_cap: int) -> list[bytes]:
    """The nodes beside the paths, bottom layer first, left to right."""
    siblings, nodes = [], set(indices)
    for log in range(max(layers), log_cap, -1):
        siblings += [layers[log][i ^ 1] for i in sorted(nodes) if i ^ 1 not in nodes]
        nodes = {i >> 1 for i in nodes}
    return siblings


def check(
    matrices: Matrices, rows: list[list[bytes]], indices: list[int], cap: list[bytes], siblings: list[bytes]
) -> None:
    logs = [len(m).bit_length() - 1 for m in matrices]
    check_openings(gather_leaves(logs, indices, rows, "rows"), b"".join(cap), siblings, "rows")


@pytest.fixture
def matrices() -> Matrices:
    rng = random.Random(3)
    return [[rng.randbytes(16) for _ in range(1 << log)] for log in (5, 3, 5, 4, 3)]


INDICES = [3, 30, 2, 3, 17]


@given(st.lists(st.integers(0, 31), min_size=1, max_size=8), st.integers(0, 3), st.randoms(use_true_random=False))
def test_honest_openings_are_accepted(indices: list[int], log_cap: int, rng: random.Random) -> None:
    matrices = [[rng.randbytes(8) for _ in range(1 << log)] for log in (4, 5, 3, 5)]
    layers = tree_layers(matrices)
    check(matrices, open_rows(matrices, indices), indices, layers[log_cap], siblings_of(layers, indices, log_cap))


def test_changed_row_rejected(matrices: Matrices) -> None:
    layers = tree_layers(matrices)
    siblings = siblings_of(layers, INDICES, 2)
    for matrix in range(len(matrices)):
        rows = open_rows(matrices, INDICES)
        rows[1][matrix] = bytes(16)
        error = refused(lambda rows=rows: check(matrices, rows, INDICES, layers[2], siblings))
        assert error.step == "openings"
        assert "digest" in error.expected


def test_two_contents_of_one_row_rejected(matrices: Matrices) -> None:
    """Queries 0 and 3 open one leaf; 0 and 2 share the rows of the lower matrices."""
    layers = tree_layers(matrices)
    siblings = siblings_of(layers, INDICES, 2)
    for query, matrix in ((3, 0), (2, 1), (2, 3)):
        rows = open_rows(matrices, INDICES)
        rows[query][matrix] = bytes(16)
        error = refused(lambda rows=rows: check(matrices, rows, INDICES, layers[2], siblings))
        assert "one content" in error.expected


def test_bytes_moved_between_matrices_change_nothing_unless_widths_are_fixed(matrices: Matrices) -> None:
    """A leaf is one run of bytes: the parser, which fixes each row's width, keeps the rows apart."""
    layers = tree_layers(matrices)
    rows = open_rows(matrices, INDICES)
    rows = [[r[0] + r[2][:8], r[1], r[2][8:], r[3], r[4]] for r in rows]
    check(matrices, rows, INDICES, layers[2], siblings_of(layers, INDICES, 2))


@pytest.mark.parametrize("change", ["one fewer", "one more", "swapped", "flipped"])
def test_other_siblings_rejected(matrices: Matrices, change: str) -> None:
    layers = tree_layers(matrices)
    siblings = siblings_of(layers, INDICES, 2)
    match change:
        case "one fewer":
            siblings = siblings[:-1]
        case "one more":
            siblings = [*siblings, bytes(32)]
        case "swapped":
            siblings[0], siblings[1] = siblings[1], siblings[0]
        case "flipped":
            siblings[-1] = bytes([siblings[-1][0] ^ 1]) + siblings[-1][1:]
    rows = open_rows(matrices, INDICES)
    error = refused(lambda: check(matrices, rows, INDICES, layers[2], siblings))
    assert error.step == "openings"
    assert ("siblings" in error.expected) == change.startswith("one")


def test_another_position_rejected(matrices: Matrices) -> None:
    layers = tree_layers(matrices)
    rows = open_rows(matrices, [8])
    siblings = siblings_of(layers, [8], 0)
    refused(lambda: check(matrices, rows, [9], layers[0], siblings))


def test_matrix_above_the_cap_rejected(matrices: Matrices) -> None:
    """Rows of a matrix lower than the cap is wide would be on no path: nothing would authenticate them."""
    layers = tree_layers(matrices)
    rows = open_rows(matrices, INDICES)
    error = refused(lambda: check(matrices, rows, INDICES, layers[4], siblings_of(layers, INDICES, 4)))
    assert "high as the cap" in error.expected
