"""Why some checks may be weakened without any input being accepted. Nothing is excused by default: a site that is
neither killed nor caught by a second check, and is not here, fails the tests; so does an entry that is not needed."""

from __future__ import annotations

NOT_RUN = {
    "engine/decimals.py parse_quantity": "reads a book's quantities: no verifier has a book",
    "engine/tiers.py Schedule.__eq__": "compares schedules: for tests",
    "engine/tiers.py Schedule.find": "looks up a holding: the engine's and the prover's work, no verifier has holdings",
    "engine/tiers.py Schedule.of_key": "looks up a key: the engine's and the prover's work",
}
"""Functions of modules that verifying executes, which it does not call."""

NOT_BOUNDS = {
    "ELEMENT": "bytes of an element: a unit of the encoding",
    "DIGEST": "bytes of a digest: a unit of the encoding",
    "DIGEST_BYTES": "bytes of a digest",
    "BLINDS": "coordinates of a terminal; another number is another protocol",
    "CHUNKS": "made of the two logarithms",
    "DEGREE": "degree of the extension field",
    "FIELDS": "cells of a record; made of the numbers of limbs",
    "FORMAT": "version of the compiled program",
    "HALF": "1/2 in the field",
    "HOLDINGS_PER_ROW": "shape of the program",
    "LOG_CHUNKS": "logarithm of the quotient's length, which proof and verifier share",
    "LOG_ZK": "zero knowledge doubles every column",
    "MANY": "a mark",
    "MODULUS_BITS": "size of the extension field",
    "NO_WORK": "the number 0 under a name",
    "POINTS": "opening points of the running sum",
    "PPM": "scale of rates",
    "PPM_DIGITS": "scale of rates",
    "RUNNING_SUM_CONSTRAINTS": "constraints of the running sum",
    "SALT_ELEMENTS": "elements of a salt: a unit of the encoding",
    "SEED_CHUNK": "bytes of a seed's element, which proof and verifier share",
    "SLOPE_LIMBS": "limbs of a record's slope: shape of the program",
    "VALUE_LIMBS": "limbs of a record's value: shape of the program",
    "VALUE_DIGITS": "scale of values",
    "VALUE_SCALE": "scale of values",
    "VERSION": "version of the protocol",
    "_MASK": "arithmetic of Keccak",
    "_RATE": "arithmetic of Keccak",
}
"""Integer constants that limit nothing: with another number there honest proofs are refused, or other units are meant."""

ARGUED: dict[str, str] = {}
"""Reason by site."""


def reason(key: str) -> str | None:
    """The argument for a site, by its key or by its function."""
    function = key.split(" | ")[0]
    return ARGUED.get(key) or NOT_RUN.get(function)
