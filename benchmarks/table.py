"""The benchmark's results as a Markdown page."""

from __future__ import annotations

from typing import Any, Final

BASE: Final = 10
"""Holdings an account that the other rows are compared with."""
BUSY: Final = 1.0
"""Load before the run at which its times are not to be quoted."""


def markdown(results: dict[str, Any]) -> str:
    """The page that `run.py` prints and writes."""
    proofs, engine = results["proofs"], results["engine"]
    base = next((one for one in proofs if one["holdings"] == BASE), proofs[0])
    lines = [
        "# Benchmarks",
        "",
        f"{results['machine']}, {_gib(results['memory_bytes'])} of memory, Python {results['python']}; "
        f"load {results['load_before']} before the run; {results['time']}. Written by `make bench`.",
        "",
        *_warning(results["load_before"]),
        f"Proofs at full security ({base['security_bits']:.0f} proven bits, zero knowledge), {base['accounts']:,} "
        "accounts each. Medians of the warm proofs in one process; the first one is slower, as its memory is fresh. "
        "Core seconds are those of all cores together, whatever else the machine was doing.",
        "",
        "| holdings an account | shape class | prove | accounts/s | core seconds | first proof | peak memory | proof "
        "| verify | without NumPy |",
        "|--:|:--|--:|--:|--:|--:|--:|--:|--:|--:|",
        *(_proof(one) for one in proofs),
        "",
        f"Against {base['holdings']} holdings an account, in this run:",
        "",
        "| holdings an account | time to prove | memory | proof size | verify | first proof / warm "
        "| verify without / with NumPy |",
        "|--:|--:|--:|--:|--:|--:|--:|",
        *(_ratio(one, base) for one in proofs),
        "",
        "Seconds by stage (warm):",
        "",
        f"| holdings an account | {' | '.join(base['stages'])} |",
        f"|--:|{'--:|' * len(base['stages'])}",
        *(_stages(one) for one in proofs),
        "",
        "`check` is the health of every account, `tables` rebuilds schedule and tables, `tape` encodes the book, "
        "`witness` fills the tables, `proof` commits, folds and opens, `encode` writes the bytes.",
        "",
        *_accounts(results["accounts"]),
        *_whole(results["whole"]),
        f"Engine, NumPy: health of {engine['accounts']:,} accounts of {engine['holdings']} holdings in "
        f"{min(engine['seconds']):.1f} s ({engine['accounts'] / min(engine['seconds']):,.0f} accounts/s), peak memory "
        f"{_gib(engine['peak_bytes'])}, of which {_gib(engine['idle_bytes'])} before it began.",
        "",
    ]
    return "\n".join(lines)


def _accounts(found: list[dict[str, Any]]) -> list[str]:
    """One account for a consumer: all sizes have the same tables."""
    return [
        "## One account",
        "",
        "Proven by its owner for a consumer, at the longest path (14 levels of a batch, 6 of a book), from the opening "
        "to the file's bytes. Every account has the same tables, whatever it holds.",
        "",
        "| holdings | prove | first proof in a process | core seconds | peak memory | proof | verify |",
        "|--:|--:|--:|--:|--:|--:|--:|",
        *(
            f"| {one['holdings']} | {one['seconds']:.2f} s | {one['first_seconds']:.2f} s | "
            f"{one['cpu_seconds']:.2f} | {_gib(one['peak_bytes'])} | {one['proof_bytes'] / 1e6:.2f} MB | "
            f"{one['verify_seconds']:.2f} s |"
            for one in found
        ),
        "",
    ]


def _whole(one: dict[str, Any]) -> list[str]:
    """The whole book over batches, proven once, in a fresh process."""
    return [
        "## A whole book",
        "",
        f"{one['accounts']:,} accounts of 10 holdings, {one['instruments']} instruments: every batch and the totals, "
        f"all totals shown, all liabilities bounded, {one['scenarios']} scenarios; one run in a fresh process.",
        "",
        "| shape class | prove | accounts/s | core seconds | peak memory | proofs | verify | without NumPy |",
        "|:--|--:|--:|--:|--:|--:|--:|--:|",
        f"| {one['shape']} | {one['seconds']:.1f} s | {one['accounts_per_second']:,.0f} | {one['cpu_seconds']:.1f} | "
        f"{_gib(one['peak_bytes'])} | {one['bytes'] / 1e6:.1f} MB | {one['verify_seconds']:.2f} s | "
        f"{one['verify_seconds_without_numpy']:.2f} s |",
        "",
        *_publication(one["publication"]),
    ]


def _publication(one: dict[str, Any]) -> list[str]:
    """The same proofs as a publication with reserves."""
    return [
        f"As a publication, with reserves of {one['currencies']} currencies on {one['addresses']} addresses that sign: "
        f"signed, checked and written in {one['seconds']:.1f} s, {one['bytes'] / 1e6:.1f} MB in all, read and verified "
        f"in {one['verify_seconds']:.1f} s.",
        "",
    ]


def _warning(load: float) -> list[str]:
    """A line where something else was running: then only core seconds, memory and sizes are right."""
    if load < BUSY:
        return []
    text = f"**The machine was busy (load {load}): times are too long. Core seconds, memory and sizes are right.**"
    return [text, ""]


def _proof(one: dict[str, Any]) -> str:
    cells = [
        f"{one['holdings']}",
        f"`{one['shape']}`",
        f"{one['seconds']:.2f} s",
        f"{one['accounts_per_second']:,.0f}",
        f"{one['cpu_seconds']:.2f}",
        f"{one['first_seconds']:.2f} s",
        _gib(one["peak_bytes"]),
        f"{one['proof_bytes'] / 1e6:.2f} MB",
        f"{one['verify_seconds']:.2f} s",
        f"{one['verify_seconds_without_numpy']:.2f} s",
    ]
    return f"| {' | '.join(cells)} |"


def _ratio(one: dict[str, Any], base: dict[str, Any]) -> str:
    names = ("seconds", "peak_bytes", "proof_bytes", "verify_seconds")
    cells = [f"{one['holdings']}", *(f"{one[name] / base[name]:.2f}" for name in names)]
    cells.append(f"{one['first_seconds'] / one['seconds']:.2f}")
    cells.append(f"{one['verify_seconds_without_numpy'] / one['verify_seconds']:.2f}")
    return f"| {' | '.join(cells)} |"


def _stages(one: dict[str, Any]) -> str:
    return f"| {one['holdings']} | {' | '.join(f'{seconds:.2f}' for seconds in one['stages'].values())} |"


def _gib(count: int) -> str:
    return f"{count / 2**30:.2f} GiB"
