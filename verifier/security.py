"""Provable bits of security of a proof, term by term: the Python twin of p3-security 0.8.0 (`prover/core` compares).

Only proven bounds are used, never conjectures: each term bounds the chance that a cheating prover passes one round of
the protocol (round-by-round soundness, eprint 2024/1553), and the proof is as strong as the weakest term. Below,

    |F|  order of the cubic extension, 2^192 (less one part in 2^30)
    k    degree bound of the committed columns, 2^log_length;  rho = 2^-log_blowup, n = k / rho, q the queries
    m    a free parameter of the Johnson bound (list decoding); the best admissible one is taken
    L    list size: 1 with unique decoding, (m + 1/2) / sqrt(rho) with list decoding

A proof of several tables is reckoned as one table as long as all of them together (each with its masks, the sum
rounded up to a power of two), with the constraints, openings and messages of all: a union bound over the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, inf, log2, sqrt
from typing import Final

from plimsoll.circuits.tables import TableSet
from plimsoll.verifier.extension import DEGREE
from plimsoll.verifier.lookups import PACKED_DEGREE
from plimsoll.verifier.profile import Profile
from plimsoll.verifier.security_terms import DESCRIPTIONS
from plimsoll.verifier.shape import CHUNKS, hiding_budget, proof_shape
from plimsoll.verifier.tables import LOG_ZK

MODULUS_BITS: Final = 64 * DEGREE
COLLISION_BITS: Final = 128
"""SHA-256: two commitments, or two nodes of a tree, with one digest."""
CAPACITY: Final = 4
"""Of the Poseidon2 sponge that hashes leaves, nodes and the commitment (circuits/poseidon2.py), in field elements."""
POINTS: Final = 2
"""The running sum is opened at zeta and at the next point."""
RUNNING_SUM_CONSTRAINTS: Final = 3
SMALLEST_M: Final = 3
LARGEST_M: Final = 1000


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the terms are computed from.

    Attributes:
        log_length: log2 of the sum of all tables' heights with their masks, rounded up.
        constraints: of all tables, those of the lookups included.
        openings: columns times opening points batched in one combination, masks included.
        messages: messages a row of the one long table, rounded up.
        message_width: fields of the widest message.
    """

    log_length: int
    constraints: int
    openings: int
    messages: int
    message_width: int


def security_inputs(tables: TableSet, profile: Profile) -> Inputs:
    """The figures of a proof of these tables. Raises VerificationError ("tables", "policy") as `verify_proof` does."""
    shape = proof_shape(tables, profile)
    rows = messages = constraints = 0
    for instance in shape.instances:
        extended = 1 << (instance.log_height + LOG_ZK)
        rows += extended
        messages += extended * len(instance.table.messages)
        constraints += len(instance.table.constraints) + len(instance.columns) + RUNNING_SUM_CONSTRAINTS
    log_length = (rows - 1).bit_length()
    return Inputs(
        log_length=log_length,
        constraints=constraints,
        openings=sum(m.masked_width * m.points for matrices in shape.rounds for m in matrices),
        messages=-(-messages >> log_length),
        message_width=shape.widest_message,
    )


def security_terms(tables: TableSet, profile: Profile) -> dict[str, float]:
    """Bits by term under upstream's names, and their `minimum`, for the better of the two proven regimes.

    The best m is looked for before the hash's cap is applied: under the cap many are alike.
    """
    _, terms = _best_regime(security_inputs(tables, profile), profile)
    terms = {**terms, "commitment-collision": float(COLLISION_BITS)}
    return {**terms, "minimum": min(terms.values())}


def _best_regime(inputs: Inputs, profile: Profile) -> tuple[int | None, dict[str, float]]:
    """The better of unique decoding (m is None) and list decoding at its best m, with its terms but the hash's."""
    best, chosen = _algebraic_terms(inputs, profile, None), None
    listed: tuple[int, dict[str, float]] | None = None
    for m in range(SMALLEST_M, min(largest_m(inputs), LARGEST_M) + 1):
        candidate = _algebraic_terms(inputs, profile, m)
        if listed is None or min(candidate.values()) >= min(listed[1].values()):
            listed = m, candidate
    if listed is not None and min(listed[1].values()) > min(best.values()):
        chosen, best = listed
    return chosen, best


