"""Builds the customers' page: one HTML file out of our sources, Pyodide and the verifier's locked packages.

    python -m plimsoll.cli.page.build PARTS OUT

PARTS is a folder with Pyodide's files and the wheels, as `.ci/page.py` fetches them. The wheels, Python's library and
its interpreter are embedded byte for byte, so whoever doubts the page can take them out again and compare. Our own
rooms are one more archive, made of nothing but their bytes, so that the same sources make the same page.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any, Final

from plimsoll.engine.errors import PlimsollError

HERE: Final = Path(__file__).parent
ROOMS: Final = HERE.parent.parent
PINS: Final = HERE / "pins.json"
OUR_ARCHIVE: Final = "plimsoll-0-py3-none-any.whl"
ENGINE: Final = ("pyodide.asm.wasm", "python_stdlib.zip")
"""What Pyodide asks for while it starts, by the names it asks with."""
MODULES: Final = ("pyodide.mjs", "pyodide.asm.mjs")
PLACE: Final = "plimsoll:///pyodide.asm.mjs"
"""Where Pyodide believes itself to be: an address of no scheme that a browser fetches."""
FIRST: Final = '"use strict";\nglobalThis.importScripts = undefined;'
"""The page's policy allows no further scripts; Pyodide would ask for one to know where it runs."""
_LOADER: Final = re.compile(r"(?P<body>.*)export\{(?P<name>\w+) as loadPyodide,[^}]*\};\s*", re.DOTALL)
_CORE: Final = re.compile(r"(?P<body>.*)export default _createPyodideModule;\s*", re.DOTALL)
_MAP: Final = re.compile(r"//# sourceMappingURL=\S+\s*$")


class PageError(PlimsollError):
    """The parts are not those that are pinned."""


def pins() -> dict[str, Any]:
    """The pinned parts: Pyodide's version, binary interface and files, and the wheels, with their SHA-256."""
    found: dict[str, Any] = json.loads(PINS.read_text(encoding="utf-8"))
    return found


def read_parts(folder: Path) -> dict[str, bytes]:
    """Every pinned part by its file's name.

    Raises:
        PageError: one is missing, or has other bytes than those that were reviewed.
    """
    pinned = pins()
    parts = {}
    for name, digest in {**pinned["pyodide"]["files"], **pinned["wheels"]}.items():
        try:
            data = (folder / name).read_bytes()
        except OSError as error:
            raise PageError(f"{folder / name}: {error.strerror}; fetch the page's parts with `make page`") from error
        found = hashlib.sha256(data).hexdigest()
        if found != digest:
            raise PageError(f"{folder / name}: SHA-256 {found}, but {digest} is pinned; fetch it again")
        parts[name] = data
    return parts


def our_files() -> Iterator[tuple[str, bytes]]:
    """What the page needs of Plimsoll, by its path in the archive: no prover, no NumPy, no command line."""
    for room in ("engine", "circuits", "circuits/compiler", "verifier"):
        yield from ((f"plimsoll/{room}/{path.name}", path.read_bytes()) for path in sorted((ROOMS / room).glob("*.py")))
    compiled = sorted((ROOMS / "circuits" / "compiled").glob("*.json"))
    yield from ((f"plimsoll/circuits/compiled/{path.name}", path.read_bytes()) for path in compiled)
    for name in ("__init__", "amounts"):
        yield f"plimsoll/cli/{name}.py", (ROOMS / "cli" / f"{name}.py").read_bytes()
    for path in sorted(HERE.glob("*.py")):
        if path != Path(__file__):
            yield f"plimsoll/cli/page/{path.name}", path.read_bytes()


def our_archive() -> bytes:
    """`our_files` in a zip archive that depends on nothing but their bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in our_files():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return buffer.getvalue()


def worker_script(parts: dict[str, bytes]) -> bytes:
    """Pyodide's two modules and our worker as one plain script.

    Chromium starts no module worker for a page that was opened from a file, and a script that imports others would need
    a policy that lets it. So what only a module may say is replaced, and nothing else.
    """
    loader = _LOADER.fullmatch(_MAP.sub("", parts["pyodide.mjs"].decode()))
    core = _CORE.fullmatch(_MAP.sub("", parts["pyodide.asm.mjs"].decode()))
    if loader is None or core is None:
        raise PageError("Pyodide's modules do not end as those of the pinned version do")
    # the loader's short names are its own; only the one that it exports is seen outside
    scoped = f"const loadPyodide = (() => {{\n{loader['body']}\nreturn {loader['name']};\n}})();"
    plain = core["body"].replace("import.meta.url", json.dumps(PLACE))
    own = (HERE / "worker.js").read_text(encoding="utf-8")
    return "\n".join([FIRST, f"const ABI = {json.dumps(pins()['pyodide']['abi'])};", scoped, plain, own]).encode()


def build_page(folder: Path) -> bytes:
    """The page. Raises `PageError`."""
    parts = read_parts(folder)
    embedded = {"worker.js": worker_script(parts)}
    embedded |= {name: data for name, data in parts.items() if name in ENGINE or name.endswith(".whl")}
    embedded[OUR_ARCHIVE] = our_archive()
    style = (HERE / "page.css").read_text(encoding="utf-8")
    script = (HERE / "page.js").read_text(encoding="utf-8")
    page = Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        version=pins()["pyodide"]["version"],
        style=style,
        style_digest=_digest(style),
        script=script,
        script_digest=_digest(script),
        contents="".join(_row(name, data) for name, data in sorted(embedded.items())),
        parts="\n".join(_element(name, data) for name, data in sorted(embedded.items())),
    )
    return page.encode()


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _row(name: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"<tr><td>{html.escape(name)}</td><td class=r>{len(data):,}</td><td class=digest>{digest}</td></tr>\n"


def _element(name: str, data: bytes) -> str:
    """A part as text that the browser neither runs nor shows."""
    packed = not name.endswith((".whl", ".zip")) or name == OUR_ARCHIVE
    text = base64.b64encode(gzip.compress(data, 9, mtime=0) if packed else data).decode()
    return f'<script type="text/plain" data-part="{html.escape(name)}" data-packed="{int(packed)}">{text}</script>'


def main(arguments: list[str]) -> int:
    """Writes the page and prints what it is. The exit status."""
    folder, out = map(Path, arguments)
    page = build_page(folder)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(page)
    print(f"{out}: {len(page) / 1e6:.1f} MB, SHA-256 {hashlib.sha256(page).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
