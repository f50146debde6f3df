"""The `plimsoll` command: finds the sub-command, and turns every way a run can end into one line and an exit code.

  0  done; the proof is valid; every account meets its maintenance margin
  1  the proof is invalid, or accounts are below maintenance margin
  2  wrong usage
  3  an input cannot be read, or is refused
 70  a defect of Plimsoll
130  stopped by Ctrl-C (143: by SIGTERM)
141  whoever read stdout went away before all of it was written: the answer is unknown
"""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
import threading
import traceback
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import Final

import click

from plimsoll.cli import console
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.problems import InputError, printable

COMMANDS: Final = {
    "init": ("plimsoll.cli.init:init", "Write templates of every input file."),
    "check": ("plimsoll.cli.check:check", "Check a book's files and show its health."),
    "prove": ("plimsoll.cli.prove:prove", "Prove that every account meets its maintenance margin."),
    "verify": ("plimsoll.cli.verify:verify", "Verify a proof, or a whole publication."),
    "book": ("plimsoll.cli.book:book", "Prove and verify a whole book: totals, failing accounts, stress."),
    "inspect": ("plimsoll.cli.inspect:inspect", "Show what a proof claims, and its security."),
    "security": ("plimsoll.cli.security:security", "Show a proof's security, term by term."),
    "conformance": ("plimsoll.cli.conformance:conformance", "Run a folder of test vectors."),
    "publish": ("plimsoll.cli.publication:publish", "Sign a publication and write it to a directory."),
    "pack": ("plimsoll.cli.pack:pack", "Write a publication to one file."),
    "history": ("plimsoll.cli.publication:history", "Check that publications join into a chain."),
    "diff": ("plimsoll.cli.publication:diff", "Show what changed between two publications."),
    "key": ("plimsoll.cli.key:key", "Draw the secret key of a venue or an oracle."),
    "account": ("plimsoll.cli.account:account", "Prove one's own account to others, and check such proofs."),
    "customer": ("plimsoll.cli.customer:customer", "Write customers' files, and check one's own account."),
    "receipt": ("plimsoll.cli.receipt:receipt", "Promise a book to customers, and check promises."),
    "audit": ("plimsoll.cli.audit:audit", "Check drawn leaves, and totals against a ledger."),
    "audit-openings": ("plimsoll.cli.audit_openings:audit_openings", "Open drawn leaves for an auditor."),
    "oracle": ("plimsoll.cli.oracle:oracle", "Sign price reports, and check snapshots against them."),
    "reserves": ("plimsoll.cli.reserves:reserves", "Check who holds the addresses that a venue lists."),
    "attestation": ("plimsoll.cli.attestation:attestation", "Gather and check several verifiers' signatures."),
    "serve": ("plimsoll.cli.serve:serve", "Verify proofs for others over HTTP."),
    "demo": ("plimsoll.cli.demo.command:demo", "Do all of this with a sample book, and leave a report."),
}
NOT_FOR_VERIFYING: Final = ("numpy", "pyarrow", "plimsoll_core", "py_ecc", "fastapi", "uvicorn")


class Commands(click.Group):
    """Imports a command's module when it is called: verifying must not need what proving needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _show_version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"plimsoll {_version()}")
        context.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
@click.option("--debug", is_flag=True, help="Show a traceback when Plimsoll itself fails.")
def cli(debug: bool) -> None:
    """Prove in zero knowledge that every account of a trading venue meets its margin requirement."""
    del debug  # `run` has read it already: it must hold for this function, too


class TerminatedError(BaseException):
    """SIGTERM came. Not an Exception: nothing on the way may take it for an error of its own."""


def main() -> None:
    """Entry point of the console script."""
    console.open_streams()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code = run(sys.argv[1:])
    except OSError:
        # not even the message could be written; Python's own exit code, 1, would be a verdict
        console.drop(sys.stderr)
        code = console.UNREADABLE
    code = console.flush() or code
    if threading.active_count() > 1:
        # A stopped run may leave a native call at work; it holds no file, and need not be waited for.
        os._exit(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code. Every error is shown on stderr."""
    debug = "--debug" in arguments
    try:
        # --debug is accepted anywhere, for it is asked for after the fact, at the end of a repeated line
        code = cli.main([one for one in arguments if one != "--debug"], prog_name="plimsoll", standalone_mode=False)
        return code if isinstance(code, int) else console.OK
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        text = io.StringIO()
        error.show(text)
        click.echo("\n".join(map(printable, text.getvalue().rstrip("\n").split("\n"))), err=True)
        return console.USAGE
    except (click.Abort, KeyboardInterrupt):
        console.say("stopped; no file was left half-written")
        return console.INTERRUPTED
    except TerminatedError:
        console.say("stopped by SIGTERM; no file was left half-written")
        return console.TERMINATED
    except (BrokenPipeError, SystemExit):
        # SystemExit is click's answer to a closed pipe, with exit code 1: a verdict here, and nobody has read one
        console.drop(sys.stdout)
        return console.PIPE
    except InputError as error:
        from plimsoll.cli.file_kinds import told  # noqa: PLC0415 - models of all files; only where one is refused

        console.show_error(*told(error).lines)
        return console.UNREADABLE
    except PlimsollError as error:
        console.show_error(str(error))
        return console.UNREADABLE
    except Exception as error:
        return _unexpected(error, debug)


def _unexpected(error: Exception, debug: bool) -> int:
    if isinstance(error, ModuleNotFoundError) and error.name in NOT_FOR_VERIFYING:
        console.show_error(f"this command needs {error.name}: run `make setup` in Plimsoll's repository")
        return console.UNREADABLE
    if isinstance(error, MemoryError):
        console.show_error("not enough memory; use a machine with more, or a smaller book")
        return console.UNREADABLE
    if isinstance(error, OSError) and error.errno in console.UNWRITABLE:
        console.drop(sys.stdout)
        console.show_error(f"the result cannot be written: {error.strerror}; make room, or write it to another place")
        return console.UNREADABLE
    if isinstance(error, OSError) and error.filename is not None:
        # a name too long, a folder that may not be looked into: where a path was taken from the command line
        console.show_error(f"{error.filename}: {error.strerror}; check the path and its permissions")
        return console.UNREADABLE
    if debug:
        for line in traceback.format_exc().splitlines():
            console.say(line)
    hint = "" if debug else "; run it again with --debug and"
    # The text of an error that nobody foresaw may quote an account; --debug asks for it.
    last = traceback.extract_tb(error.__traceback__)[-1]
    summary = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
    console.show_error(
        f"a defect of Plimsoll ({summary}){hint or ';'} report it with the command line and "
        f"`plimsoll --version` ({_version()}), without account data"
    )
    return console.DEFECT


def _version() -> str:
    try:
        return metadata.version("plimsoll")
    except metadata.PackageNotFoundError:
        return "(run from a tree that is not installed)"


def _terminate(number: int, frame: FrameType | None) -> None:
    raise TerminatedError


if __name__ == "__main__":
    main()
