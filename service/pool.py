"""Runs workers: a bounded number at a time, each killed when it runs over. Nothing but exit code 0 is a verdict."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
from typing import Any, Final

from pydantic import ValidationError

from plimsoll.engine.errors import PlimsollError
from plimsoll.service.limits import Limits
from plimsoll.service.models import Failure, Found, Invalid
from plimsoll.service.worker import OUT_OF_MEMORY, UNREADABLE

MAX_ANSWER: Final = 1 << 20
COMMAND: Final = (sys.executable, "-P", "-m", "plimsoll.service.worker")


class NoVerdictError(PlimsollError):
    """A verification that came to no verdict.

    Attributes:
        status: the HTTP status that says so.
    """

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


class Pool:
    """Workers, at most `limits.workers` of them at a time."""

    def __init__(self, limits: Limits, command: tuple[str, ...] = COMMAND) -> None:
        self._limits = limits
        self._command = command
        self._running = 0

    @property
    def busy(self) -> bool:
        """Whether as many verifications run as may."""
        return self._running >= self._limits.workers

    async def verify(self, job: dict[str, Any], body: bytes) -> Found | Invalid:
        """The verdict of a worker on a client's body.

        Raises:
            NoVerdictError: all workers are at work; the body cannot be read; the worker was stopped, failed, or
                answered anything but a verdict.
        """
        if self.busy:
            raise NoVerdictError(503, "all verifiers are at work; try again")
        self._running += 1
        try:
            return await self._run(job, body)
        finally:
            self._running -= 1

    async def _run(self, job: dict[str, Any], body: bytes) -> Found | Invalid:
        limits = {"seconds": int(self._limits.seconds) + 1, "memory": self._limits.memory_bytes}
        head = json.dumps(job | limits).encode()
        pipe, quiet = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=pipe,
            stdout=pipe,
            stderr=quiet,
            cwd="/",
            env={name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._limits.seconds):
                answer = await _exchange(process, struct.pack("<I", len(head)) + head, body)
                code = await process.wait()
        except TimeoutError:
            raise NoVerdictError(504, f"the verification was stopped after {self._limits.seconds:g} s") from None
        finally:
            await _kill(process)
        return _verdict(code, answer)


async def _exchange(process: asyncio.subprocess.Process, head: bytes, body: bytes) -> bytes:
    """Hands over head and body while reading the answer: neither side may wait for the other's full pipe."""
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise NoVerdictError(500, "no verdict")

    async def send() -> None:
        # a worker that stops reading has its reasons: its exit code says them
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            stdin.write(head)
            stdin.write(body)
            await stdin.drain()
        stdin.close()

    async def receive() -> bytes:
        parts, size = [], 0
        while piece := await stdout.read(1 << 16):
            parts.append(piece)
            size += len(piece)
            if size > MAX_ANSWER:
                raise NoVerdictError(500, "no verdict")
        return b"".join(parts)

    sending = asyncio.create_task(send())
    try:
        return await receive()
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _kill(process: asyncio.subprocess.Process) -> None:
    """Ends the worker and whatever it started, and waits until it is gone."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    # `wait` returns after the pipes' ends were seen, which a reader that stopped for a full buffer never sees
    if process.stdout is not None:
        while await process.stdout.read(1 << 16):
            pass
    await process.wait()


def _verdict(code: int, answer: bytes) -> Found | Invalid:
    try:
        if code == 0:
            said = json.loads(answer)
            return Found.model_validate(said) if said.get("valid") is True else Invalid.model_validate(said)
        if code == UNREADABLE:
            raise NoVerdictError(400, Failure.model_validate_json(answer).error)
    except (ValidationError, ValueError, AttributeError):
        raise NoVerdictError(500, "no verdict") from None
    if code == OUT_OF_MEMORY:
        raise NoVerdictError(503, "the verification needs more memory than it may have")
    if code == -signal.SIGXCPU:
        raise NoVerdictError(504, "the verification was stopped: too much processor time")
    raise NoVerdictError(500, "no verdict")
