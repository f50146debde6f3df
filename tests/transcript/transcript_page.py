"""Writes docs/security/mutations-transcript.md from the lists: `python tests/transcript/transcript_page.py`."""

from __future__ import annotations

from pathlib import Path

from bound_already import argument, survivors
from transcript_attacks import ATTACKS, MOVED, PARTS
from transcript_variants import Site, sites

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security" / "mutations-transcript.md"
HEAD = """# Mutations of the transcript

*Written by `tests/transcript/transcript_page.py`; CI compares.* Each line that puts something into the Fiat-Shamir
sponge, or draws from it, is taken out of the verifier, one at a time. For each there is an attack that then works, or
the reason why none does. [The argument](fiat-shamir.md) says what each line is for.

The list is generated from the syntax trees of `verifier/transcript.py` and `verifier/challenger.py` (and the one line
of `verifier/stark.py` that starts the sponge). A line that is added there is in the list at once, and the test fails
until it has an attack or an argument.

How an attack is made: the verifier's sources are loaded with the one line changed, and nothing else. A prover in
plain Python (`tests/transcript/adaptive_prover.py`) runs the same changed transcript with itself in place of the
proof, and makes each message when it is asked for it. A message that is no longer asked for before a challenge is
made after it, from it. For each attack the test asserts that

1. the changed verifier accepts the proof of something false (for the witnesses of work: a second encoding of one
   proof);
2. the genuine verifier refuses that proof, at the step in the table;
3. *control* (long form): the same strategy against the whole transcript is asked for its message before it has the
   challenge, or ends in a proof that is refused, or has no success in as many tries.

The tables proven are small (heights 16 and 32, two queries: the least that the hiding budget allows), and the false
statement is always one of: four public values that are no powers of one number, proven with a row that breaks a
constraint ("a false row") or with a tuple that nobody provides. How many positions are queried plays a part only
where tries are counted, and where the final polynomial is interpolated: [see there](fiat-shamir.md).

The prover is also an independent third implementation of the proof system: it shares the field, the shape, the
packing of messages and the transcript with the verifier, and makes commitments, lookup columns, quotients, openings
and folds from the protocol's page. Its honest proofs are accepted by our verifier and by Plonky3's.
"""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _line(site: Site) -> str:
    return f"`{site.text}`"


def page() -> str:
    """The page's text."""
    every = {str(site): site for site in sites()}
    out = [HEAD, f"## Lines with an attack ({len(ATTACKS)})\n"]
    out.append(
        "A challenge is not left out but drawn as the challenge before it (the first one as 0, positions as 0).\n"
    )
    out += [_row("in", "line", "accepted without it", "refused by the genuine verifier at"), "|---|---|---|---|"]
    for name, site in every.items():
        if name in ATTACKS:
            attack = ATTACKS[name]
            out.append(_row(f"`{site.function}`", _line(site), attack.told, attack.step))
    out.append(f"\n## Lines that come too late ({len(MOVED)})\n")
    out.append("The line stands after the next challenge: that challenge is drawn one step too early.\n")
    out += [_row("in", "line", "accepted", "refused by the genuine verifier at"), "|---|---|---|---|"]
    for name, attack in MOVED.items():
        site = every[name]
        out.append(_row(f"`{site.function}`", _line(site), attack.told, attack.step))
    out.append("""
Two messages may come one challenge later without harm to soundness. Public values are fixed by the statement and by the
committed rows that must equal them, so only the constraint challenge must not come before them. The random codewords
stand in no constraint: they must be committed before the batching challenge, and come before zeta for the sake of zero
knowledge. The witness of the work is checked where it is absorbed. Everything else that is absorbed holds nothing that
a prover chooses.""")
    out.append(f"\n## Lines in a loop, gone in one turn ({len(PARTS)})\n")
    out.append(
        "Each list of claims, by round, matrix (two tables, eight quotient chunks each) and point; each fold's cap.\n"
    )
    out += [_row("line", "turn", "accepted without it", "refused by the genuine verifier at"), "|---|---|---|---|"]
    for (name, part), attack in PARTS.items():
        out.append(_row(_line(every[name]), str(part), attack.told, attack.step))
    left = survivors()
    out.append(f"\n## Lines without which nothing is lost ({len(left)})\n")
    out.append(
        "The statement's digest starts the sponge and names the tables' encoding and every parameter of the profile. "
        "These lines repeat what follows from it. What a line depends on is measured: the transcript is run on tables "
        "and profiles that differ in one thing. Each of these changes changes the statement's digest (tested).\n"
    )
    out += [_row("in", "line", "why nothing is lost"), "|---|---|---|"]
    out += [_row(f"`{site.function}`", _line(site), argument(site)) for site in left]
    out.append("""
The converse does not hold: the descriptions see widths, counts and lengths only. A table with one constraint less, or
caps of another height, is described alike (tested). What binds the constraints is the statement's digest alone.
""")
    return "\n".join(out)


if __name__ == "__main__":
    PAGE.write_text(page())
