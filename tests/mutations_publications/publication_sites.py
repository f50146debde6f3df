"""The checks of a publication and all around it: which modules, and which tests lie to them."""

from __future__ import annotations

from functools import cache

from check_sites import FIELDS, Site, sites_of

MODULES = (
    "verifier/reserves.py",
    "verifier/ownership.py",
    "verifier/ethereum.py",
    "verifier/assets.py",
    "verifier/coverage.py",
    "verifier/archive.py",
    "verifier/sampling.py",
    "verifier/tie_out.py",
    "engine/scenarios.py",
    "engine/batch_schedule.py",
)
NOT_YET: tuple[str, ...] = (
    "verifier/oracles.py",
    "verifier/quorums.py",
    "verifier/attestations.py",
    "verifier/contexts.py",
    "verifier/onchain.py",
    "verifier/receipts.py",
    "verifier/publication.py",
    "verifier/bundle.py",
    "verifier/customer.py",
)
"""Modules that are tried when kills are learnt, but have checks without a verdict still."""
TESTS = (
    "tests/reserves",
    "tests/publications",
    "tests/oracles",
    "tests/attestations",
    "tests/receipts",
    "tests/archives",
    "tests/customers",
    "tests/audits",
    "tests/engine/test_scenarios.py",
    "tests/engine/test_batch_schedule.py",
)
"""Where the tests are that a check may be killed by."""


@cache
def all_sites(modules: tuple[str, ...] = MODULES) -> dict[str, Site]:
    """Every check by its key, in the modules' order."""
    found = sites_of(modules, (*FIELDS, "min_length", "max_length"), collected=True)
    return {site.key: site for site in found}


def reimported(site: Site) -> bool:
    """Whether a weakening shows only when the module is executed anew: constants and models."""
    return site.kind in ("bound", "model")
