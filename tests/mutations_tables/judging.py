"""What becomes of a mutant: its witness is refused by the genuine tables for this check alone, accepted without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from forged_rows import Offence, offences, rebalance
from lie import BUILTINS, Lie, NoWitness, tables
from lies_about_builtins import builtin_constraint, column_of
from lies_about_messages import count, field, required, whole
from lies_about_rows import row_constraint
from table_mutants import Kind, Mutant, table_named, with_contents
from toolkit import Forgery, dishonest, dishonest_profile, forge

from plimsoll.circuits.tables import BLIND_BUS, TableSet
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.stark import verify_proof

ONLY_COMPLETE = "removal only loses completeness: an honest proof is refused, and nothing more is accepted"
BLINDS = "no check of a witness: it hides (zero knowledge); our verifier refuses tables without it"
WEIGHTS = "no check by itself: it has the verifier look for the constraint that makes `active` a bit, listed above"


class Verdict:
    """What became of a mutant, as the page says it."""

    KILLED = "killed"
    ARGUED = "argued"
    COMPLETENESS = "no check"


@dataclass(frozen=True)
class Outcome:
    """A mutant with its verdict, and in words the lie or the argument."""

    mutant: Mutant
    verdict: str
    words: str


def witness(mutant: Mutant) -> Lie:
    """The named invalid witness of a mutant. Raises NoWitness with the argument if there is none."""
    name, place = mutant.owner, mutant.place
    match mutant.kind:
        case Kind.CONSTRAINT if name in (*BUILTINS, "root"):
            return builtin_constraint(name, place)
        case Kind.CONTENTS:
            return builtin_constraint(name, place)
        case Kind.CONSTRAINT:
            return row_constraint(name, place)
        case Kind.REQUIRED:
            return required(name, place)
        case Kind.COUNT:
            return count(name)
        case Kind.FIELD:
            return field(name, place)
        case Kind.BUS:
            return whole(name)
        case Kind.PROVIDED:
            raise NoWitness(ONLY_COMPLETE)
        case Kind.BLIND:
            raise NoWitness(BLINDS)
        case _:
            raise NoWitness(WEIGHTS)


def expected(mutant: Mutant) -> Offence:
    """The only check that the witness breaks under the genuine tables."""
    if mutant.offence is not None:
        return mutant.offence
    bus = table_named(tables(), mutant.owner).messages[mutant.place].bus
    return Offence("bus", bus)


def without_the_check(mutant: Mutant, lie: Lie) -> tuple[TableSet, Forgery]:
    """The mutant's tables, and the traces for them."""
    forgery = lie.forgery
    left = mutant.tables
    if mutant.kind is Kind.CONTENTS:
        left = with_contents(left, mutant.owner, mutant.place, column_of(mutant.owner, mutant.place, forgery))
    traces = [trace.copy() for trace in forgery.traces]
    if mutant.kind is Kind.REQUIRED and not expected(mutant).name.startswith("fn:"):
        # Other rows ask for one thing less, too.
        rebalance(left, traces)
    for name, widened in (lie.widened or {}).items():
        traces[[t.name for t in left.instance_tables()].index(name)] = widened
    return left, replace(forgery, traces=traces)


def decide(mutant: Mutant, *, proofs: bool) -> Outcome:
    """Kills a mutant or has it argued; an AssertionError says that it is neither.

    Args:
        mutant: the tables without a check.
        proofs: whether both verifiers are to accept a real proof; else the reference check alone decides.
    """
    try:
        lie = witness(mutant)
    except NoWitness as no:
        argued(mutant, no, proofs=proofs)
        verdict = Verdict.COMPLETENESS if mutant.kind is Kind.PROVIDED else Verdict.ARGUED
        return Outcome(mutant, verdict, no.argument)
    broken = offences(tables(), lie.forgery.traces, lie.forgery.publics)
    assert broken == {expected(mutant)}, f"{mutant.key}: the witness breaks {sorted(map(str, broken))}"
    left, forgery = without_the_check(mutant, lie)
    if proofs:
        forgery.accepted_by_both_under(left)
    else:
        still = offences(left, forgery.traces, forgery.publics)
        assert not still, f"{mutant.key}: without the check the witness still breaks {sorted(map(str, still))}"
    return Outcome(mutant, Verdict.KILLED, lie.words)


def argued(mutant: Mutant, no: NoWitness, *, proofs: bool) -> None:
    """What can be run of an argument: the nearest attempt still fails; an honest proof is refused, or accepted."""
    if no.attempt is not None:
        broken = offences(tables(), no.attempt.traces, no.attempt.publics)
        still = offences(mutant.tables, no.attempt.traces, no.attempt.publics)
        assert expected(mutant) in broken and still, mutant.key
        return
    honest = forge()
    broken = offences(mutant.tables, honest.traces, honest.publics)
    if mutant.kind is Kind.PROVIDED:
        assert broken == {expected(mutant)}, f"{mutant.key}: an honest run breaks {sorted(map(str, broken))}"
        if proofs:
            refused_by_both(honest, mutant.tables)
        return
    assert not broken, mutant.key
    if mutant.kind is Kind.BLIND:
        assert table_named(tables(), mutant.owner).messages[mutant.place].bus == BLIND_BUS
        assert refusal(lambda: verify_proof(mutant.tables, honest.publics, DIGEST, b"", INSECURE_TEST)) == "tables"
    elif proofs:
        honest.accepted_by_both_under(mutant.tables)


DIGEST = bytes(32)


def refusal(verify: Callable[[], Any]) -> str:
    """The step at which our verifier refuses; empty if it does not."""
    try:
        verify()
    except VerificationError as e:
        return e.step
    return ""


def refused_by_both(forgery: Forgery, about: TableSet) -> None:
    """Both verifiers refuse a proof about these tables since a bus does not balance."""
    body, digest = forgery.body(about, INSECURE_TEST), forgery.statement.digest()
    assert refusal(lambda: verify_proof(about, forgery.publics, digest, body, INSECURE_TEST)) == "terminals"
    try:
        dishonest.verify(about.encode(), forgery.publics, digest, body, dishonest_profile(INSECURE_TEST))
    except dishonest.CoreError as e:
        assert "TerminalSumNonZero" in str(e), e
        return
    raise AssertionError("upstream's verifier accepts a bus that does not balance")
