"""Takes every check of the verifier away, one at a time, and writes docs/security/mutations-verifier.md.

    python tests/mutations_verifier/mutate.py

Exits with 1 if a check survives that nobody argued. Needs the dishonest prover of the tests (`make setup`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "build" / "dishonest"))
    sys.path.extend(str(folder) for folder in sorted((ROOT / "tests").iterdir()) if folder.is_dir())

from check_audit import Result, judge  # noqa: E402
from check_page import PAGE, counts, written  # noqa: E402
from check_reasons import ARGUED, NOT_RUN  # noqa: E402
from check_sites import all_sites  # noqa: E402

FIGURES = ROOT / "build" / "audit" / "mutation-verifier.json"


def results() -> list[Result]:
    """Every site, judged."""
    return [judge(site) for site in all_sites()]


def complaints(found: list[Result]) -> list[str]:
    """Sites that survive without an argument, and arguments that nothing needs."""
    survivors = {one.site.key for one in found if one.verdict == "survives"}
    wrong = [f"survives: {key}" for key in survivors if key not in ARGUED and key.split(" | ")[0] not in NOT_RUN]
    wrong += [f"argued for nothing: {key}" for key in ARGUED if key not in survivors]
    functions = {key.split(" | ")[0] for key in survivors}
    wrong += [f"argued for nothing: {name}" for name in NOT_RUN if name not in functions]
    return sorted(wrong)


def main() -> int:
    found = results()
    wrong = complaints(found)
    PAGE.write_text(written(found))
    c = counts(found)
    figures = {"checks": len(found), "killed": c["killed"], "second line": c["second"], "argued": c["argued"]}
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({"figures": figures}, indent=1) + "\n")
    print("\n".join([*wrong, str(figures)]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
