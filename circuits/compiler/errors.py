"""Refusals: every way in which a Cairo program can be one that the compiler does not turn into tables."""

from __future__ import annotations

from plimsoll.engine.errors import PlimsollError


class CompileError(PlimsollError):
    """A program the compiler refuses. `file` and `line` name the Cairo instruction, once known.

    The caller can only change the program: nothing is ever compiled in part.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.file: str | None = None
        self.line: int | None = None

    def locate(self, file: str, line: int) -> None:
        """Notes where in the Cairo source it happened; the first note stands."""
        if self.file is None:
            self.file, self.line = file, line

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.file is not None else ""
        return f"{where}{type(self).__name__}: {self.message}"


class InstructionError(CompileError):
    """A word that is no canonical Cairo instruction."""


class ControlFlowError(CompileError):
    """A jump or call that the path walk does not follow: backward, dynamic, out of the function, not to a function."""


class FrameError(CompileError):
    """A cell of the frame that may alias another one: saved fp or pc, another call's frame, beyond the arguments."""


class UnwrittenError(CompileError):
    """A cell that is used before anything was asserted about it."""


class PointerError(CompileError):
    """A pointer where only a field element has a meaning, or pointer arithmetic with no builtin's meaning."""


class BuiltinError(CompileError):
    """A builtin's cell used in a way that the builtin does not provide."""


class CursorError(CompileError):
    """A builtin's cursor that is not used linearly: cells 0 to n-1 used, exactly cursor + n passed on."""


class HintError(CompileError):
    """A hint whose exact text is not in the registry."""


class SignatureError(CompileError):
    """A function whose name, arguments or results cannot be a claim, or a program without a proper main."""


class PathError(CompileError):
    """A function of which no path can be satisfied, or one with too many paths."""
