"""The page docs/security/mutations-publications.md: every check, the test that fails without it, or why it may stay.

The same sources give the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from check_sites import Site
from kill_list import read_kills
from publication_arguments import ARGUED
from publication_sites import MODULES, TESTS, all_sites
from publication_trials import ELSEWHERE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security" / "mutations-publications.md"
KINDS = {
    "guard": "an `if` that raises, or puts a problem on a list, never does",
    "raise": "a `raise` at the end of a function is left out",
    "require": "a call of `require` is left out",
    "check call": "a call of a checking function is left out, or always says yes",
    "operand": "one operand of `and`, `or`, or one link of a chain of comparisons is left out",
    "ordering": "`<` becomes `<=`, `<=` becomes `<`, and so for `>`",
    "digest": "one name is left out of a loop that compares what the names stand for",
    "bound": "a constant that is a limit is loosened by the least step",
    "model": "a limit, or the refusal of unknown fields, is taken out of a model",
    "translation": "an error escapes in place of the one that it is translated to",
    "assert": "an `assert` is left out",
}
HEAD = """# Mutation of the checks of a publication

Beside the proofs, a publication has signatures, prices, reserves, receipts, customers' files, archives and audits, and
their checks are no part of [the verifier's list](mutations-verifier.md). Here each of them is taken away, one at a
time, and a named test must then fail. The list of checks is read from the syntax trees of the modules, not written by
hand. This page is generated (`python tests/mutations_publications/mutate_publications.py`); a test compares its list
with the sources, and replays a sample.

**Killed**: the named test passes as things are, and fails without this one check. It saw: `accepted`, what must be
refused is not; `an honest input is refused`, where a weakening refuses more and not less; `crashes`, an error that is
not the verifier's own; `fails`, anything else that it compares. **Second line**: the test fails only by the words of
the refusal, since another check, the one that is named, refuses the same input. **Argued**: no test sees the
difference; the reason is given.

A weakened function is put into the running tests, in a process of its own for each; where a constant or a model is
weakened, everything is imported anew.
"""


def verdict(key: str) -> str:
    kills = read_kills()
    if key in kills:
        return "second line" if kills[key][1].startswith(ELSEWHERE) else "killed"
    return "argued" if key in ARGUED else "survives"


def counts(keys: Iterable[str]) -> Counter[str]:
    return Counter(verdict(key) for key in keys)


def row(site: Site) -> str:
    """One line of the page."""
    kills, said = read_kills(), verdict(site.key)
    by = ARGUED.get(site.key, "neither killed nor argued")
    if site.key in kills:
        test, saw = kills[site.key]
        by = f"{_code(test.removeprefix('tests/'))}: {saw}"
    return f"| {_code(site.function) if site.function else ''} | {site.kind}: {_code(site.text)} | {said} | {by} |"


def written() -> str:
    """The whole page."""
    sites = all_sites()
    lines = [HEAD, "## Counts", "", "| kind | what is weakened | checks | killed | second line | argued |"]
    lines.append("|---|---|---|---|---|---|")
    for kind, about in KINDS.items():
        keys = [key for key, site in sites.items() if site.kind == kind]
        if keys:
            lines.append(f"| {kind} | {about} |{_numbers(keys)}")
    lines.append(f"| all | |{_numbers(sites)}")
    lines += ["", "Tests are taken from " + ", ".join(f"`{one}`" for one in TESTS) + ".", ""]
    for module in MODULES:
        lines += [f"## {module}", "", "| function | weakening | verdict | by |", "|---|---|---|---|"]
        lines += [*(row(site) for site in sites.values() if site.module == module), ""]
    return "\n".join(lines)


def _numbers(keys: Iterable[str]) -> str:
    listed = list(keys)
    c = counts(listed)
    return f" {len(listed)} | {c['killed']} | {c['second line']} | {c['argued']} |"


def _code(text: str) -> str:
    """Text as code within a table."""
    text = re.sub(r"\s+", " ", text).replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"
