"""Makes demo.svg and report.png: runs the demo in a terminal (tmux), and its report in a browser (chromium).

    .venv/bin/python docs/images/capture.py

Needs tmux and chromium; neither is needed for anything else.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
COLUMNS, LINES = 118, 48
WIDTH, HEIGHT = 1200, 1170
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]
TIMEOUT = 300


def tmux(*arguments: str) -> str:
    """One tmux command on a server of our own."""
    command = ["tmux", "-L", "plimsoll-capture", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run_demo(folder: Path) -> str:
    """The terminal's last screen, with its colours."""
    shell = f"cd {folder} && PATH={Path(sys.executable).parent}:$PATH PS1='$ ' bash --norc"
    tmux("-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), "-s", "demo", shell)
    try:
        tmux("send-keys", "-t", "demo", "clear; plimsoll demo", "Enter")
        deadline = time.monotonic() + TIMEOUT
        while "  verify   plimsoll" not in tmux("capture-pane", "-p", "-t", "demo"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the demo did not end in {TIMEOUT} s")
            time.sleep(0.5)
        return tmux("capture-pane", "-e", "-J", "-p", "-t", "demo")
    finally:
        tmux("kill-server")


def svg(screen: str) -> str:
    """The screen as a picture, without the web fonts that rich would load."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.assemble(("$ ", "dim"), ("plimsoll demo", "bold")))
    text = "\n".join(line.rstrip() for line in screen.strip().splitlines() if line.strip() != "$")
    console.print(Text.from_ansi(text), soft_wrap=True)
    picture = console.export_svg(title="plimsoll demo")
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return picture.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace")


def screenshot(page: Path, target: Path) -> None:
    """The first screen of a page."""
    with tempfile.TemporaryDirectory() as profile:
        size = f"--window-size={WIDTH},{HEIGHT}"
        command = ["chromium", *FLAGS, f"--user-data-dir={profile}", size, f"--screenshot={target}", f"file://{page}"]
        subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT)


def main() -> None:
    """Make both pictures."""
    with tempfile.TemporaryDirectory() as folder:
        screen = run_demo(Path(folder))
        (HERE / "demo.svg").write_text(svg(screen))
        screenshot(Path(folder) / "demo" / "report.html", HERE / "report.png")


if __name__ == "__main__":
    main()
