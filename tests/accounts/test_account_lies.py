"""Every lie to a consumer is refused where it must be, and every honest input is accepted."""

from __future__ import annotations

import pytest
from account_lies import lies
from check_worlds import World
from whole_runs import Lie

from plimsoll.engine.errors import PlimsollError

LIES = {one.name: one for one in lies()}


@pytest.mark.parametrize("name", LIES)
def test_lie_rejected(name: str) -> None:
    one: Lie = LIES[name]
    if not one.step:
        one.run(World())
        return
    with pytest.raises(PlimsollError, match=one.words or None) as caught:
        one.run(World())
    assert getattr(caught.value, "step", type(caught.value).__name__) == one.step
