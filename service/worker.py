"""One verification in a process of its own: limits first, then the request from stdin, the verdict to stdout.

    stdin   := u32 length, job (JSON by the service), the client's body
    stdout  := `Found` or `Invalid` or `Failure` as JSON

Exit code 0 is a verdict, 65 a request that cannot be read; anything else is no verdict, whatever was written.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
from typing import Any, Final

UNREADABLE: Final = 65
OUT_OF_MEMORY: Final = 71
SHOWN: Final = 600
"""Characters of a client's own input that an answer quotes at most; models.MAX_TEXT."""


def limit(seconds: int, memory: int) -> None:
    """Hard limits of this process: processor time, address space, no files written, no core, few handles."""
    # the signal at the lower one says why; nothing runs past the other
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for what, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (value, value))


def main() -> int:
    """Reads one job, verifies, writes the verdict. Returns the exit code."""
    (length,) = struct.unpack("<I", sys.stdin.buffer.read(4))
    job = json.loads(sys.stdin.buffer.read(length))
    limit(job["seconds"], job["memory"])
    try:
        code, said = answer(job, sys.stdin.buffer.read())
    except MemoryError:
        return OUT_OF_MEMORY
    sys.stdout.buffer.write(json.dumps(said).encode())
    sys.stdout.buffer.flush()
    return code


def answer(job: dict[str, Any], body: bytes) -> tuple[int, dict[str, Any]]:
    """The exit code, and the verdict on a body or why it cannot be read."""
    # after the limits: what is imported and read is bound by them
    from plimsoll.engine.errors import PlimsollError  # noqa: PLC0415
    from plimsoll.service.jobs import verify_archive, verify_request  # noqa: PLC0415
    from plimsoll.service.models import ServicePolicy  # noqa: PLC0415
    from plimsoll.verifier.errors import VerificationError  # noqa: PLC0415

    allowed = ServicePolicy.model_validate(job["policy"])
    try:
        if job["task"] == "bundle":
            return 0, verify_archive(body, job["query"], allowed).model_dump(mode="json")
        return 0, verify_request(body, allowed).model_dump(mode="json")
    except VerificationError as error:
        parts = {"step": error.step, "expected": error.expected, "got": error.got, "remedy": error.remedy}
        return 0, {"valid": False, **{name: _short(text) for name, text in parts.items()}}
    except PlimsollError as error:
        return UNREADABLE, {"error": _short(str(error))}


def _short(text: str) -> str:
    line = "".join(one if one.isprintable() else " " for one in text)
    return line if len(line) <= SHOWN else line[: SHOWN - 3] + "..."


if __name__ == "__main__":
    sys.exit(main())
