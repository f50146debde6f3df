"""The one error of the verifier: which step failed, what it expected, what it got, what to do next."""

from __future__ import annotations

from plimsoll.engine.errors import PlimsollError


class VerificationError(PlimsollError):
    """A proof, or something that came with it, is refused.

    Attributes:
        step: the step of docs/protocol that failed, e.g. "constraints".
        expected: what the step asked for.
        got: what the proof had in its place.
        remedy: what the reader can do, where there is more to do than to distrust the proof.
    """

    def __init__(self, step: str, expected: str, got: str, remedy: str = "") -> None:
        self.step = step
        self.expected = expected
        self.got = got
        self.remedy = remedy
        super().__init__(f"{step}: expected {expected}, got {got}" + (f"; {remedy}" if remedy else ""))


def require(condition: bool, step: str, expected: str, got: object, remedy: str = "") -> None:
    """Raises VerificationError unless the condition holds."""
    if not condition:
        raise VerificationError(step, expected, str(got), remedy)
