"""Why some checks may be weakened without any input being accepted. Nothing is excused by default: a site that is
neither killed nor caught by a second check, and is not here, fails the tests; so does an entry that is not needed."""

from __future__ import annotations

NOT_RUN = {
    "engine/tiers.py Schedule.__eq__": "compares schedules: for tests",
    "engine/tiers.py Schedule.find": "looks up a holding: the engine's and the prover's work, no verifier has holdings",
    "engine/tiers.py Schedule.of_key": "looks up a key: the engine's and the prover's work",
}
"""Functions of modules that verifying executes, which it does not call."""

NOT_BOUNDS = {
    "ADDRESS_BYTES": "length of an address: shape of a context's encoding",
    "ENCODED_BYTES": "length of a context's encoding",
    "SCOPE_BYTES": "length of a scope: shape of a context's encoding",
    "_SECOND": "microseconds of a second",
    "ELEMENT": "bytes of an element: a unit of the encoding",
    "DIGEST": "bytes of a digest: a unit of the encoding",
    "DIGEST_BYTES": "bytes of a digest",
    "ASSETS": "first ledger key of liabilities: shape of the program",
    "BLINDS": "coordinates of a terminal; another number is another protocol",
    "CAPACITY": "elements of the sponge's capacity: shape of the program",
    "CHUNKS": "made of the two logarithms",
    "DEGREE": "degree of the extension field",
    "FIELDS": "cells of a record; made of the numbers of limbs",
    "FIGURES": "rows of figures: shape of the program",
    "FORMAT": "version of the compiled program",
    "HALF": "1/2 in the field",
    "HOLDINGS_PER_ROW": "shape of the program",
    "LIMBS": "limbs of a figure: shape of the program",
    "LOG_CHUNKS": "logarithm of the quotient's length, which proof and verifier share",
    "LOG_ZK": "zero knowledge doubles every column",
    "MANY": "a mark",
    "MODULUS_BITS": "size of the extension field",
    "NO_WORK": "the number 0 under a name",
    "PART": "where a total is cut in two: shape of the program",
    "POINTS": "opening points of the running sum",
    "PPM": "scale of rates",
    "PPM_DIGITS": "scale of rates",
    "PUBLIC_VALUES": "outputs of the totals program",
    "ROW": "amounts of a row of totals: shape of the program",
    "RUNNING_SUM_CONSTRAINTS": "constraints of the running sum",
    "SALT_ELEMENTS": "elements of a salt: a unit of the encoding",
    "SCENARIOS": "shocked snapshots of a batch: shape of the program",
    "SEED_CHUNK": "bytes of a seed's element, which proof and verifier share",
    "SLOPE_LIMBS": "limbs of a record's slope: shape of the program",
    "VALUE_LIMBS": "limbs of a record's value: shape of the program",
    "VALUE_DIGITS": "scale of values",
    "VALUE_SCALE": "scale of values",
    "VERSION": "version of the protocol",
    "_MASK": "arithmetic of Keccak",
    "_RATE": "arithmetic of Keccak",
}
"""Integer constants that limit nothing: with another number honest proofs are refused, or other units are meant."""

