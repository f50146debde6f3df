"""What one client, and all of them together, may ask of a service."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one service; each is a hard one.

    Attributes:
        proof_bytes: the largest body of /v1/verify.
        bundle_bytes: the largest body of /v1/verify-bundle.
        body_seconds: how long a client may take to send its body.
        bodies: bodies that are read at a time.
        workers: verifications at a time.
        seconds: wall-clock limit of one verification, after which its process is killed.
        memory_bytes: address space of a verification's process.
        burst: requests that a client may send at once.
        per_minute: requests that a client may send in the long run.
        clients: clients that are remembered; when all of them are still being counted, a new one has to wait.
    """

    proof_bytes: int = 16 * MIB
    bundle_bytes: int = 64 * MIB
    body_seconds: float = 30.0
    bodies: int = 8
    workers: int = 2
    seconds: float = 60.0
    memory_bytes: int = 2048 * MIB
    burst: int = 10
    per_minute: float = 20.0
    clients: int = 4096


class Buckets:
    """A token bucket for each client: full at first, refilled steadily, and forgotten once it is full again."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, client: str) -> float:
        """Takes one token of the client's. Returns 0, or the seconds until there is one."""
        now, rate = self._clock(), self._limits.per_minute / 60
        self._forget(now, rate)
        if client not in self._buckets and len(self._buckets) >= self._limits.clients:
            return 1 / rate
        tokens, since = self._buckets.pop(client, (float(self._limits.burst), now))
        tokens = min(self._limits.burst, tokens + (now - since) * rate)
        left = tokens - 1 if tokens >= 1 else tokens
        self._buckets[client] = (left, now)
        return 0.0 if tokens >= 1 else (1 - tokens) / rate

    def _forget(self, now: float, rate: float) -> None:
        """Drops full buckets among those longest unused: what is forgotten would start full anyway."""
        while self._buckets:
            client, (tokens, since) = next(iter(self._buckets.items()))
            if tokens + (now - since) * rate < self._limits.burst:
                return
            del self._buckets[client]


def client_name(host: str | None) -> str:
    """Who counts as one client: an IPv4 address, or an IPv6 network of 64 bits. Nothing in a request is believed."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
