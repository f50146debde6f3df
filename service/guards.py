"""What stands before every request: rate, body size, time to send it, and headers on every answer. Plain ASGI."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.service.limits import Buckets, Limits, client_name

BODY: Final = "plimsoll.body"
"""Where the body stands in the scope once it has been read as a whole."""
HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
MAX_ADDRESS: Final = 2048
"""Bytes of a request's path with its query."""


class _RefusedError(Exception):
    def __init__(self, status: int, error: str, retry_after: float = 0) -> None:
        self.status, self.error, self.retry_after = status, error, retry_after
        super().__init__(error)


class Guards:
    """Refuses before anything is parsed; reads bodies whole, so that what follows never waits for a client."""

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        document: dict[str, Any] | None = None,
    ) -> None:
        self.document = document or {}
        self._app = app
        self._limits = limits
        self._buckets = Buckets(limits, clock)
        self._sizes = {"/v1/verify": limits.proof_bytes, "/v1/verify-bundle": limits.bundle_bytes}
        self._reading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": [*message.get("headers", []), *HEADERS]}
            await send(message)

        try:
            self._admit(scope)
            if scope["path"] in self._sizes and scope["method"] == "POST":
                scope[BODY] = await self._body(scope, receive)
            await self._app(scope, receive, answer)
        except _RefusedError as refusal:
            await _refuse(answer, refusal)
        except Exception:  # the last line: whatever happened, no text of it goes out
            if not started:
                await _refuse(answer, _RefusedError(500, "no verdict"))

    def _admit(self, scope: Scope) -> None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_ADDRESS:
            raise _RefusedError(414, "the address is too long")
        if scope["path"].startswith("/v1/"):
            client = scope.get("client")
            wait = self._buckets.wait(client_name(client[0] if client else None))
            if wait > 0:
                raise _RefusedError(429, "too many requests", wait)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        limit = self._sizes[scope["path"]]
        for name, value in scope["headers"]:
            if name == b"content-encoding":
                raise _RefusedError(415, "bodies are never compressed")
            if name == b"content-length" and (not value.isdigit() or len(value) > 12 or int(value) > limit):
                raise _RefusedError(413, f"a body of at most {limit} bytes")
        if self._reading >= self._limits.bodies:
            raise _RefusedError(503, "too many requests are being read", 1)
        self._reading += 1
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                return await _read(receive, limit)
        except TimeoutError:
            raise _RefusedError(408, f"the body did not arrive within {self._limits.body_seconds:g} s") from None
        finally:
            self._reading -= 1


async def _read(receive: Receive, limit: int) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _RefusedError(400, "the client went away")
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise _RefusedError(413, f"a body of at most {limit} bytes")
        parts.append(piece)
        more = message.get("more_body", False)
    return b"".join(parts)


async def _refuse(send: Callable[[Message], Any], refusal: _RefusedError) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if refusal.retry_after > 0:
        headers.append((b"retry-after", str(math.ceil(refusal.retry_after)).encode()))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": refusal.error}).encode()})
