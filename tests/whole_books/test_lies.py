"""Every lie about a whole book is refused at its step and in its words, and what is honest is accepted."""

from __future__ import annotations

import batch_lies
import claim_lies
import pytest
import totals_lies
from check_worlds import World
from whole_runs import Lie

from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.errors import VerificationError

LIES = [*batch_lies.lies(), *totals_lies.lies(), *claim_lies.lies()]


@pytest.mark.parametrize("lie", [pytest.param(one, id=one.name) for one in LIES if one.step])
def test_lie_rejected(lie: Lie) -> None:
    with pytest.raises(PlimsollError) as caught:
        lie.run(World())
    assert (caught.value.step if isinstance(caught.value, VerificationError) else "-") == lie.step
    assert lie.words in str(caught.value)


@pytest.mark.parametrize("honest", [pytest.param(one, id=one.name) for one in LIES if not one.step])
def test_control_accepted(honest: Lie) -> None:
    honest.run(World())


def test_every_lie_has_its_own_name() -> None:
    assert len({one.name for one in LIES}) == len(LIES)
