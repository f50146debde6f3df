"""Statistics of what proofs show: uniform, the same for two books of one class, and pairwise independent.

For each coordinate, three views of its value (top four bits, low four bits, residue modulo 17) are tested for
uniformity in either book's proofs, and for one distribution in both. Pairs of coordinates (each with its neighbour,
and pairs drawn with a fixed seed) are tested for joint uniformity. And all coordinates of a kind are pooled, in 256 or
257 buckets: a small bias of all of them shows there.

An alarm of a single test is raised by a bound that holds for any number of samples, over all tests below 10^-6 / 2
(union bound); one of a pooled test by chi-squared, whose counts are high. A correct prover gives a false alarm in one
of a million runs.

    python -m pytest tests/hiding -m audit     the long form: writes build/audit/uniformity.json
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import timing
from chi_squared import Counts, bounded, bounded_difference, counted, homogeneous, uniform
from numpy.typing import NDArray
from program_samples import collect_program
from samples import Collected, Samples, collect
from two_books import OFF, TINY

FALSE_ALARM = 1e-6
FIGURES = Path(__file__).parent.parent.parent / "build" / "audit" / "uniformity.json"
VIEWS = {"top bits": (16, 256), "low bits": (16, 256), "residue": (17, 257)}
"""Buckets of a single coordinate's samples, and of pooled ones."""
PAIRS = 2_000
PROOFS = 1_200
PROGRAM_PROOFS = 60
FEW = 60
QUERIED = ("rows", "salts")
"""Kinds in which two queries of one row show the same numbers: only the first query's are pooled."""


@dataclass(frozen=True)
class Verdict:
    """How many tests were done, the smallest p-values, and the alarms (named by kind)."""

    coordinates: int
    values: int
    tests: int
    smallest: float
    smallest_bound: float
    pooled_tests: int
    smallest_pooled: float
    alarms: frozenset[str]


def buckets(samples: NDArray[np.uint64], view: str, size: int) -> NDArray[np.uint64]:
    """Which of `size` buckets each sample is in."""
    if view == "residue":
        return samples % np.uint64(size)
    if view == "low bits":
        return samples & np.uint64(size - 1)
    return samples >> np.uint64(64 - (size - 1).bit_length())


def judge(first: Collected, second: Collected, pairs: int = PAIRS) -> Verdict:
    """All tests on the samples of two books' proofs, equally many of each."""
    single: list[tuple[str, float, float]] = []
    pooled: list[tuple[str, float]] = []
    for kind, a in first.kinds.items():
        b = second.kinds[kind]
        for view, (size, many) in VIEWS.items():
            for column in range(a.shape[1]):
                x, y = (counted(buckets(s[:, column], view, size), size) for s in (a, b))
                single += [(kind, uniform(z), bounded(z)) for z in (x, y)]
                single.append((kind, homogeneous(x, y), bounded_difference(x, y)))
            wide = [counted(buckets(_pool(kind, s), view, many), many) for s in (a, b)]
            pooled += [(kind, uniform(z)) for z in wide] + [(kind, homogeneous(*wide))]
    single += [(name, uniform(counts), bounded(counts)) for name, counts in joint(first, pairs) + joint(second, pairs)]
    alarms = {name for name, _, bound in single if bound < FALSE_ALARM / 2 / len(single)}
    alarms |= {name for name, p in pooled if p < FALSE_ALARM / 2 / len(pooled)}
    return Verdict(
        coordinates=first.coordinates,
        values=sum(s.size for of in (first, second) for s in of.kinds.values()),
        tests=len(single),
        smallest=min(p for _, p, _ in single),
        smallest_bound=min(bound for _, _, bound in single),
        pooled_tests=len(pooled),
        smallest_pooled=min(p for _, p in pooled),
        alarms=frozenset(alarms),
    )


