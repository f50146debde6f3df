"""Inputs: every committed test vector, valid or not, as `plimsoll verify` would be handed it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any

from check_runs import Input
from check_worlds import World
from vector_edits import FOLDER

from plimsoll.verifier.policy import Policy
from plimsoll.verifier.vector_files import read_suite
from plimsoll.verifier.vectors import Suite, Vector


@cache
def suite() -> Suite:
    return read_suite(FOLDER)


def inputs() -> Iterator[Input]:
    for vector in suite().vectors:
        valid = vector.expect.verdict == "valid"
        yield Input(f"vector {vector.name}", vector.lie, lambda w, v=vector: verified(w, v), valid)  # type: ignore[misc]


def verified(world: World, vector: Vector) -> None:
    case = suite().case(vector)
    policy = world["verifier.policy"].Policy(**{f.name: getattr(case.policy, f.name) for f in fields(Policy)})
    verify(world, case.proof, case.market, case.parameters, policy)


def verify(world: World, proof: bytes, market: bytes, parameters: bytes, policy: Any) -> None:
    """`verify_book` on the bytes of three files."""
    snapshot = world["engine.snapshot"].MarketSnapshot.parse(market)
    rules = world["engine.parameters"].RiskParameters.parse(parameters)
    world["verifier.book"].verify_book(proof, snapshot, rules, policy)


@cache
def market_file() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "snapshot.json").read_text()))


@cache
def parameters_file() -> dict[str, Any]:
    return dict(json.loads((FOLDER / "parameters.json").read_text()))
