"""Security profiles: every parameter of the proof system, under a name.

`STANDARD` gives 128 bits that are proven (Johnson bound), never conjectured (docs/security; `verifier.security`
prints each term). A weaker profile exists only for tests, under a name that says insecure, and no default accepts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from plimsoll.engine.errors import PlimsollError


@dataclass(frozen=True, slots=True)
class Profile:
    """Parameters of the FRI-based commitment scheme with zero knowledge.

    Attributes:
        name: stands in the statement with the numbers.
        log_blowup: log2 of the inverse of the code's rate.
        queries: number of FRI queries.
        query_pow_bits: bits of work before the query positions are drawn.
        log_final_poly_len: log2 of the number of coefficients of the last FRI polynomial.
        max_log_arity: log2 of the most values folded into one in a FRI round.
        random_codewords: random codewords added to each batched matrix. The cubic extension needs at least three
            (one for each coordinate of an opened combination); four keep a margin of one.
        cap_height: log2 of the number of digests in a Merkle cap.
        salt_elements: random field elements hashed into each Merkle leaf (4 x 64 bits: a leaf cannot be guessed).
    """

    name: str
    log_blowup: int
    queries: int
    query_pow_bits: int
    log_final_poly_len: int
    max_log_arity: int
    random_codewords: int
    cap_height: int
    salt_elements: int = 4

    @property
    def insecure(self) -> bool:
        return self.name.startswith("insecure")


STANDARD: Final = Profile("standard-128", 2, 112, 20, 5, 3, 4, 3)
INSECURE_TEST: Final = Profile("insecure-test-only", 2, 4, 0, 5, 3, 4, 3)
PROFILES: Final = {p.name: p for p in (STANDARD, INSECURE_TEST)}


def profile(name: str) -> Profile:
    """The profile of a name. Raises PlimsollError for a name that is not in the list."""
    if name not in PROFILES:
        raise PlimsollError(f"unknown security profile {name!r}: expected one of {', '.join(PROFILES)}")
    return PROFILES[name]
