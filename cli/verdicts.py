"""The answer no: the same words and the same JSON from every command that verifies."""

from __future__ import annotations

from plimsoll.cli import console
from plimsoll.verifier.errors import VerificationError


def refuse(error: VerificationError, as_json: bool, said: str, verdict: str = "invalid") -> int:
    """Tells a refusal on stderr, with --json also on stdout as step, expected, got and remedy.

    Args:
        said: what stands between the verdict and the error's text, such as `book.proof fails at step`.

    Returns:
        The exit code.
    """
    if as_json:
        parts = {"step": error.step, "expected": error.expected, "got": error.got, "remedy": error.remedy}
        console.write_json({"valid": False, **parts})
    console.stderr().print(f"[bold red]{verdict}:[/] {console.plain(f'{said} {error}')}", soft_wrap=True)
    return console.FAILED
