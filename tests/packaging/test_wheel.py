"""The wheel holds every file of the rooms, installs nothing beside `plimsoll`, and verifies with its locks alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOMS = ("engine", "circuits", "verifier", "prover", "service", "cli")


def room_files(repository: Path) -> list[str]:
    """Tracked files of the rooms, the Rust core left out."""
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=repository, check=True, capture_output=True, text=True)
    return [
        name
        for name in listed.stdout.splitlines()
        if not name.startswith("prover/core/") and (repository / name).is_file()
    ]


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the tracked files: setuptools would put an old build/lib of the tree into the wheel."""
    source = tmp_path_factory.mktemp("source")
    for name in ["pyproject.toml", "README.md", "LICENSE", *room_files(repository)]:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(repository / name, target)
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(out), str(source)], check=True)
    (built,) = out.glob("plimsoll-*.whl")
    return built


@pytest.fixture(scope="module")
def clean(repository: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheel and the distributions of verify.lock, nothing else.

    The distributions are copied from the environment that runs the tests, where they were installed by the same
    versions and hashes: the test needs no network.
    """
    environment = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*command, str(wheel)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    lock = (repository / "requirements" / "verify.lock").read_text()
    for name, marker in re.findall(r"^([a-z0-9-]+)==\S+ (;.*)?\\$", lock, flags=re.MULTILINE):
        if "win32" in marker:
            continue
        for file in metadata.files(name) or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = site / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(file.locate()), target)
    return python


def run(python: Path, *arguments: str) -> str:
    """Runs the clean interpreter away from the repository and without its paths; returns what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(python), *arguments], cwd=python.parent, env=kept, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pyproject_lists_every_package(repository: Path) -> None:
    settings = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {str(Path(name).parent) for name in room_files(repository) if name.endswith(".py")}
    found = {"plimsoll." + folder.replace("/", ".") for folder in folders}
    assert set(settings["packages"]) == found, "mend `packages` of [tool.setuptools] in pyproject.toml"


def test_wheel_holds_every_file_of_the_rooms(repository: Path, wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    missing = [name for name in room_files(repository) if f"plimsoll/{name}" not in held]
    assert missing == [], "list the package, or the suffix in [tool.setuptools.package-data]"


def test_wheel_installs_no_bare_names(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"plimsoll"}


def test_wheel_holds_no_rust_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.endswith((".rs", ".so", "Cargo.toml")) or "/core/" in name] == []
    assert [name for name in names if "dishonest" in name or "test_" in name] == []


def test_installed_wheel_imports_the_verifier(clean: Path) -> None:
    code = """
import importlib, importlib.util, pkgutil, plimsoll.verifier as room
for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    importlib.import_module(module.name)
assert "site-packages" in room.__file__, room.__file__
for bare in ("engine", "circuits", "verifier", "prover", "service", "cli", "numpy", "starkware", "plimsoll_core"):
    assert importlib.util.find_spec(bare) is None, bare
"""
    run(clean, "-c", code)


def test_installed_command_offers_verification(clean: Path) -> None:
    assert "verify" in run(clean.parent / "plimsoll", "--help")
    assert "--market" in run(clean.parent / "plimsoll", "verify", "--help")
