"""The page docs/security/mutations-verifier.md: every site, what killed it, or why it may stay.

The same sources give the same bytes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from check_audit import Result, all_inputs
from check_reasons import reason
from check_sites import ELSEWHERE, LEFT_OUT, ROOT, Site, modules

PAGE = ROOT / "docs" / "security" / "mutations-verifier.md"
KINDS = {
    "guard": "an `if` that raises never does",
    "raise": "a `raise` at the end of a function is left out",
    "require": "a call of `require` is left out",
    "check call": "a call of a checking function is left out, or always says yes",
    "operand": "one operand of `and`, `or`, or one link of a chain of comparisons is left out",
    "ordering": "`<` becomes `<=`, `<=` becomes `<`, and so for `>`",
    "digest": "one name is left out of a loop that compares what the names stand for",
    "field": "a field of the statement is left out of what is hashed",
    "bound": "a constant that is a limit is loosened by the least step",
    "model": "a limit, or the refusal of unknown fields, is taken out of a model",
    "translation": "an error of Python's escapes in place of ours",
    "assert": "an `assert` is left out",
}
HEAD = """# Mutation of the verifier's checks

Every check that verifying a proof makes is taken away, one at a time, and something must then be accepted that must
not be. The list of checks is not written by hand: it is read from the syntax trees of the modules that `plimsoll
verify` executes. This page is generated (`python tests/mutations_verifier/mutate.py`); a test compares its list with
the sources.

**Killed**: the named input is refused by the verifier as it is, and without this one check it is accepted; or it
makes the verifier crash with an error that is not its own, or hang; or, where a weakening refuses more and not less,
a valid input is refused. A mere change of the message is no kill. **Second line**: no input is accepted, because
another check refuses the same inputs; the step and the function that do so are those of a run, not of an argument.
**Argued**: no input reaches the difference; the reason is given.

Inputs are the [test vectors](../protocol/vectors.md) (`vector`); proofs made *for* a statement that this caller must
not accept, so that the transcript fits and the policy alone says no (`proof of`, `caller with`); proofs of one
statement in the file of another, made with the weakened digest (`exchanged`); table sets that nobody may rely on,
with proofs about them by a prover in plain Python that checks nothing (`tables with`, `profile with`, `proof with`);
false rows, proven (`rows`); single steps with challenges of choice, where a whole proof would need luck of 2^-180
(`step`); snapshots, parameters, tiers, programs, shape classes wrong in one thing.

Not here: what the tables themselves constrain ([bounds](bounds.md) and [the forgeries](forgeries.md)), and the lines
that absorb and draw in the transcript; each has a list of its own. A limit on time or memory is killed by an input
that then needs too much, or stands as second line where something refuses the same input later.
"""


def written(results: Sequence[Result]) -> str:
    """The whole page."""
    parts = [HEAD, _summary(results), _left_out()]
    by_module: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_module[result.site.module].append(result)
    for module in modules():
        if by_module[module]:
            parts.append(_module(module, by_module[module]))
    return "\n".join(parts)


def verdict(result: Result) -> str:
    if result.verdict == "survives":
        return "argued" if reason(result.site.key) else "survives"
    return result.verdict


def counts(results: Sequence[Result]) -> dict[str, int]:
    found = Counter(verdict(one) for one in results)
    return {name: found[name] for name in ("killed", "second", "argued", "survives")}


def _summary(results: Sequence[Result]) -> str:
    lines = [
        "## Counts",
        "",
        "| kind | what is weakened | sites | killed | second line | argued |",
        "|---|---|---|---|---|---|",
    ]
    for kind, about in KINDS.items():
        of_kind = [one for one in results if one.site.kind == kind]
        c = counts(of_kind)
        lines.append(f"| {kind} | {about} | {len(of_kind)} | {c['killed']} | {c['second']} | {c['argued']} |")
    c = counts(results)
    lines.append(f"| all | | {len(results)} | {c['killed']} | {c['second']} | {c['argued']} |")
    used = len({one.by for one in results if one.by})
    lines += ["", f"{len(all_inputs())} inputs were tried; {used} of them are named below.", ""]
    return "\n".join(lines)


def _left_out() -> str:
    names = "; ".join(f"`{name}` ({why})" for name, why in LEFT_OUT.items())
    rest = ", ".join(f"`{name}`" for name in ELSEWHERE)
    return (
        "## Modules\n\n"
        f"All of `verifier/` but these: {names}. Of the other rooms, those whose refusals verifying relies on: "
        f"{rest}.\n"
    )


def _module(module: str, results: Sequence[Result]) -> str:
    lines = [f"## {module}", "", "| function | weakening | verdict | by |", "|---|---|---|---|"]
    for one in results:
        lines.append(f"{row_head(one.site)} {_said(one)} |")
    return "\n".join(lines) + "\n"


def _said(one: Result) -> str:
    if one.verdict == "killed":
        return f"killed | {_plain(one.by)}: {one.how}"
    if one.verdict == "second":
        return f"second line | {_plain(one.by)}: refused all the same, {one.how}"
    return f"{verdict(one)} | {reason(one.site.key) or 'neither killed nor argued'}"


def _code(text: str) -> str:
    """Text as code within a table."""
    text = re.sub(r"\s+", " ", text).replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _plain(text: str) -> str:
    return re.sub(r"([*_|<\\])", r"\\\1", text)


def row_head(of: Site | str) -> str:
    """Function and weakening as a row begins; of a line of the page, empty if it is no row."""
    if isinstance(of, Site):
        return f"| {_code(of.function) if of.function else ''} | {of.kind}: {_code(of.text)} |"
    kinds = "|".join(KINDS)
    found = re.match(rf"\| (?:`[^`]*`)? ?\| (?:{kinds}): (?:``.*?`` \||`[^`]*` \|)", of)
    return found[0] if found else ""


def listed_rows(page: Path = PAGE) -> list[tuple[str, str, str]]:
    """Verdict, input's name and outcome of each row, in order."""
    names = sorted(all_inputs(), key=len, reverse=True)
    found = []
    for line in page.read_text().splitlines():
        head = row_head(line)
        if head:
            said, _, by = line[len(head) :].strip(" |").partition(" | ")
            name = next((one for one in names if by.startswith(f"{_plain(one)}: ")), "")
            found.append((said, name, by[len(_plain(name)) + 2 :] if name else by))
    return found
