"""A builtin's result that is asserted before it is read: its message is sent all the same.

In the experiment that this design came from, the first write to such a cell defined it, no message was sent, and any
price or digest could be forged. Here the prover picks x freely, and all but the message agrees with it.
"""

from __future__ import annotations

from lies import overwriting
from small_programs import SmallForgery, run

from plimsoll.circuits.poseidon2 import permute

RECORDS = ((10, 1), (11, 2), (12, 3))
DIGEST_OF_COUNTING = permute(list(range(12)))
FORGED = 1_000_000


def accepted(forgery: SmallForgery) -> None:
    forgery.rebalance().accepted_under(forgery.tables)


def test_control_true_price_is_accepted() -> None:
    accepted(run("record_first", [1, 11], RECORDS))


def test_price_asserted_before_it_is_read_rejected() -> None:
    price = overwriting("main", "rom", 0, 0, lambda _: [[str(FORGED), []]])
    forgery = run("record_first", [1, FORGED], RECORDS, price)
    assert forgery.publics == [FORGED]
    forgery.rebalance().refused("terminals", "bus rom:schedule")


def test_price_that_is_asserted_and_not_the_record_s_rejected() -> None:
    run("record_first", [1, FORGED], RECORDS).refused("constraints", "constraint main")


def test_control_true_digest_is_accepted() -> None:
    accepted(run("hash_first_o0", [DIGEST_OF_COUNTING[0]]))
    accepted(run("hash_first_o11", [DIGEST_OF_COUNTING[11]]))


def test_digest_asserted_before_it_is_read_rejected() -> None:
    digest = overwriting("main", "poseidon", 0, 0, lambda _: [[str(FORGED), []]])
    forgery = run("hash_first_o0", [FORGED], mislead=digest)
    assert forgery.publics == [FORGED]
    forgery.rebalance().refused("terminals", "bus builtin:poseidon")


def test_capacity_asserted_before_it_is_read_rejected() -> None:
    capacity = overwriting("main", "poseidon", 0, 7, lambda _: [[str(FORGED), []]])
    run("hash_first_o11", [FORGED], mislead=capacity).rebalance().refused("terminals", "bus builtin:poseidon")


def test_digest_that_is_asserted_and_not_the_permutation_s_rejected() -> None:
    run("hash_first_o0", [FORGED]).refused("constraints", "constraint main")


def test_control_number_in_range_is_accepted() -> None:
    accepted(run("range_first", [4095]))


def test_number_out_of_range_that_is_only_written_rejected() -> None:
    run("range_first", [4096]).rebalance().refused("terminals", "bus builtin:range_check")
