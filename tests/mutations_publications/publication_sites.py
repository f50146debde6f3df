"""The checks of a publication and all around it: which modules, and which tests lie to them."""

from __future__ import annotations

import ast
from functools import cache

from check_sites import FIELDS, Site, functions, parsed, sites_of

MODULES = (
    "verifier/reserves.py",
    "verifier/ownership.py",
    "verifier/ethereum.py",
    "verifier/assets.py",
    "verifier/coverage.py",
    "verifier/oracles.py",
    "verifier/quorums.py",
    "verifier/attestations.py",
    "verifier/contexts.py",
    "verifier/onchain.py",
    "verifier/receipts.py",
    "verifier/publication.py",
    "verifier/bundle.py",
    "verifier/archive.py",
    "verifier/customer.py",
    "verifier/sampling.py",
    "verifier/tie_out.py",
    "engine/scenarios.py",
    "engine/batch_schedule.py",
)
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
def all_sites() -> dict[str, Site]:
    """Every check by its key, in the modules' order."""
    found = sites_of(MODULES, (*FIELDS, "min_length", "max_length"), collected=True)
    return {site.key: site for site in found}


def reimported(site: Site) -> bool:
    """Whether a weakening shows only when the module is executed anew: constants, models, and functions in functions,
    whose cells a weakened code may not have."""
    return site.kind in ("bound", "model") or (site.module, site.function) in _with_functions()


@cache
def _with_functions() -> frozenset[tuple[str, str]]:
    return frozenset(
        (module, name)
        for module in MODULES
        for name, node in functions(parsed(module))
        if any(isinstance(inner, ast.FunctionDef) and inner is not node for inner in ast.walk(node))
    )
