"""Inputs: the lies about a whole book (tests/whole_books), each proven for what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator

import batch_lies
import claim_lies
import totals_lies
import whole_runs
from check_runs import Input, Runner


def inputs() -> Iterator[Input]:
    whole_runs.PROVEN["lies"] = True
    for group in (claim_lies, batch_lies, totals_lies):
        for lie in group.lies():
            yield Input(lie.name, lie.about, lie.run, valid=not lie.step, prepare=lie.prepare)
    for move, about in (("-1.000001", "a millionth more than all of it"), ("100.000001", "a millionth more than 100")):
        yield Input(f"scenario that moves prices by {move}", about, listed(move))
    for move in ("-1", "100"):
        yield Input(f"scenario that moves prices by {move}", "accepted", listed(move), valid=True)


def listed(move: str) -> Runner:
    """A scenario list before its reader."""
    scenario = {"name": "one", "default": move}
    data = json.dumps({"version": 1, "name": "list", "revision": 1, "scenarios": [scenario]}).encode()
    return lambda world: world["engine.scenarios"].ScenarioList.parse(data, "scenarios")
