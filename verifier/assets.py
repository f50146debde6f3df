"""Chains, accounts and coins by the names that others use for them: CAIP-2, Ethereum's addresses, CAIP-19.

A coin's own name says nothing: anybody can issue a token of any name. Its CAIP-19 name has chain and contract in it.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from plimsoll.engine.problems import RefusedValueError
from plimsoll.verifier.ethereum import SignatureError, parse_address, show_address

_CHAIN: Final = r"eip155:[1-9][0-9]{0,17}"
_OWN_COIN: Final = r"slip44:(?:0|[1-9][0-9]{0,9})"
_TOKEN: Final = r"erc20:0x[0-9a-fA-F]{40}"
_ASSET: Final = f"{_CHAIN}/(?:{_OWN_COIN}|{_TOKEN})"
_SYSTEM: Final = 2**16
"""Contracts below this address belong to the chain itself; a token there is its own coin under another name (0x1010 on
Polygon, 0x0802 on Moonbeam, 0x800a on every chain of the ZK Stack)."""
_MIRRORS: Final = frozenset(
    bytes.fromhex(one)
    for one in (
        "471ece3750da237f93b8e339c536989b8978a438",  # Celo
        "deaddeaddeaddeaddeaddeaddeaddeaddead0000",  # Metis, and ether on the OP Stack of before
        "ee" * 20,  # no contract: how routers write any chain's own coin
    )
)
"""Other contracts whose balance is that of the chain's own coin."""


def chain_of(asset: str) -> str:
    """The chain of a coin by its CAIP-19 name."""
    return asset.partition("/")[0]


def is_own_coin(asset: str) -> bool:
    """Whether it is its chain's own coin, in which fees are paid, and no contract's."""
    return asset.partition("/")[2].startswith("slip44:")


def _chain(text: object) -> str:
    if not isinstance(text, str) or not re.fullmatch(_CHAIN, text, re.ASCII):
        raise RefusedValueError("expected a chain such as eip155:1", "write eip155: and the chain's number")
    return text


def _address(text: object) -> bytes:
    try:
        return parse_address(text if isinstance(text, str) else "")
    except SignatureError as error:
        raise RefusedValueError(str(error), "copy it from the wallet") from None


def _asset(text: object) -> str:
    if not isinstance(text, str) or not re.fullmatch(_ASSET, text, re.ASCII):
        raise RefusedValueError(
            "expected a coin such as eip155:1/slip44:60 or eip155:1/erc20:0x and 40 digits", "write its CAIP-19 name"
        )
    if is_own_coin(text):
        return text
    # one contract has one name, in whatever case its address is written
    before, _, contract = text.rpartition(":")
    address = _address(contract)
    if int.from_bytes(address, "big") < _SYSTEM or address in _MIRRORS:
        # under both names one coin would count twice
        raise RefusedValueError("a contract that mirrors its chain's own coin", "list the coin itself, as slip44")
    return f"{before}:{show_address(address)}"


def _schema(pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "description": description})


Chain = Annotated[str, BeforeValidator(_chain), _schema(_CHAIN, "a chain by its CAIP-2 name")]
Address = Annotated[
    bytes,
    BeforeValidator(_address),
    PlainSerializer(show_address),
    _schema("0x[0-9a-fA-F]{40}", "an account's address, in lower case or with EIP-55's checksum"),
]
Asset = Annotated[str, BeforeValidator(_asset), _schema(_ASSET, "a chain's own coin or a token, by its CAIP-19 name")]
