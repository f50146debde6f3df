"""A real Chromium, driven by its own DevTools protocol over two pipes: no driver program, no library, no port.

Messages are JSON texts that end with a NUL byte (Chromium's `--remote-debugging-pipe`: it reads descriptor 3 and writes
descriptor 4).
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Any

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
    "--remote-debugging-pipe",
)
SECONDS = 120


class BrowserError(Exception):
    """Chromium answered with an error, or not at all."""


def chromium() -> str | None:
    """The browser's path, where there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One tab with a page, and everything that its page and its workers asked the network for."""

    def __init__(self, profile: Path) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        # the browser's ends go to 3 and 4, by way of numbers that neither of them can be
        ends = [(to_browser, 103), (from_browser, 104), (103, 3), (104, 4)]
        actions = [(os.POSIX_SPAWN_DUP2, old, new) for old, new in ends]
        actions.append((os.POSIX_SPAWN_OPEN, 2, str(profile / "stderr"), os.O_WRONLY | os.O_CREAT, 0o600))
        program = chromium()
        assert program is not None
        command = [
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
            f"--log-net-log={profile / 'net.json'}",
            "about:blank",
        ]
        self._pid = os.posix_spawn(program, command, os.environ, file_actions=actions, setsid=True)
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._number = 0
        self.requests: list[str] = []
        """Addresses asked for, by the page and by its workers."""
        self.complaints: list[str] = []
        """What the browser's console says: errors, and what the page's policy refused."""
        target = self._first_tab()
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            self.tab(f"{domain}.enable")
        # a tab that is not in front paints nothing, and no drag finds anything in it
        self.tab("Page.bringToFront")
        self.tab("Emulation.setFocusEmulationEnabled", enabled=True)
        self.tab("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._write)
        os.close(self._read)

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """One command and its answer."""
        number = self._send(method, session, parameters)
        deadline = time.monotonic() + SECONDS
        while True:
            got = self._next(deadline)
            if got.get("id") == number:
                if "error" in got:
                    raise BrowserError(f"{method}: {got['error']}")
                result: dict[str, Any] = got["result"]
                return result
            self._heard(got)

    def tab(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command to the page's tab."""
        return self.call(method, self._session, **parameters)

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page; promises are waited for."""
        got = self.tab("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            raise BrowserError(json.dumps(got["exceptionDetails"])[:1000])
        return got["result"].get("value")

    def wait(self, script: str, seconds: float = SECONDS) -> Any:
        """Asks until the expression's value is true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            value = self.run(script)
            if value:
                return value
            time.sleep(0.1)
        shown = self.run("document.visibilityState + ', ' + document.body.innerText.slice(0, 1500)")
        raise BrowserError(f"{script} did not become true in {seconds:g} s; {shown}; {self.complaints[-5:]}")

    def open(self, page: Path) -> None:
        """Loads a page from a file."""
        self.tab("Page.navigate", url=page.as_uri())
        self.wait("document.readyState === 'complete'")

    def drop(self, paths: list[Path], selector: str, taken: str) -> None:
        """Drops files from the desktop, as a person does with a mouse, until the expression `taken` is true.

        Chromium now and then loses a drag that begins while it still lays the page out; a person would drop again.
        """
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for last in (False, False, True):
            self.run(f"document.querySelector('{selector}').scrollIntoView({{block: 'center', behavior: 'instant'}})")
            self.run("new Promise((done) => setTimeout(() => done(true), 100))")
            place = "((box) => [box.x + box.width / 2, box.y + 20])"
            x, y = self.run(f"{place}(document.querySelector('{selector}').getBoundingClientRect())")
            for kind in ("dragEnter", "dragOver", "drop"):
                self.tab("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)
            try:
                self.wait(taken, SECONDS if last else 5)
                return
            except BrowserError:
                if last:
                    raise

    def choose(self, selector: str, paths: list[Path]) -> None:
        """Files chosen in a file input's dialogue."""
        document = self.tab("DOM.getDocument")["root"]["nodeId"]
        node = self.tab("DOM.querySelector", nodeId=document, selector=selector)["nodeId"]
        self.tab("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def picture(self, target: Path, width: int, height: int, *, dark: bool = False, whole: bool = True) -> None:
        """A screenshot, of the whole page or of its first screen."""
        self.tab(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.tab("Emulation.setEmulatedMedia", features=scheme)
        got = self.tab("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        target.write_bytes(base64.b64decode(got["data"]))

    def _first_tab(self) -> str:
        """The one that Chromium opens by itself."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            tabs = [one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
            if tabs:
                return str(tabs[0]["targetId"])
            time.sleep(0.1)
        raise BrowserError("Chromium opened no tab")

    def _heard(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Target.attachedToTarget":
                # a worker's own requests are told to its own session
                self._send("Network.enable", parameters["sessionId"], {})
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(parameters["url"])
            case "Log.entryAdded":
                self.complaints.append(parameters["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(parameters["exceptionDetails"])[:500])

    def _send(self, method: str, session: str | None, parameters: dict[str, Any]) -> int:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        rest = json.dumps(message).encode() + b"\0"
        while rest:
            rest = rest[os.write(self._write, rest) :]
        return self._number

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
            more = os.read(self._read, 1 << 20) if ready else b""
            if not more:
                raise BrowserError("Chromium does not answer")
            self._buffer += more
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message
