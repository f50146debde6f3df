"""A service on loopback in a thread, its clients, and what they send."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from one_account import CONTEXT as ACCOUNT_CONTEXT
from one_account import EDGE, book_root
from one_account import PARAMETERS as ACCOUNT_PARAMETERS
from one_account import proof as account_proof
from small_venue import SNAPSHOT as ACCOUNT_SNAPSHOT
from venue_office import parts

from plimsoll.prover.signing_key import SigningKey
from plimsoll.service.app import make_app, server
from plimsoll.service.limits import Limits
from plimsoll.service.models import Found, ServicePolicy
from plimsoll.service.pool import NoVerdictError, Pool, _verdict
from plimsoll.service.signing import Signer
from plimsoll.service.worker import answer
from plimsoll.verifier.bundle import PARAMETERS, PROOF, SNAPSHOT
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.customer import show_quad

AGES = ServicePolicy(max_age_seconds=2**39)
"""The tests' snapshots are of the past."""
FREE = Limits(burst=1000, per_minute=60_000.0)
SLOW = (sys.executable, "-c", "import sys, time; sys.stdin.buffer.read(); time.sleep(60)")


@cache
def key() -> SigningKey:
    return SigningKey.from_seed(b"service" * 5)


def signer() -> Signer:
    return Signer(key().public_key, key().sign)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Desk:
    """A running service."""

    port: int

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(
                method, path, body=body, headers=headers or {}, encode_chunked=isinstance(body, Iterator)
            )
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def verify(self, query: str = "", **changes: Any) -> Answer:
        return self.ask("POST", f"/v1/verify{query}", json.dumps(book_request() | changes).encode())

    def raw(self, data: bytes, wait: float = 10) -> bytes:
        """Sends bytes as they are, and reads until the service closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as link:
            link.sendall(data)
            parts = []
            while piece := link.recv(1 << 16):
                parts.append(piece)
            return b"".join(parts)


def worked(task: str, body: bytes, query: dict[str, Any] | None = None, policy: ServicePolicy = AGES) -> Answer:
    """What a worker says to a body, in this process, under the status that the service would give it."""
    code, said = answer({"task": task, "query": query or {}, "policy": policy.model_dump(mode="json")}, body)
    encoded = json.dumps(said).encode()
    try:
        verdict = _verdict(code, encoded)
    except NoVerdictError as error:
        return Answer(error.status, {}, json.dumps({"error": str(error)}).encode())
    return Answer(200 if isinstance(verdict, Found) else 422, {}, encoded)


@contextmanager
def service(
    limits: Limits = FREE,
    policy: ServicePolicy = AGES,
    signs: bool = False,
    command: tuple[str, ...] | None = None,
    now: float | None = None,
) -> Iterator[Desk]:
    """A service on a free port of loopback, until the block ends."""
    pool = Pool(limits, command) if command else None
    app = make_app(policy, limits, signer() if signs else None, ("this",), (lambda: now) if now else time.time, pool)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    running = server(app, "127.0.0.1", port, limits)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        for _ in range(500):
            if running.started:
                break
            time.sleep(0.02)
        assert running.started
        yield Desk(port)
    finally:
        running.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@cache
def book_request() -> dict[str, Any]:
    """An honest request about a book."""
    files = parts()
    return {
        "version": 1,
        "kind": "book-batch",
        "proof": base64.b64encode(files[PROOF]).decode(),
        "snapshot": json.loads(files[SNAPSHOT]),
        "parameters": json.loads(files[PARAMETERS]),
    }


@cache
def account_request() -> dict[str, Any]:
    """An honest request about an account, whose context expires in an hour."""
    context = soon()
    root = book_root(EDGE)
    return {
        "version": 1,
        "kind": "account",
        "proof": base64.b64encode(account_proof(EDGE, context)).decode(),
        "snapshot": ACCOUNT_SNAPSHOT.model_dump(mode="json"),
        "parameters": ACCOUNT_PARAMETERS.model_dump(mode="json"),
        "policy": {"root": show_quad(root.root), "context": context.encode().hex()},
        "account": {"threshold": "maintenance", "levels": root.levels},
    }


@cache
def soon() -> ConsumerContext:
    return replace(ACCOUNT_CONTEXT, expiry=int(time.time()) + 3600)