def security_bits(tables: TableSet, profile: Profile) -> float:
    """The weakest term's bits."""
    return security_terms(tables, profile)["minimum"]


def _algebraic_terms(inputs: Inputs, profile: Profile, m: int | None) -> dict[str, float]:
    """All terms but the hash's at a parameter m, or with unique decoding if m is None."""
    log_list = 0.0 if m is None else log2((m + 0.5) / sqrt(2.0**-profile.log_blowup))
    return {
        "air-composition": air_composition(inputs, log_list),
        "deep-ali": deep_ali(inputs, log_list),
        "low-degree-test": low_degree_test(inputs, profile, m),
        "batch-combination": batch_combination(inputs, profile, m),
        "logup-fingerprint": logup_fingerprint(inputs),
    }


def air_composition(inputs: Inputs, log_list: float) -> float:
    """ALI: L * constraints / |F|. The constraint challenge folds a broken constraint away. p3-security air.rs."""
    return max(MODULUS_BITS - log_list - log2(inputs.constraints), 0.0)


def deep_ali(inputs: Inputs, log_list: float) -> float:
    """DEEP: L * max(d (k + 1) + k - 1, (c + 1) k + 1) / |F|, constraints of degree d in c quotient chunks.

    Zeta is a root of folded - quotient * Z_H. p3-security deep.rs, ethSTARK (eprint 2021/582).
    """
    k = 2.0**inputs.log_length
    factor = max(PACKED_DEGREE * (k + POINTS - 1) + (k - 1), (CHUNKS + 1) * k + POINTS - 1)
    return max(MODULUS_BITS - log_list - log2(factor), 0.0)


def low_degree_test(inputs: Inputs, profile: Profile, m: int | None) -> float:
    """FRI: the weaker of a folding round and the queries. p3-security fri.rs.

    Queries: alpha^q and the work before them, alpha = (1 + 1/(2m)) sqrt(rho), or (1 + (k + 2) / n) / 2.
    Folding by a = 2^max_log_arity: (a - 1) exceptional lines' count / |F| (see `_exceptional_lines`), and never better
    than a (n + 1) (2m + 1) / (sqrt(rho) |F|); with unique decoding (a - 1) (n + 1) / |F|.
    """
    k = 2.0**inputs.log_length
    n = 2.0 ** (inputs.log_length + profile.log_blowup)
    arity = 2.0**profile.max_log_arity
    if m is None:
        alpha = (1.0 + (k + POINTS) / n) * 0.5
        if k + POINTS >= alpha * n:
            return 0.0
        folding = MODULUS_BITS - log2((arity - 1) * (n + 1))
        if (inputs.log_length + profile.log_blowup - profile.log_final_poly_len) // profile.max_log_arity <= 0:
            folding = inf
    else:
        root = sqrt(2.0**-profile.log_blowup)
        alpha = (1.0 + 0.5 / m) * root
        if alpha >= 1.0 or k + POINTS >= alpha * n:
            return 0.0
        lines = MODULUS_BITS - _exceptional_lines(inputs, profile, m) - log2(arity - 1)
        linear = MODULUS_BITS - log2(arity) - log2(n + 1) - log2(2 * m + 1) + log2(root)
        folding = min(lines, linear)
    queries = profile.query_pow_bits - profile.queries * log2(alpha)
    return min(max(folding, 0.0), queries)


def batch_combination(inputs: Inputs, profile: Profile, m: int | None) -> float:
    """Batching: (openings - 1) * C / |F|, C the exceptional lines; n / |F| each with unique decoding.

    One challenge combines all claims; the combination may be close to the code though a claim is not.
    p3-security assumption.rs `prox_gaps_error_jb_at_m`.
    """
    count = float(inputs.log_length + profile.log_blowup) if m is None else _exceptional_lines(inputs, profile, m)
    return max(MODULUS_BITS - count - log2(inputs.openings - 1), 0.0)


