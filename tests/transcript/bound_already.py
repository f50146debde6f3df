"""Lines of the transcript whose loss gives an attacker nothing: what they say is in the statement's digest.

The descriptions (labels, lengths, bound numbers) come from tables and profile alone. `varies_with` measures, by running
the transcript on changed tables and profiles, what each line depends on; each change must change the statement's
digest, from which the sponge starts.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from transcript_attacks import ATTACKS
from transcript_cases import DIGEST, case, small_profile
from transcript_variants import Site, Variant, sites

from plimsoll.circuits.tables import Instance, Table, TableSet
from plimsoll.verifier import transcript
from plimsoll.verifier.challenger import Challenger, Description
from plimsoll.verifier.profile import Profile
from plimsoll.verifier.shape import proof_shape
from plimsoll.verifier.statement import BOOK_BATCH, Digests, Statement


class _AskedError(Exception):
    """The descriptions are made; the first message is asked for."""


class _Silent:
    """A proof, or a list of claimed values, that answers nothing but how long it is."""

    def __init__(self, length: int = 0) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Any]:
        raise _AskedError

    def __getattr__(self, name: str) -> Any:
        raise _AskedError


@dataclass(frozen=True)
class Subject:
    """Tables and profile: all that a description may depend on."""

    tables: TableSet
    profile: Profile

    def statement(self) -> Statement:
        digests = Digests(*([bytes(32)] * 6))
        return Statement(BOOK_BATCH, "test", self.profile, replace(digests, tables=self.tables.digest()), (1, 2, 3, 4))


def _with_root(subject: Subject, **changes: Any) -> Subject:
    root, powers = subject.tables.tables
    return replace(subject, tables=replace(subject.tables, tables=(replace(root, **changes), powers)))


def _heights(subject: Subject, *instances: tuple[int, int]) -> Subject:
    tables: list[Table] = []
    for table, (_, log_height) in zip(subject.tables.tables, instances, strict=False):
        stretched = [(column * 4)[: 1 << log_height] for column in table.periodic]
        tables.append(replace(table, periodic=tuple(stretched)))
    return replace(subject, tables=TableSet(tuple(tables), tuple(Instance(*i) for i in instances)))


@cache
def subjects() -> dict[str, Subject]:
    """The base, under "", and changes of one thing each."""
    base = Subject(case().tables, small_profile())
    root = base.tables.tables[0]
    another = root.messages[0]
    found = {
        "": base,
        "a table's width": _with_root(base, width=root.width + 1),
        "a table's messages": _with_root(base, messages=(*root.messages, *[another] * 3)),
        "a table's constraints": _with_root(base, constraints=root.constraints[:-1]),
        "the number of public values": _with_root(base, publics=root.publics + 1),
        "a table's height": _heights(base, (0, 6), (1, 4)),
        "the number of instances": _heights(base, (0, 5), (1, 4), (1, 4)),
    }
    changes = {"log_blowup": 3, "queries": 1, "query_pow_bits": 4, "log_final_poly_len": 1, "max_log_arity": 2}
    changes |= {"random_codewords": 5, "cap_height": 2}
    for name, value in changes.items():
        found[f"the profile's {name}"] = replace(base, profile=replace(base.profile, **{name: value}))  # type: ignore[arg-type]
    return found


def _described(subject: Subject) -> dict[str, list[Any]]:
    """What each line of the transcript describes, by the line's text, in the order of execution."""
    variant, said = Variant(), dict[str, list[Any]]()
    source = inspect.getsource(transcript).splitlines()

    class Noting(Description):
        def _note(self, *what: Any) -> None:
            frame = inspect.currentframe()
            assert frame and frame.f_back and frame.f_back.f_back
            caller = frame.f_back.f_back
            key = f"{caller.f_code.co_name}: {source[caller.f_lineno - 1].split('#')[0].strip()}"
            said.setdefault(key, []).append(what)

        def step(self, kind: str, label: str, length: str, values: str) -> None:
            self._note(kind, label, length, values)
            super().step(kind, label, length, values)

        def bracket(self, label: str) -> None:
            self._note(label)
            super().bracket(label)

        def bind(self, number: int) -> None:
            self._note(number)
            super().bind(number)

        def seed(self, challenger: Challenger) -> None:
            self._note(self.fingerprint(), self._label)
            super().seed(challenger)

    shape = proof_shape(subject.tables, subject.profile)
    claims = [[[_Silent(m.masked_width) for _ in range(m.points)] for m in row] for row in shape.rounds]
    phases: list[tuple[str, tuple[Any, ...]]] = [
        ("batch_phase", (shape, [], _Silent())),
        ("opening_phase", (claims, 0)),
        ("fri_phase", (shape, _Silent())),
    ]
    for name, arguments in phases:
        variant.transcript["Description"] = Noting
        try:
            variant.transcript[name](Challenger(DIGEST), *arguments)
        except _AskedError:
            continue
        raise AssertionError(f"{name} asked for nothing")
    return said


@cache
def _all_described() -> dict[str, dict[str, list[Any]]]:
    return {name: _described(subject) for name, subject in subjects().items()}


def varies_with(site: Site) -> tuple[str, ...]:
    """The changes of tables and profile that change what the line says."""
    own = _all_described()
    key = str(site).replace("'", '"')
    base = own[""].get(key, [])
    return tuple(name for name, said in own.items() if said.get(key, []) != base)


CONSTANT = "the same in every proof of this protocol version, whose number is in the digest"
ARGUED: dict[str, str] = {
    "batch_phase: challenger.observe_extension(((bits, 0, 0) for bits in proof.degree_bits))": (
        "step 3 compares these bytes with the tables' heights, which the digest names: a prover has no choice"
    ),
    "Challenger.check_work: self.sample_bytes(1)": (
        "puts a digest between the final polynomial and the witness; both have fixed lengths, so that what is hashed "
        "is read in one way without it too"
    ),
    "Description.step: self._lines.append((self._depth, f'Atomic {kind} {len(label)} {label} {length} {values}'))": (
        "all steps of all descriptions, see above"
    ),
    "Description.bracket: self._lines.append("
    "(self._depth, f'{hierarchy} Protocol {len(label)} {label} None Marker'))": (
        "all brackets of all descriptions, see above"
    ),
    "Description.bind: self._label += struct.pack('>IQ', 8, number)": "all bound numbers, see above",
    "Description.seed: challenger.observe([len(data), *(int.from_bytes(chunk, 'little') for chunk in chunks)])": (
        "all three seeds, see above"
    ),
}
"""Lines that are no part of a description, or stand for all of them."""


def survivors() -> list[Site]:
    return [site for site in sites() if str(site) not in ATTACKS]


def argument(site: Site) -> str:
    """Why the line's loss is harmless."""
    if str(site) in ARGUED:
        return ARGUED[str(site)]
    assert site.module == "transcript" and (site.kind == "described" or site.text == "described.seed(challenger)")
    changes = varies_with(site)
    return f"follows from {', '.join(changes)}" if changes else CONSTANT
