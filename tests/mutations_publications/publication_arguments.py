"""Why some checks of a publication may be weakened without any test seeing it. Nothing is excused by default."""

from __future__ import annotations

_ARGUED: dict[str, dict[str, str]] = {
    "verifier/publication.py _verify": {
        "operand | without `reserves is not None`": (
            "nothing more is accepted: a book over batches that lists no reserves is then refused by an AttributeError "
            "of `check_coverage`, which reads from them first of all"
        ),
    },
    "verifier/sampling.py draw": {
        "operand | without link 1 of `1 <= sample <= min(leaves, MAX_SAMPLE)`": (
            "a sample of 0 would be drawn without end, so nothing is accepted: "
            "`audits/test_sampling.py::test_sample_that_cannot_be_drawn_rejected` hangs"
        ),
    },
    "engine/batch_schedule.py _check_order": {
        "ordering | < shifted in `piece.key < before.key`": "equivalent: equal keys have returned before",
    },
}
ARGUED = {f"{function} | {site}": why for function, listed in _ARGUED.items() for site, why in listed.items()}
"""Reason by check."""
