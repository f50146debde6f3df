"""The demo's progress on stderr: a bar while a stage runs, one line when it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from rich.text import Text

from plimsoll.cli import console

NAME_WIDTH: Final = 15

Result = TypeVar("Result")
Tell = Callable[[str], None]


class Stages:
    """Runs stages one after the other. `seconds`: how long each took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def run(
        self, name: str, estimate: float, work: Callable[[Tell], Result], outcome: Callable[[Result], str]
    ) -> Result:
        """Run `work` beside a bar of about `estimate` seconds, and tell its outcome. Raises what `work` raises."""
        began = time.monotonic()
        result = console.timed(name, estimate, work)
        self.seconds[name] = time.monotonic() - began
        line = Text.assemble(("✓ ", "green"), (name.ljust(NAME_WIDTH), "bold"), outcome(result))
        line.append(f"  {self.seconds[name]:.1f} s", style="dim")
        console.stderr().print(line, soft_wrap=True)
        return result
