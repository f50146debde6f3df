"""A whole book as a publication with reserves: signed, written, read and verified. Run by `measure.py`."""

from __future__ import annotations

import hashlib
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from plimsoll.engine.book_claims import BookClaims
from plimsoll.engine.decimals import VALUE_SCALE
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.publication import make_bundle, publish
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.bundle import PARAMETERS, RESERVES, SNAPSHOT, read_bundle
from plimsoll.verifier.ownership import Balance, OwnedAddress, Reserves, digest
from plimsoll.verifier.policy import Policy, snapshot_time
from plimsoll.verifier.publication import verify_bundle
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.whole_book import CLAIMS, TOTALS_PROOF

# wallets that sign as an Ethereum wallet does, from the tests
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "reserves"))
from wallets import address_of, sign

ADDRESSES = 16
SEED = b"benchmark" * 4
CHAIN = "eip155:1"


def make(directory: Path, proofs: Path, out: Path) -> dict[str, Any]:
    """Sign for every address, sign the manifest, check and write the publication: seconds and bytes."""
    key = SigningKey.from_seed(SEED)
    files = {one.name: one.read_bytes() for one in proofs.iterdir()}
    files |= {name: (directory / name).read_bytes() for name in (SNAPSHOT, PARAMETERS)}
    snapshot = MarketSnapshot.parse(files[SNAPSHOT])
    start = time.perf_counter()
    files[RESERVES] = _reserves(files, snapshot, key.public_key).model_dump_json().encode()
    publish(make_bundle(files, key, snapshot.time), out, policy=_policy(snapshot))
    return {
        "seconds": time.perf_counter() - start,
        "addresses": ADDRESSES,
        "bytes": sum(one.stat().st_size for one in out.iterdir()),
    }


def verify(out: Path) -> dict[str, Any]:
    """Read and verify the publication, once: seconds."""
    key = SigningKey.from_seed(SEED).public_key
    start = time.perf_counter()
    bundle = read_bundle(out)
    verified = verify_bundle(bundle, key, policy=_policy(bundle.snapshot))
    return {"seconds": time.perf_counter() - start, "currencies": len(verified.coverage.ratios)}  # type: ignore[union-attr]


def _policy(snapshot: MarketSnapshot) -> Policy:
    return Policy(at=snapshot_time(snapshot))


def _reserves(files: dict[str, bytes], snapshot: MarketSnapshot, venue_key: bytes) -> Reserves:
    """Twice what is owed of every currency, over the addresses in equal parts."""
    parameters = RiskParameters.parse(files[PARAMETERS])
    owed = BookClaims.parse(files[CLAIMS]).liabilities
    coins = [one for one in parameters.instruments if one.kind == "spot"]
    balances = tuple(
        Balance.model_construct(
            asset=f"{CHAIN}/erc20:0x{hashlib.sha256(one.name.encode()).hexdigest()[:40]}",
            instrument=one.name,
            units=int(Decimal(owed.get(one.currency, "0")) * 2 * VALUE_SCALE) // ADDRESSES + 1,
        )
        for one in coins
    )
    root = read_proof(files[TOTALS_PROOF])[0].public_values[3:7]
    unsigned = [
        OwnedAddress.model_construct(
            chain=CHAIN,
            address=address_of(secret),
            purpose="reserve",
            height=1,
            block=bytes(32),
            time=snapshot.time,
            balances=balances,
            form="typed data",
            signature=bytes(65),
        )
        for secret in range(1, ADDRESSES + 1)
    ]
    listed = Reserves.model_construct(
        version=1,
        venue=snapshot.venue,
        venue_key=venue_key,
        sequence=snapshot.sequence,
        root=b"".join(one.to_bytes(8, "big") for one in root),
        addresses=tuple(unsigned),
    )
    signed = [
        one.model_copy(update={"signature": sign(secret, digest(listed, one))})
        for secret, one in enumerate(unsigned, 1)
    ]
    return listed.model_copy(update={"addresses": tuple(signed)})
