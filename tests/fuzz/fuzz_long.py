"""The long form of the fuzzing: every harness for SECONDS, guided by coverage; figures for the audit.

    python tests/fuzz/fuzz_long.py python SECONDS [HARNESS ...]     the eight harnesses of this folder, with atheris
    python tests/fuzz/fuzz_long.py rust SECONDS [HARNESS ...]       the four of prover/core/fuzz, with libFuzzer

The Rust harnesses are compiled with stable rustc's own coverage instrumentation and link libFuzzer's C++, which needs
a C++ compiler. Corpora are made anew from real files in build/fuzz and keep what earlier runs found. Exits with 1 when
a harness breaks the property, with the end of its log, which names the input.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDER = ROOT / "build" / "fuzz"
RUST = ROOT / "prover" / "core" / "fuzz"
PROOF = ROOT / "tests" / "verifier" / "vectors" / "example.insecure-test-only.proof"
HANG_SECONDS = 20
MAX_MIB = 1024
PYTHON_HARNESSES = ("proof-file", "statement", "body", "steps", "snapshot", "parameters", "market", "book")
RUST_LENGTHS = {"tables": 70_000, "witness": 16_384, "proof": 65_536, "profile": 65_536}
"""The longest input of each Rust harness, in bytes."""
COVERAGE = (
    "passes=sancov-module",
    "llvm-args=-sanitizer-coverage-level=4",
    "llvm-args=-sanitizer-coverage-inline-8bit-counters",
    "llvm-args=-sanitizer-coverage-pc-table",
    "llvm-args=-sanitizer-coverage-trace-compares",
)
SHOWN_LINES = 40


@dataclass(frozen=True)
class Run:
    """What libFuzzer says of one harness: inputs tried, edges reached, most memory."""

    inputs: int
    edges: int
    mib: int


class FuzzError(Exception):
    """A harness broke its property, or did not run. The message holds the log's end."""


def run(name: str, command: list[str], env: dict[str, str] | None = None) -> Run:
    """One harness; its log is build/fuzz/NAME.log."""
    log = FOLDER / f"{name}.log"
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False, env=env)
    text = log.read_text(encoding="utf-8", errors="replace")
    inputs = re.search(r"^stat::number_of_executed_units: *(\d+)", text, re.MULTILINE)
    mib = re.search(r"^stat::peak_rss_mb: *(\d+)", text, re.MULTILINE)
    edges = re.findall(r" cov: (\d+) ", text)
    if done.returncode or not (inputs and mib and edges):
        end = "\n".join(text.splitlines()[-SHOWN_LINES:])
        raise FuzzError(f"{name}: exit status {done.returncode}\n{end}")
    return Run(int(inputs[1]), int(edges[-1]), int(mib[1]))


def run_python(name: str, seconds: int) -> Run:
    """A harness of this folder."""
    return run(name, [sys.executable, str(HERE / "fuzz.py"), name, str(seconds)])


def host() -> str:
    """The machine's target triple. With --target, build scripts are not instrumented."""
    done = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True)
    return done.stdout.partition("host: ")[2].split()[0]


def build_rust() -> Path:
    """Compiles the Rust harnesses; the folder of their programs."""
    flags = " ".join(["-C target-cpu=native", *(f"-C {one}" for one in COVERAGE)])
    target = ROOT / "target" / "fuzz"
    env = {**os.environ, "RUSTFLAGS": flags, "CARGO_TARGET_DIR": str(target), "CARGO_PROFILE_RELEASE_LTO": "false"}
    command = ["cargo", "build", "--locked", "--release", "--bins", "--target", host()]
    done = subprocess.run(command, cwd=RUST, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FuzzError(f"the Rust harnesses do not build\n{done.stderr}")
    return target / host() / "release"


def run_rust(name: str, seconds: int, programs: Path) -> Run:
    """A harness of prover/core/fuzz."""
    corpus, seeds = FOLDER / "corpus" / f"rust-{name}", RUST / "seeds" / name
    corpus.mkdir(parents=True, exist_ok=True)
    if name == "proof":
        shutil.copy(PROOF, corpus / "seed")
    else:
        for seed in seeds.iterdir():
            shutil.copy(seed, corpus / f"seed-{seed.name}")
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={HANG_SECONDS}",
        f"-rss_limit_mb={MAX_MIB}",
        f"-max_len={RUST_LENGTHS[name]}",
        "-seed=1",
        f"-artifact_prefix={FOLDER}/rust-{name}-",
        "-print_final_stats=1",
    ]
    if name == "witness":
        options.append(f"-dict={RUST / 'witness.dict'}")
    return run(f"rust-{name}", [str(programs / name), *options, str(corpus)])


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description="Coverage-guided fuzzing of every harness.")
    parser.add_argument("kind", choices=("python", "rust"))
    parser.add_argument("seconds", type=int)
    parser.add_argument("harness", nargs="*")
    given = parser.parse_args()
    names = given.harness or (PYTHON_HARNESSES if given.kind == "python" else tuple(RUST_LENGTHS))
    FOLDER.mkdir(parents=True, exist_ok=True)
    figures: dict[str, str] = {"seconds a harness": str(given.seconds)}
    try:
        programs = build_rust() if given.kind == "rust" else None
        for name in names:
            found = run_rust(name, given.seconds, programs) if programs else run_python(name, given.seconds)
            figures[name] = f"{found.inputs} inputs, {found.edges} edges, {found.mib} MiB"
            print(f"{name}: {figures[name]}", flush=True)
    except FuzzError as error:
        print(error, file=sys.stderr)
        return 1
    if not given.harness:
        path = ROOT / "build" / "audit" / ("fuzz.json" if given.kind == "python" else "fuzz-rust.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"figures": figures}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
