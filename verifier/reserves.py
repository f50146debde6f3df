"""Does a venue hold the keys of the addresses that it lists as reserves? Steps as in docs/protocol/reserves.md.

Each address signs a message that binds it to one venue and its key, one publication and one book root, so that no
signature serves twice and none can be borrowed for another's publication. Balances are read by anybody from the chain
at the block that is named: here they are figures *claimed*, and their holder is *attested*.

A venue can borrow coins for the moment of a block; see the threat model.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from plimsoll.engine.fields import format_time
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.assets import chain_of, is_own_coin
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.ethereum import SignatureError, show_address, signer
from plimsoll.verifier.ownership import OwnedAddress, Reserves, digest

STEP: Final = "reserves"
MAX_APART: Final = 600_000_000
"""How far a block may be from the snapshot unless the reader says otherwise: ten minutes, in microseconds."""


@dataclass(frozen=True, slots=True)
class VerifiedReserves:
    """Units by instrument (10^-20), apart by purpose; the blocks by chain and the coins' names by instrument, at which
    and for which anybody can look."""

    reserves: dict[str, int]
    insurance_fund: dict[str, int]
    blocks: dict[str, tuple[int, bytes]]
    assets: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Occasion:
    """The verified publication that reserves must be listed for.

    Attributes:
        key: the venue's public key.
        root: of the book; its four elements in 32 bytes, most significant first.
        time: of the snapshot, microseconds since 1970.
        coins: the instruments that are coins by the book's rules.
        max_apart: how far a block may be from the snapshot, microseconds; None where that does not matter.
    """

    venue: str
    key: bytes
    sequence: int
    root: bytes
    time: int
    coins: frozenset[str]
    max_apart: int | None = MAX_APART

    @classmethod
    def of(
        cls, snapshot: MarketSnapshot, rules: RiskParameters, key: bytes, root: bytes, max_apart: int | None = MAX_APART
    ) -> Occasion:
        """The publication of a book that was verified for this snapshot and these rules."""
        coins = frozenset(one.name for one in rules.instruments if one.kind == "spot")
        return cls(snapshot.venue, key, snapshot.sequence, root, snapshot.time, coins, max_apart)


def verify_reserves(listed: Reserves, of: Occasion) -> VerifiedReserves:
    """Every listed address is the venue's own, for this publication of this book.

    Args:
        listed: what the venue published.
        of: the publication that was verified.

    Raises:
        VerificationError: step "reserves", with what was expected and what came.
    """
    # 1. They are listed for this publication.
    require(listed.venue == of.venue, STEP, f"reserves of the venue {of.venue}", listed.venue)
    require(listed.venue_key == of.key, STEP, f"reserves under the key {of.key.hex()}", listed.venue_key.hex())
    require(listed.sequence == of.sequence, STEP, f"reserves for publication {of.sequence}", listed.sequence)
    require(listed.root == of.root, STEP, f"reserves for the book root {of.root.hex()}", listed.root.hex())
    # 2. No address stands twice, whatever its purpose.
    for (chain, address), count in Counter((one.chain, one.address) for one in listed.addresses).items():
        require(count == 1, STEP, f"{show_address(address)} on {chain} once", f"{count} times")
    # 3. All addresses of a chain are shown at one block: coins that move between two would count twice.
    blocks = _blocks(listed.addresses)
    _check_times(listed.addresses, of)
    # 4. Each coin is one of the rules, and has one name on its chain.
    assets = _assets(listed.addresses, of.coins)
    # 5. Each address's key signed.
    for one in listed.addresses:
        _check_signature(listed, one)
    sums: dict[str, defaultdict[str, int]] = {"reserve": defaultdict(int), "insurance fund": defaultdict(int)}
    for one in listed.addresses:
        for balance in one.balances:
            sums[one.purpose][balance.instrument] += balance.units
    return VerifiedReserves(dict(sums["reserve"]), dict(sums["insurance fund"]), blocks, assets)


def shared_addresses(first: Reserves, second: Reserves) -> list[str]:
    """Addresses that two venues list: the coins of at most one of them. Names them as chain and address.

    Venues are told apart by their keys, which each address signed: a name is anybody's to choose.
    """
    if first.venue_key == second.venue_key:
        return []
    both = {(one.chain, one.address) for one in first.addresses} & {
        (one.chain, one.address) for one in second.addresses
    }
    return sorted(f"{chain} {show_address(address)}" for chain, address in both)


def _blocks(addresses: Iterable[OwnedAddress]) -> dict[str, tuple[int, bytes]]:
    blocks: dict[str, tuple[int, bytes]] = {}
    times: dict[str, int] = {}
    for one in addresses:
        height, block = blocks.setdefault(one.chain, (one.height, one.block))
        what = f"all addresses of {one.chain} at block {height} (0x{block.hex()})"
        require((one.height, one.block) == (height, block), STEP, what, f"block {one.height} (0x{one.block.hex()})")
        time = times.setdefault(one.chain, one.time)
        require(one.time == time, STEP, f"block {height} of {one.chain} at {format_time(time)}", format_time(one.time))
    return blocks


def _check_times(addresses: Iterable[OwnedAddress], of: Occasion) -> None:
    if of.max_apart is None:
        return
    for one in addresses:
        what = f"blocks within {of.max_apart // 1_000_000} s of the snapshot ({format_time(of.time)})"
        near = abs(one.time - of.time) <= of.max_apart
        require(near, STEP, what, f"block {one.height} of {one.chain} at {format_time(one.time)}")


def _assets(addresses: Iterable[OwnedAddress], coins: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The coins' names by instrument. One coin under two names, or as two instruments, would be counted twice."""
    counted: dict[str, tuple[str, str]] = {}
    for one in addresses:
        where = f"on {show_address(one.address)} ({one.chain})"
        held = [balance.asset for balance in one.balances]
        for balance in one.balances:
            asset, instrument = balance.asset, balance.instrument
            require(chain_of(asset) == one.chain, STEP, f"a coin of {one.chain} {where}", asset)
            require(held.count(asset) == 1, STEP, f"{asset} once {where}", f"{held.count(asset)} times")
            require(instrument in coins, STEP, f"{asset} as a coin that the rules list", instrument)
            coin = f"{one.chain}/its own coin" if is_own_coin(asset) else asset
            first = counted.setdefault(coin, (asset, instrument))
            require((asset, instrument) == first, STEP, f"{first[0]} as {first[1]}", f"{asset} as {instrument}")
    found: defaultdict[str, set[str]] = defaultdict(set)
    for asset, instrument in counted.values():
        found[instrument].add(asset)
    return {instrument: tuple(sorted(found[instrument])) for instrument in sorted(found)}


def _check_signature(listed: Reserves, one: OwnedAddress) -> None:
    what = f"a signature of {show_address(one.address)} on {one.chain} over its {one.form}"
    try:
        found = signer(digest(listed, one), one.signature)
    except SignatureError as error:
        raise VerificationError(STEP, what, str(error)) from None
    remedy = "sign for this venue, publication, root, purpose and block"
    require(found == one.address, STEP, what, f"one of {show_address(found)}, or over another message", remedy)