def _pool(kind: str, samples: Samples) -> NDArray[np.uint64]:
    if kind.startswith(QUERIED):
        samples = samples[:, : samples.shape[1] // TINY.queries]
    return samples.reshape(-1)


TOGETHER = (
    ("opened main columns", "opened lookup columns"),
    ("opened lookup columns", "opened lookup columns, next point"),
    ("opened main columns", "rows, main"),
    ("opened random codewords", "final polynomial"),
    ("terminals", "opened lookup columns"),
)
"""Kinds whose coordinates are paired one by one, on top of neighbours and of pairs drawn."""


def joint(of: Collected, pairs: int) -> list[tuple[str, Counts]]:
    """Counts of two top bits and two low bits of pairs of coordinates."""
    places = [(kind, column) for kind, samples in of.kinds.items() for column in range(samples.shape[1])]
    chosen = [(a, b) for a, b in pairwise(places) if a[0] == b[0]]
    chosen += [
        ((a, k), (b, k))
        for a, b in TOGETHER
        if {a, b} <= set(of.kinds)
        for k in range(min(of.kinds[x].shape[1] for x in (a, b)))
    ]
    # A value less a guess says what the value says where the guess is constant, and two queries of a short codeword
    # often meet in one row: such pairs are not drawn.
    free = [place for place in places if "folds" not in place[0] and "guess" not in place[0]]
    rng = random.Random("pairs")
    chosen += [tuple(rng.sample(free, 2)) for _ in range(pairs)]
    result = []
    for (kind, i), (other, j) in chosen:
        x, y = of.kinds[kind][:, i], of.kinds[other][:, j]
        name = f"pairs of {kind}" if kind == other else f"pairs of {kind} and {other}"
        for a, b in ((x >> np.uint64(62), y >> np.uint64(62)), (x & np.uint64(3), y & np.uint64(3))):
            result.append((name, counted(a * np.uint64(4) + b, 16)))
    return result


SWITCHES: dict[str, dict[str, object]] = {
    "blinds off": {"keep_blinds": True},
    "masks off": {"seeds": (b"", OFF)},
    "salts off": {"seeds": (OFF, b"")},
}


def power(switch: str, proofs: int = FEW, guess: str = "first") -> Verdict:
    """The same tests with something switched off: they must raise an alarm."""
    return judge(*(collect(name, proofs, guess, **SWITCHES[switch]) for name in ("first", "second")), pairs=0)


def figures_of(what: str, proofs: int, verdict: Verdict) -> dict[str, int | str]:
    """For the audit's record. p-values differ from run to run: proofs are random."""
    numbers: dict[str, int | str] = {
        "proofs of each book": proofs,
        "coordinates": verdict.coordinates,
        "values": verdict.values,
        "tests": verdict.tests + verdict.pooled_tests,
        "smallest p of a coordinate or pair": f"{verdict.smallest:.1e}",
        "smallest bound of it": f"{verdict.smallest_bound:.1e}",
        "smallest p of a pooled kind": f"{verdict.smallest_pooled:.1e}",
        "alarms": len(verdict.alarms),
    }
    return {f"{what}: {name}": value for name, value in numbers.items()}


def program(proofs: int, *, keep_blinds: bool = False) -> Verdict:
    """The tests on proofs of the book program."""
    three, four = (
        collect_program(name, proofs, "three accounts", keep_blinds=keep_blinds)
        for name in ("three accounts", "four accounts")
    )
    return judge(three, four)


def long_form() -> None:
    """Writes the figures, then asserts that there is no alarm but where something is switched off."""
    tiny = judge(*(collect(name, PROOFS, "first") for name in ("first", "second")))
    figures = figures_of("three tables", PROOFS, tiny)
    of_program = program(PROGRAM_PROOFS)
    figures |= figures_of("book program", PROGRAM_PROOFS, of_program)
    found = {switch: power(switch).alarms for switch in SWITCHES}
    found["blinds of the book program off"] = program(FEW // 5, keep_blinds=True).alarms
    figures |= {f"{switch}: alarms": len(alarms) for switch, alarms in found.items()}
    ratios = timing.ratios()
    figures |= {f"time of {what}, full over almost empty book": f"{ratio:.2f}" for what, ratio in ratios.items()}
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({"figures": figures}, indent=2) + "\n")
    assert not tiny.alarms | of_program.alarms
    assert all(found.values()), found
    assert 0.8 < ratios["tables proven"] < 1.25
