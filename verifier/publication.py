"""Is a publication valid, and does it follow the one before it? Steps 3 to 6 of docs/protocol/publication.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import format_time
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.bundle import ATTESTATION, PROOF, Bundle, BundleError
from plimsoll.verifier.coverage import Coverage, check_coverage
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.oracles import AttestedPrices, OracleSet, verify_prices
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.reserves import MAX_APART, Occasion, VerifiedReserves, verify_reserves
from plimsoll.verifier.whole_book import SCENARIOS, VerifiedWholeBook, verify_whole_book

STEP: Final = "publication"


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """What was established. `prices` is None where nobody attests them, `reserves` where none are listed, `coverage`
    where there is nothing to compare: no reserves, or a book without totals."""

    digest: str
    book: VerifiedBook | VerifiedWholeBook
    prices: AttestedPrices | None
    reserves: VerifiedReserves | None
    coverage: Coverage | None


def verify_bundle(
    bundle: Bundle,
    venue_key: bytes,
    oracles: OracleSet | None = None,
    policy: Policy | None = None,
    *,
    rules: bytes | None = None,
    stress: bytes | None = None,
    max_apart: int | None = MAX_APART,
) -> VerifiedBundle:
    """Everything that a publication says, against what the caller pins.

    Args:
        venue_key: the venue's public key, 48 bytes; from elsewhere, never from the bundle.
        oracles: whom to believe about prices; without it prices are only claimed.
        policy: conditions on the book's proof, and the clock by which the publication is judged.
        rules: digest of the risk parameters that the caller accepts; without it they are the venue's own.
        stress: digest of the scenario list that the caller accepts; without it the list is the venue's own. With it a
            publication without a stress test is refused.
        max_apart: how far blocks of reserves may be from the snapshot, microseconds; None for any distance.

    Raises:
        VerificationError: with the step that failed, what was expected and what came.
        BundleError: a signed file that breaks its form, or files that do not fit together.
    """
    try:
        return _verify(bundle, venue_key, oracles, policy or Policy(), rules, stress, max_apart)
    except (VerificationError, BundleError):
        raise
    except PlimsollError as error:
        # the engine's words about files that do not fit together
        raise BundleError(f"the publication's files make no market: {error}") from error


def _verify(
    bundle: Bundle,
    venue_key: bytes,
    oracles: OracleSet | None,
    policy: Policy,
    rules: bytes | None,
    stress: bytes | None,
    max_apart: int | None,
) -> VerifiedBundle:
    manifest = bundle.manifest
    # 3. The venue signed the manifest. Nothing else is even parsed before.
    check_signature(bundle, venue_key)
    # 4. All parts speak of one venue, publication and moment, and the rules are those that the reader accepts.
    snapshot, attestation, listed = bundle.snapshot, bundle.attestation, bundle.reserves
    require(manifest.venue == snapshot.venue, STEP, f"a snapshot of {manifest.venue}", snapshot.venue)
    require(manifest.sequence == snapshot.sequence, STEP, f"a snapshot of {manifest.sequence}", snapshot.sequence)
    require(manifest.time >= snapshot.time, STEP, "a publication not before its snapshot", "one that is")
    one, named = "no" if snapshot.previous is None else "a", manifest.previous
    joined = (manifest.previous is None) == (snapshot.previous is None)
    require(joined, STEP, f"{one} previous publication, as the snapshot says", named.hex() if named else "none")
    found = bundle.parameters.digest()
    if rules is not None:
        require(found == rules, STEP, f"rules with the digest {rules.hex()}", found.hex(), "these are not yours")
    # 5. The book is proven, and its root is the one that was signed; the publication is not of the reader's future.
    book: VerifiedBook | VerifiedWholeBook
    if bundle.is_whole:
        book = verify_whole_book(bundle.files, snapshot, bundle.parameters, policy, stress=stress)
    else:
        require(stress is None, STEP, f"a book with {SCENARIOS}, since a list of scenarios is given", "one without")
        book = verify_book(bundle.files[PROOF], snapshot, bundle.parameters, policy)
    require(book.root == manifest.root, STEP, f"the root {show_quad(manifest.root)} in the proof", show_quad(book.root))
    at = policy.at or datetime.now(UTC)
    ahead = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=manifest.time) - at
    what = f"a publication not later than {at.isoformat()}"
    require(ahead <= policy.max_ahead, STEP, what, format_time(manifest.time), "check both clocks, or set --at")
    # 6. Prices and reserves, where there is something to check.
    prices = None
    if oracles is not None:
        if attestation is None:
            raise VerificationError(STEP, f"{ATTESTATION}, since an oracle set is given", "none")
        prices = verify_prices(snapshot, bundle.parameters, attestation, oracles)
    reserves = None
    if listed is not None:
        root = bytes.fromhex(show_quad(book.root))
        reserves = verify_reserves(listed, Occasion.of(snapshot, bundle.parameters, venue_key, root, max_apart))
    coverage = None
    if isinstance(book, VerifiedWholeBook) and reserves is not None:
        coverage = check_coverage(book.claims, book.scenarios, reserves, snapshot, bundle.parameters)
    return VerifiedBundle(bundle.digest.hex(), book, prices, reserves, coverage)


def verify_history(bundles: Sequence[Bundle]) -> None:
    """Each publication names the one before it, and time goes on. Signatures and proofs are `verify_bundle`'s.

    Args:
        bundles: in order; a first one without a predecessor is the venue's first publication.

    Raises:
        VerificationError: with the two publications that do not join.
    """
    for old, new in pairwise(bundles):
        after = f"publication {new.manifest.sequence} after {old.manifest.sequence}"
        require(new.manifest.venue == old.manifest.venue, STEP, f"{after}: one venue", "two")
        require(new.manifest.sequence == old.manifest.sequence + 1, STEP, f"{after}: one more", "another number")
        require(new.manifest.time > old.manifest.time, STEP, f"{after}: a later one", "one not later")
        require(new.snapshot.time > old.snapshot.time, STEP, f"{after}: a later snapshot", "one not later")
        named = new.manifest.previous.hex() if new.manifest.previous else "none"
        require(new.manifest.previous == old.digest, STEP, f"{after}: previous {old.digest.hex()}", named)
        proof = old.proof_digest
        of_proof = new.snapshot.previous.hex() if new.snapshot.previous else "none"
        require(new.snapshot.previous == proof, STEP, f"{after}: previous proof {proof.hex()}", of_proof)


def check_signature(bundle: Bundle, venue_key: bytes) -> None:
    """Step 3: the venue signed the manifest. Raises `VerificationError`."""
    from py_ecc.bls import G2ProofOfPossession as Bls  # noqa: PLC0415 - half a second; only publications need it

    key = bundle.signature.public_key
    require(key == venue_key, STEP, f"a signature by the venue's key {venue_key.hex()}", f"one by {key.hex()}")
    signed = Bls.Verify(key, bundle.digest, bundle.signature.signature)
    require(signed, STEP, "the venue's signature over the manifest", "one that fails")
