"""Floods, oversize, slowness and strange requests: each is refused early, and says nothing about a proof."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_desk import SLOW, Answer, Desk, service
from starlette.types import Message, Receive, Scope, Send

from plimsoll.service.guards import Guards
from plimsoll.service.limits import Buckets, Limits, client_name

HERE = Path(__file__).parent
SCHEMA = HERE / "openapi.json"
QUICK = ("/bin/false",)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with service(Limits(burst=10_000, proof_bytes=1000, body_seconds=1.0, bodies=2), command=QUICK) as running:
        yield running


def test_openapi_is_the_committed_one(desk: Desk) -> None:
    """A change of the interface shows as a change of the file; `write_openapi.py` writes it anew."""
    found = desk.ask("GET", "/openapi.json")
    assert found.status == 200
    assert found.json == json.loads(SCHEMA.read_text())
    names = set(found.json["components"]["schemas"])
    assert {"VerifyRequest", "Valid", "Invalid", "Failure", "AttestedStatement"} <= names
    text = SCHEMA.read_text()
    used = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert used <= names, "every reference leads somewhere"


def test_health_and_headers(desk: Desk) -> None:
    found = desk.ask("GET", "/healthz")
    assert found.json == {"status": "ok", "kinds": ["book-batch", "account", "publication"], "signs": None}
    for answer in (found, desk.ask("POST", "/v1/verify", b"{}"), desk.ask("GET", "/nothing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers and answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("GET", "/redoc", 404),
        ("GET", "/v1/verify", 405),
        ("PUT", "/v1/verify", 405),
        ("POST", "/v1/verify/", 404),
        ("POST", "/v1/../healthz", 404),
        ("POST", "/v1/verify?attest_until=-1", 400),
        ("POST", "/v1/verify?attest_until=1e9", 400),
        ("GET", "/healthz?" + "a" * 3000, 414),
    ],
)
def test_strange_requests_are_refused(desk: Desk, method: str, path: str, status: int) -> None:
    found = desk.ask(method, path, b"{}" if method != "GET" else None)
    assert found.status == status
    assert b"Traceback" not in found.body and b"/work" not in found.body


def test_body_too_large_is_refused_before_it_is_sent(desk: Desk) -> None:
    """Only the head is sent: the answer cannot have waited for the body."""
    head = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    assert desk.raw(head % 1001).startswith(b"HTTP/1.1 413 ")
    assert desk.raw(head % 10**11).startswith(b"HTTP/1.1 413 ")
    assert desk.ask("POST", "/v1/verify", bytes(1001)).status == 413
    assert desk.ask("POST", "/v1/verify", bytes(1000)).status == 500, "the control: its worker always fails"


def test_body_too_large_in_pieces_is_refused(desk: Desk) -> None:
    pieces = iter([bytes(500)] * 3)
    assert desk.ask("POST", "/v1/verify", pieces, {"Transfer-Encoding": "chunked"}).status == 413


def test_compressed_body_is_refused(desk: Desk) -> None:
    assert desk.ask("POST", "/v1/verify", b"\x1f\x8b", {"Content-Encoding": "gzip"}).status == 415


def test_slow_body_is_refused_and_holds_up_nobody(desk: Desk) -> None:
    head = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    links = [socket.create_connection(("127.0.0.1", desk.port), timeout=10) for _ in range(2)]
    try:
        for link in links:
            link.sendall(head)
        time.sleep(0.3)
        busy = desk.ask("POST", "/v1/verify", b"{}")
        assert (busy.status, busy.headers["retry-after"]) == (503, "1")
        assert desk.ask("GET", "/healthz").status == 200
        assert all(link.recv(100).startswith(b"HTTP/1.1 408 ") for link in links)
    finally:
        for link in links:
            link.close()
    assert desk.ask("POST", "/v1/verify", b"{}").status == 500, "both places are free again"


def test_client_that_goes_away_frees_its_place(desk: Desk) -> None:
    head = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    for _ in range(6):
        with socket.create_connection(("127.0.0.1", desk.port), timeout=10) as link:
            link.sendall(head)
    time.sleep(0.5)
    assert desk.ask("POST", "/v1/verify", b"{}").status == 500


def test_body_cut_off_is_never_taken_for_a_whole_one() -> None:
    """Straight at the guards: the client sends half, says that more follows, and is gone."""
    reached: list[Scope] = []
    sent: list[Message] = []
    messages = iter([{"type": "http.request", "body": b"{}", "more_body": True}, {"type": "http.disconnect"}])

    async def application(scope: Scope, _receive: Receive, _send: Send) -> None:
        reached.append(scope)

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/verify", "query_string": b"", "headers": [], "client": None}
    asyncio.run(Guards(application, Limits())(scope, receive, send))
    assert reached == [] and sent[0]["status"] == 400


def test_broken_http_is_refused(desk: Desk) -> None:
    assert desk.raw(b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert desk.raw(b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_flood_is_refused_with_a_time_to_wait() -> None:
    with service(Limits(burst=5, per_minute=6.0), command=QUICK) as desk:
        answers = [desk.ask("POST", "/v1/verify", b"{}") for _ in range(12)]
        assert [one.status for one in answers[:5]] == [500] * 5
        refused = [one for one in answers[5:] if one.status == 429]
        assert len(refused) >= 6 and all(1 <= int(one.headers["retry-after"]) <= 10 for one in refused)
        assert desk.ask("GET", "/healthz").status == 200, "whether it lives can always be asked"
        forwarded = desk.ask("POST", "/v1/verify", b"{}", {"X-Forwarded-For": "203.0.113.9"})
        assert forwarded.status == 429, "no header names another client"


def test_more_at_a_time_than_workers_is_refused() -> None:
    with service(Limits(burst=100, workers=2, seconds=3.0), command=SLOW) as desk:
        answers: list[Answer] = []

        def ask() -> None:
            answers.append(desk.ask("POST", "/v1/verify", b"{}"))

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(one.status for one in answers) == [503] * 4 + [504] * 2
        assert all("retry-after" in one.headers for one in answers if one.status == 503)


def test_buckets_refill_and_are_bounded() -> None:
    time_now = 0.0
    buckets = Buckets(Limits(burst=2, per_minute=60.0, clients=3), lambda: time_now)
    assert [buckets.wait("a") for _ in range(3)] == [0.0, 0.0, 1.0]
    time_now = 0.5
    assert buckets.wait("a") == 0.5
    time_now = 1.0
    assert (buckets.wait("a"), buckets.wait("a")) == (0.0, 1.0)
    assert [buckets.wait(one) for one in ("b", "c")] == [0.0, 0.0]
    assert (buckets.wait("d"), len(buckets)) == (1.0, 3), "a table that is full takes no new client"
    time_now = 60.0
    assert (buckets.wait("d"), len(buckets)) == (0.0, 1), "those that are full again are forgotten"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("unix", "unknown"),
    ],
)
def test_one_client_is_one_network(host: str | None, name: str) -> None:
    assert client_name(host) == name
