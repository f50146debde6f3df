"""The distribution of margin ratios as plain HTML: bars whose text keeps its size at any width of the page.

Positions on the page are floating-point percentages; the ratios themselves are integers in ppm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log10
from typing import Final

from plimsoll.engine.decimals import PPM
from plimsoll.engine.health import Status

LEFT: Final = 0.35
"""Ratio at the left edge: room to show that nobody is below the line."""
DECADES: Final = 3
BINS_PER_DECADE: Final = 10
TICKS: Final = (2, 5, 10, 20, 50, 100, 200, 500)
MINOR: Final = (5, 20, 50, 200, 500)


@dataclass(slots=True)
class Bin:
    """Accounts whose ratio lies between two edges, by how they are drawn."""

    left: float
    width: float
    label: str
    parts: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.parts.values())


def histogram(ratios: Sequence[tuple[int | None, Status]]) -> str:
    """The chart's HTML; `ratios` in ppm. Accounts without a requirement (None) have no place on the axis."""
    bins = _bins([(ratio, status) for ratio, status in ratios if ratio is not None])
    highest = max((one.count for one in bins), default=0) or 1
    step = _nice(highest)
    top = -(-highest // step) * step
    below = sum(1 for ratio, _ in ratios if ratio is not None and ratio < PPM)
    said = "nobody<br>below" if not below else f"{below:,}<br>below"
    parts = [f'<div class="below" style="width:{_x(1):.2f}%"><span>{said}</span></div>', '<div class="base"></div>']
    parts += [
        f'<div class="grid" style="bottom:{value * 100 / top:.2f}%"><span>{value:,}</span></div>'
        for value in range(step, top + 1, step)
    ]
    parts += [_column(one, top) for one in bins if one.count]
    parts.append(f'<div class="tick line" style="left:{_x(1):.2f}%">1<br>load line</div>')
    parts += [
        f'<div class="tick{" minor" if ratio in MINOR else ""}" style="left:{_x(ratio):.2f}%">{ratio}</div>'
        for ratio in TICKS
    ]
    near = sum(1 for ratio, _ in ratios if ratio is not None and ratio < 2 * PPM)
    label = f"Histogram of margin ratios: {below:,} below 1, {near - below:,} from 1 to 2"
    return f'<div class="chart" role="img" aria-label="{label}">{"".join(parts)}</div>'


def _bins(ratios: Sequence[tuple[int, Status]]) -> list[Bin]:
    edges = [10 ** (k / BINS_PER_DECADE) for k in range(DECADES * BINS_PER_DECADE + 1)]
    bins = [Bin(0.0, _x(1), "below 1")]
    for low, high in pairwise(edges):
        bins.append(Bin(_x(low), _x(high) - _x(low), f"{low:.2f} to {high:.2f}"))
    for ratio, status in ratios:
        if ratio < PPM:
            target, kind = bins[0], "low"
        else:
            target = bins[1 + min(int(log10(ratio / PPM) * BINS_PER_DECADE), len(bins) - 2)]
            kind = "good" if status is Status.HEALTHY else "pre"
        target.parts[kind] = target.parts.get(kind, 0) + 1
    return bins


def _column(one: Bin, top: int) -> str:
    """Stacked parts, the best on top."""
    stack = "".join(
        f'<i class="{kind}" style="height:{one.parts[kind] * 100 / one.count:.3f}%"></i>'
        for kind in ("good", "pre", "low")
        if kind in one.parts
    )
    height = max(one.count * 100 / top, 0.8)
    column = (
        f'<div class="col" style="left:{one.left:.2f}%;width:{one.width:.2f}%;height:{height:.2f}%" '
        f'title="{one.label}: {one.count:,} accounts">{stack}</div>'
    )
    centre = one.left + one.width / 2
    return f'{column}<div class="count" style="left:{centre:.2f}%;bottom:{height:.2f}%">{one.count:,}</div>'


def _x(ratio: float) -> float:
    """Place of a ratio, in per cent of the width, on a logarithmic scale."""
    whole = log10(10**DECADES / LEFT)
    return log10(ratio / LEFT) * 100 / whole


def _nice(highest: int) -> int:
    """Distance of grid lines: 1, 2 or 5 times a power of ten, so that there are about four."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 5 >= highest:
                return step * factor
        step *= 10
