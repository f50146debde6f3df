"""Inputs: the lies to a consumer of one account's proof (tests/accounts), each proven for what it says."""

from __future__ import annotations

from collections.abc import Iterator

import account_lies
from check_runs import Input


def inputs() -> Iterator[Input]:
    for lie in account_lies.lies():
        yield Input(lie.name, lie.about, lie.run, valid=not lie.step)