def logup_fingerprint(inputs: Inputs) -> float:
    """LogUp: N (W + 2) / |F|, N messages over all rows, of at most W fields.

    (alpha, beta) is a root of the cleared sum of fractions, or makes a denominator zero, which frees its fraction.
    p3-security logup.rs, Haboeck (eprint 2022/1530).
    """
    return max(MODULUS_BITS - (inputs.log_length + log2(inputs.messages)) - log2(inputs.message_width + 2.0), 0.0)


def _exceptional_lines(inputs: Inputs, profile: Profile, m: int) -> float:
    """log2 of C = 8 n (m + 1/2)^3 / (3 rho'), rho' = (k - 1) / n: on a line of words, how many points can be close to
    the code without all being (eprint 2026/2056, theorem 5.12 and appendix B). p3-security proximity.rs."""
    log_n = inputs.log_length + profile.log_blowup
    log_rate = log2(1.0 - 2.0**-inputs.log_length) - profile.log_blowup
    return 3.0 + log_n + 3.0 * log2(m + 0.5) - log2(3.0) - log_rate


def largest_m(inputs: Inputs) -> int:
    """The largest m below 1 / (2 (sqrt((k + 2) / k) - 1)) (eprint 2021/582, theorem 1)."""
    k = 2.0**inputs.log_length
    limit = 1.0 / (2.0 * (sqrt((k + POINTS) / k) - 1.0))
    return floor(limit) - 1 if floor(limit) == limit else floor(limit)


@dataclass(frozen=True, slots=True)
class Explained:
    """A term of one proof; `figures` are what its formula is of.

    `bits` is None for what is no term of upstream's; `stated` says in a few words what there is instead, else is empty.
    """

    name: str
    bits: float | None
    figures: dict[str, str]
    stated: str = ""


def explain(tables: TableSet, profile: Profile) -> list[Explained]:
    """The terms of `security_terms` with their figures, in the order of DESCRIPTIONS. Raises as `security_inputs`."""
    inputs = security_inputs(tables, profile)
    m, _ = _best_regime(inputs, profile)
    bits = security_terms(tables, profile)
    k, n = inputs.log_length, inputs.log_length + profile.log_blowup
    regime = {"decoding": "unique", "L": "1"}
    alpha = (1.0 + (2.0**k + POINTS) / 2.0**n) * 0.5
    if m is not None:
        root = sqrt(2.0**-profile.log_blowup)
        regime = {"decoding": "list", "m": str(m), "L": f"{(m + 0.5) / root:.2f}"}
        alpha = (1.0 + 0.5 / m) * root
    of_queries = profile.query_pow_bits - profile.queries * log2(alpha)
    budget = hiding_budget(profile.queries, POINTS)
    lowest = min(1 << instance.log_height for instance in tables.instances)
    figures: dict[str, dict[str, str]] = {
        "air-composition": {"c": str(inputs.constraints), **regime},
        "deep-ali": {"k": f"2^{k}", "d": str(PACKED_DEGREE), "chunks": str(CHUNKS), "L": regime["L"]},
        "logup-fingerprint": {"N": f"{inputs.messages} * 2^{k}", "W": str(inputs.message_width)},
        "low-degree-test": {
            "q": str(profile.queries),
            "alpha": f"{alpha:.6f}",
            "w": str(profile.query_pow_bits),
            "bits of the queries": f"{of_queries:.2f}",
            "a": str(1 << profile.max_log_arity),
            "n": f"2^{n}",
            "rho": f"2^-{profile.log_blowup}",
        },
        "batch-combination": {"openings": str(inputs.openings), "n": f"2^{n}", "m": regime.get("m", "none")},
        "grinding": {"w": str(profile.query_pow_bits)},
        "commitment-collision": {"digest": "256 bits"},
        "root-collision": {"capacity": f"{CAPACITY} elements of 64 bits", "digest": f"{CAPACITY} elements"},
        "hiding-budget": {"q": str(profile.queries), "points": str(POINTS), "shown": str(budget), "masks": str(lowest)},
    }
    stated = {
        "grinding": f"{profile.query_pow_bits} of the queries' bits",
        "root-collision": f"{64 * CAPACITY // 2}, assumed",
        "hiding-budget": f"{budget} of {lowest} masks",
    }
    return [Explained(name, bits.get(name), figures[name], stated.get(name, "")) for name in DESCRIPTIONS]
