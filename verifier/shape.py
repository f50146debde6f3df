"""What tables and profile fix about a proof before it is read: columns, quotient chunks, folding rounds, lengths.

Nothing here is taken from a proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.field import TWO_ADICITY
from plimsoll.circuits.tables import Table, TableSet
from plimsoll.verifier.errors import require
from plimsoll.verifier.extension import DEGREE
from plimsoll.verifier.lookups import FractionColumn, bus_numbers, check_buses, pack, widest
from plimsoll.verifier.profile import Profile
from plimsoll.verifier.tables import LOG_ZK, check_tables

LOG_CHUNKS: Final = 2
"""log2 of the quotient's length over the trace's: constraints and fraction columns have degree 4 at most."""
CHUNKS: Final = 1 << (LOG_CHUNKS + LOG_ZK)
SALT_ELEMENTS: Final = 4
ROUNDS: Final = ("random", "main", "quotient", "permutation")
STEP = "policy"


@dataclass(frozen=True, slots=True)
class InstanceShape:
    """One matrix of the batch: its table, height, and fraction columns (the running sum's column comes first)."""

    table: Table
    log_height: int
    columns: tuple[FractionColumn, ...]

    @property
    def permutation_width(self) -> int:
        """Extension columns of the permutation trace: the running sum and the fractions."""
        return len(self.columns) + 1


@dataclass(frozen=True, slots=True)
class MatrixShape:
    """One committed matrix: its instance, its base columns without and with the masks, its opening points."""

    instance: int
    width: int
    masked_width: int
    points: int


@dataclass(frozen=True, slots=True)
class Fold:
    """One folding round: 2^log_arity values become one; the folded codeword has 2^log_rows values."""

    log_arity: int
    log_rows: int


@dataclass(frozen=True, slots=True)
class ProofShape:
    """All that is known of a proof in advance."""

    profile: Profile
    instances: tuple[InstanceShape, ...]
    rounds: tuple[tuple[MatrixShape, ...], ...]
    folds: tuple[Fold, ...]
    buses: dict[str, int]
    widest_message: int

    @property
    def log_codeword(self) -> int:
        """log2 of the longest committed codeword: bits of a query's position."""
        return max(self.log_rows(i) for i in range(len(self.instances)))

    @property
    def final_length(self) -> int:
        return 1 << self.profile.log_final_poly_len

    def log_rows(self, instance: int) -> int:
        """log2 of the rows of an instance's committed matrices (all of one height)."""
        return self.instances[instance].log_height + LOG_ZK + self.profile.log_blowup

    def cap_digests(self, log_rows: int) -> int:
        """Digests in the cap of a tree with 2^log_rows leaves."""
        return 1 << min(self.profile.cap_height, log_rows)


def proof_shape(tables: TableSet, profile: Profile) -> ProofShape:
    """Steps 1 and 2: checks tables and profile, and derives the shape of every proof about them.

    Raises:
        VerificationError: step "tables" or "policy".
    """
    facts = check_tables(tables)
    check_buses(tables, facts)
    packed = [pack(table, known) for table, known in zip(tables.tables, facts, strict=True)]
    instances = tuple(InstanceShape(tables.tables[i.table], i.log_height, packed[i.table]) for i in tables.instances)
    _check_profile(profile, [i.log_height for i in instances])
    columns = [instance.columns for instance in instances]
    return ProofShape(
        profile=profile,
        instances=instances,
        rounds=_rounds(instances, profile.random_codewords),
        folds=_folds(instances, profile),
        buses=bus_numbers(columns),
        widest_message=widest(columns),
    )


def _check_profile(profile: Profile, log_heights: list[int]) -> None:
    """A profile under which the proof system means something at all; how many bits it gives is another question."""
    p = profile
    require(p.queries > 0, STEP, "at least one query", p.queries)
    require(p.log_blowup >= LOG_CHUNKS, STEP, f"a blowup of at least 2^{LOG_CHUNKS}", f"2^{p.log_blowup}")
    require(p.max_log_arity > 0, STEP, "folds of at least two values", f"2^{p.max_log_arity}")
    require(p.salt_elements == SALT_ELEMENTS, STEP, f"{SALT_ELEMENTS} salt elements", p.salt_elements)
    require(p.random_codewords >= DEGREE, STEP, f"at least {DEGREE} random codewords", p.random_codewords)
    require(0 <= p.query_pow_bits < 64, STEP, "work of 0 to 63 bits", p.query_pow_bits)
    require(p.log_final_poly_len >= 0 <= p.cap_height, STEP, "no negative lengths", p)
    lowest, highest = min(log_heights), max(log_heights)
    need = hiding_budget(p.queries, points=2)
    require(need <= 1 << lowest, STEP, f"tables of at least {need} rows (hiding budget)", f"2^{lowest} rows")
    longest = highest + LOG_ZK + p.log_blowup
    require(longest <= TWO_ADICITY, STEP, f"codewords of at most 2^{TWO_ADICITY} values", f"2^{longest}")
    # Rows of a matrix shorter than the cap would stand above it in the tree, where no path reaches them.
    shortest = lowest + LOG_ZK + p.log_blowup
    final = p.log_final_poly_len + p.log_blowup
    require(shortest > final, STEP, f"codewords longer than the last one, 2^{final}", f"2^{shortest}")
    require(final >= p.cap_height, STEP, f"caps no wider than the last codeword, 2^{final}", f"2^{p.cap_height}")


def hiding_budget(queries: int, points: int) -> int:
    """Masked values that must stay unknown: each query shows one value of a column and its mask, each opening point
    three coordinates (p3-fri `hiding_budget`). A column hides as long as this is at most its height."""
    return 2 * (queries + DEGREE * points)


def _rounds(instances: tuple[InstanceShape, ...], masks: int) -> tuple[tuple[MatrixShape, ...], ...]:
    """The four commitments in opening order, and the matrices in each. Masks follow a matrix's own columns."""
    random, main, quotient, permutation = [], [], [], []
    for k, instance in enumerate(instances):
        width = instance.table.width
        lookups = DEGREE * instance.permutation_width
        random.append(MatrixShape(k, DEGREE, DEGREE + masks, 1))
        main.append(MatrixShape(k, width, width + masks, 1))
        quotient += [MatrixShape(k, DEGREE, DEGREE + masks, 1)] * CHUNKS
        permutation.append(MatrixShape(k, lookups, lookups + masks, 2))
    return (tuple(random), tuple(main), tuple(quotient), tuple(permutation))


def _folds(instances: tuple[InstanceShape, ...], profile: Profile) -> tuple[Fold, ...]:
    """The folding schedule (p3-fri `fold_schedule`): as many bits at once as allowed, stopping at every height at
    which shorter codewords join, until the final polynomial is short enough to be sent."""
    heights = sorted({i.log_height + LOG_ZK + profile.log_blowup for i in instances}, reverse=True)
    stops = [*heights[1:], profile.log_final_poly_len + profile.log_blowup]
    folds, log_rows = [], heights[0]
    for stop in stops:
        while log_rows > stop:
            log_arity = min(log_rows - stop, profile.max_log_arity)
            log_rows -= log_arity
            folds.append(Fold(log_arity, log_rows))
    return tuple(folds)
