"""Inputs: the lies about a whole book (tests/whole_books), each proven for what it says."""

from __future__ import annotations

from collections.abc import Iterator

import batch_lies
import claim_lies
import totals_lies
import whole_runs
from check_runs import Input


def inputs() -> Iterator[Input]:
    whole_runs.PROVEN["lies"] = True
    for group in (claim_lies, batch_lies, totals_lies):
        for lie in group.lies():
            yield Input(lie.name, lie.about, lie.run, valid=not lie.step, prepare=lie.prepare)
