"""The terms of `verifier.security` in words: what a cheating prover would need, and where the bound stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Description:
    """A term in words: what a cheating prover would need, the bound on its chance, and where the bound stands."""

    title: str
    what: str
    formula: str
    source: str


DESCRIPTIONS: Final = {
    "air-composition": Description(
        "ALI",
        "a broken constraint is folded away by the constraint challenge",
        "L c / |F|",
        "p3-security air.rs; eprint 2024/1553",
    ),
    "deep-ali": Description(
        "DEEP",
        "zeta is a root of folded - quotient * Z_H",
        "L max(d (k + 1) + k - 1, (chunks + 1) k + 1) / |F|",
        "p3-security deep.rs; ethSTARK, eprint 2021/582",
    ),
    "logup-fingerprint": Description(
        "LogUp",
        "an unbalanced bus looks balanced at (alpha, beta)",
        "N (W + 2) / |F|",
        "p3-security logup.rs; eprint 2022/1530",
    ),
    "low-degree-test": Description(
        "low-degree test",
        "the queries miss a word that is far from the code, or a fold brings it close; the weaker of the two",
        "queries: alpha^q 2^-w; folds: (a - 1) C / |F|, at least a (n + 1) (2m + 1) / (sqrt(rho) |F|); with unique "
        "decoding (a - 1) (n + 1) / |F|",
        "p3-security fri.rs; eprint 2024/1553",
    ),
    "batch-combination": Description(
        "batching",
        "wrong claims combine to a right one",
        "(openings - 1) C / |F|, C = 8 n (m + 1/2)^3 / (3 rho'); with unique decoding C = n",
        "p3-security proximity.rs; eprint 2026/2056, theorem 5.12 and appendix B",
    ),
    "grinding": Description(
        "grinding",
        "work for each try at other query positions; counted within the low-degree test",
        "2^-w a try",
        "p3-challenger; docs/protocol/stark.md, step 8",
    ),
    "commitment-collision": Description(
        "hash", "two contents of one SHA-256 digest", "2^-(256 / 2)", "birthday bound; FIPS 180-4"
    ),
    "root-collision": Description(
        "root",
        "two books of one root or commitment: a collision of the Poseidon2 sponge; that its permutation has no "
        "shortcut is an assumption, as of every hash",
        "2^-(256 / 2), generic collisions in the capacity",
        "docs/security/soundness.md; Poseidon2, eprint 2023/323; sponges, Bertoni et al., Eurocrypt 2008",
    ),
    "hiding-budget": Description(
        "hiding budget",
        "values that queries and opening points show of a column; below the number of its masks nothing is learnt",
        "2 (q + 3 points) <= lowest table",
        "p3-fri hiding_budget; docs/security/zero-knowledge.md",
    ),
}
"""Every term by upstream's name, and three that are none of its: the work before the queries and the hiding budget, no
probabilities; and what the root binds, which no proof system knows of."""
