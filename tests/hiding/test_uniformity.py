"""The short form of `uniformity.py`: fewer proofs, the same tests, and what they find when hiding is switched off."""

from __future__ import annotations

import numpy as np
import pytest
from samples import Collected, collect
from uniformity import judge, long_form, power

from plimsoll.circuits.field import P

PROOFS = 16
FEW = 8


def test_what_two_books_show_is_uniform_and_alike() -> None:
    verdict = judge(*(collect(name, PROOFS, "first") for name in ("first", "second")), pairs=500)
    assert verdict.alarms == frozenset()
    assert verdict.coordinates > 2_900 and verdict.tests > 40_000 and verdict.values > 90_000


@pytest.mark.parametrize(
    ("switch", "telling"),
    [
        ("blinds off", {"terminals less a guess"}),
        ("masks off", {"opened main columns less a guess", "rows, main, less a guess", "opened random codewords"}),
        ("salts off", {"salts, main", "salts, quotient", "salts, permutation", "salts, random", "salts of folds"}),
    ],
)
def test_alarm_where_something_is_switched_off(switch: str, telling: set[str]) -> None:
    alarms = power(switch, FEW).alarms
    assert telling <= alarms
    # and only of the kind that the switch is about
    word = {"blinds off": "terminals", "salts off": "salts"}.get(switch, "")
    assert all(word in kind for kind in alarms)


@pytest.mark.parametrize("bias", ["one value in four", "a bit", "the books apart", "two coordinates alike"])
def test_alarm_at_a_bias(bias: str) -> None:
    """Samples of the test's own: each way to be off is found, and none is not."""
    rng = np.random.default_rng(7)
    first, second = (rng.integers(0, P, (400, 6), np.uint64) for _ in range(2))

    def alarms() -> frozenset[str]:
        return judge(Collected({"x": first}), Collected({"x": second}), pairs=0).alarms

    assert alarms() == frozenset()
    match bias:
        case "one value in four":
            first[::4, 2] = 12345
        case "a bit":
            first[:, 3] |= np.uint64(1)
        case "the books apart":
            second[:, 1] >>= np.uint64(1)
        case _:
            first[:, 4] = first[:, 5]
    expected = "pairs of x" if bias == "two coordinates alike" else "x"
    assert expected in alarms()


@pytest.mark.audit
def test_long_form() -> None:
    long_form()