_ARGUED: dict[str, dict[str, str]] = {
    "verifier/book.py accept_statement": {
        "operand | without `policy.allow_insecure`": (
            "equivalent: an insecure profile that is not allowed was refused by `check_policy` before"
        ),
    },
    "verifier/batch.py check_security": {
        "operand | without `policy.allow_insecure`": (
            "equivalent: an insecure profile that is not allowed was refused by `check_policy` before"
        ),
    },
    "verifier/constraints.py recompose_quotient": {
        "assert | assert len(chunks) == CHUNKS == 1 << LOG_CHUNKS + LOG_ZK": (
            "equivalent: the parser reads exactly CHUNKS chunks, and CHUNKS is made of the two logarithms"
        ),
    },
    "verifier/encoding.py _Reader.elements": {
        "operand | without `values`": (
            "unreachable: no part of a proof has no element, since there is at least one fold, one query and one "
            "column; the operand keeps `max` from an empty row"
        ),
    },
    "verifier/extension.py inverse": {
        "guard | if norm == 0: raise": (
            "unreachable: zeta is outside every table's domain (step 6), so neither difference is zero; Python's "
            "own inverse of 0 raises as well"
        ),
    },
    "verifier/extension.py invert_all": {
        "guard | if prefix[-1] == 0: raise": (
            "unreachable: steps 6 and 10 refuse a zero difference before; Python's own inverse of 0 raises as well"
        ),
    },
    "verifier/lookups.py pack": {
        "operand | without `current`": (
            "equivalent: only a first message above the degree could close an empty column, and the next lines "
            "refuse that message"
        ),
    },
    "verifier/lookups.py check_buses": {
        "require | messages < P": (
            "unreachable: at heights below 2^31 it takes 2^33 messages in one table; kept since soundness is "
            "stated with it"
        ),
        "ordering | < shifted in `messages < P`": (
            "unreachable, as the check itself; and the prime is no sum of so few powers of two"
        ),
    },
    "verifier/lookups.py _confines": {
        "operand | without `facts[constraint].column != MANY`": (
            "equivalent: a difference of a column and a public column depends on many, and anything else is "
            "refused by the next lines"
        ),
    },
    "verifier/security.py ": {
        "bound | SMALLEST_M loosened": (
            "the terms hold for m from 3 on; a smaller m is never the best one at our sizes, and the hash, at 128"
            " bits, is the weakest term in any case"
        ),
        "bound | LARGEST_M loosened": (
            "not a limit of soundness: a search stops there, and more candidates can only find as good a bound or"
            " a better one"
        ),
    },
    "verifier/shape.py _check_profile": {
        "ordering | <= shifted in `longest <= TWO_ADICITY`": (
            "a codeword of 2^32 values is 32 GiB a column: no proof has it; the largest shape class has 2^25"
        ),
    },
    "verifier/statement.py read_proof": {
        "guard | if statement.encode() != encoded: raise": (
            "no second encoding of a statement is known: every field is read in one way, and left-over bytes are "
            "refused; kept against a reader that gets another way"
        ),
        "ordering | > shifted in `len(data) > MAX_FILE_BYTES`": (
            "no proof of any shape class is 64 MiB long, so what stands exactly at the limit is refused later"
        ),
        "ordering | < shifted in `len(data) < head`": (
            "a file of a header only has no statement, and is refused by the reader of the statement"
        ),
        "ordering | < shifted in `len(data) < head + length`": (
            "a file that ends with its statement has no body, and is refused there"
        ),
    },
    "circuits/schedule_records.py signed_limbs": {
        "ordering | < shifted in `value < 0`": ("equivalent: the limbs of 0 have no sign"),
    },
    "circuits/schedule_records.py _check": {
        "ordering | < shifted in `tier.key < before.key`": ("equivalent: equal keys have returned before"),
    },
    "engine/tiers.py _check_order": {
        "ordering | < shifted in `tier.key < before.key`": ("equivalent: equal keys have returned before"),
    },
    "engine/dominance.py check_dominates": {
        "operand | without `not maintenance`": (
            "unreachable: initial margin without maintenance is refused by `_check_kind` before"
        ),
    },
    "engine/parameters.py RiskParameters._check": {
        "operand | without link 2 of `1 <= len(self.instruments) <= MAX_INSTRUMENTS`": (
            "equivalent: `_check_count` refuses a longer list before its items are read"
        ),
    },
}
ARGUED = {f"{function} | {site}": why for function, listed in _ARGUED.items() for site, why in listed.items()}
"""Reason by site."""


def reason(key: str) -> str | None:
    """The argument for a site, by its key or by its function."""
    function = key.split(" | ", maxsplit=1)[0]
    return ARGUED.get(key) or NOT_RUN.get(function)
