"""What a worker does with one request: bytes in, a verdict out. Nothing here knows HTTP, a key or a clock of its own.

Each kind of statement has one function in `KINDS`; what is not in it is refused.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import Count, Digest, format_time
from plimsoll.engine.json_files import load_model, problems_of
from plimsoll.engine.problems import InputError
from plimsoll.engine.thresholds import Threshold
from plimsoll.service.lines import lines_of
from plimsoll.service.models import PUBLICATION, Figures, Found, RequestPolicy, ServicePolicy, VerifyRequest
from plimsoll.verifier.account import ACCOUNT, AccountPolicy, BookRoot, VerifiedAccount, verify_account
from plimsoll.verifier.archive import read_archive
from plimsoll.verifier.attestations import NOTHING, AttestedStatement, context_digest, values_digest
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.bundle import PROOF, bundle_of
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.contexts import publication_context, threshold_word
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.figures import ACCEPTED, MOMENT, PROVEN, ROOT, RULES, Figure, proof_figures
from plimsoll.verifier.figures import figures as publication_figures
from plimsoll.verifier.not_said import of_publication
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import verify_bundle
from plimsoll.verifier.quorums import PublicKey
from plimsoll.verifier.statement import BOOK_BATCH, read_proof
from plimsoll.verifier.whole_book import TOTALS_PROOF, VerifiedWholeBook

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class JobError(PlimsollError):
    """A request that cannot be read, or asks for what this service does not do."""


class BundleQuery(BaseModel):
    """Whose publication it is to be, from the request's address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    venue_key: PublicKey
    rules: Digest | None = None
    sequence: Count | None = Field(default=None, ge=0, lt=2**63)
    max_age_seconds: Count | None = Field(default=None, ge=0, lt=2**40)


def verify_request(body: bytes, allowed: ServicePolicy) -> Found:
    """The verdict on a body of /v1/verify.

    Raises:
        VerificationError: the proof is not valid.
        PlimsollError: the request cannot be read.
    """
    request = load_model(VerifyRequest, body, "request")
    verify = KINDS.get(request.kind)
    if verify is None:
        raise JobError(f"kind {request.kind!r} is not verified here, only {', '.join(KINDS)}")
    return verify(request, allowed)


def verify_archive(body: bytes, query: Mapping[str, object], allowed: ServicePolicy) -> Found:
    """The verdict on a body of /v1/verify-bundle: a publication as one file, against the venue's key in `query`.

    Raises: as `verify_request`.
    """
    try:
        asked = BundleQuery.model_validate(query)
    except ValidationError as error:
        raise InputError(problems_of(error, "query")) from error
    bundle = bundle_of(read_archive(body), "archive")
    conditions = RequestPolicy(sequence=asked.sequence, max_age_seconds=asked.max_age_seconds)
    policy = policy_of(conditions, allowed)
    verified = verify_bundle(bundle, asked.venue_key, allowed.oracles, policy, rules=asked.rules)
    context = publication_context(asked.venue_key, allowed.oracles)
    book = verified.book
    statement = _statement(bundle.files[TOTALS_PROOF if bundle.is_whole else PROOF], book, book.root, context)
    # of the whole publication, not only of its book's proof
    update = {"kind": PUBLICATION, "statement": bytes.fromhex(verified.digest)}
    figures: Figures = _common_figures(book) | {
        "venue": bundle.manifest.venue,
        "publication": verified.digest,
        "program": statement.program.hex(),
        "parameters": statement.parameters.hex(),
        "attested_prices": verified.prices.attested if verified.prices else (),
        "reserves": tuple(sorted(verified.reserves.reserves)) if verified.reserves else (),
    }
    return _found(
        figures,
        publication_figures(bundle, verified, rules=asked.rules is not None),
        statement.model_copy(update=update),
        of_publication(verified, rules=asked.rules is not None),
    )


def policy_of(asked: RequestPolicy, allowed: ServicePolicy, kind: type[Policy] = Policy) -> Policy:
    """The stricter of what the service allows and what the request asks for; judged by the service's clock."""
    ages = [age for age in (allowed.max_age_seconds, asked.max_age_seconds) if age is not None]
    return kind(
        max_age=timedelta(seconds=min(ages)),
        root=asked.root,
        sequence=asked.sequence,
        previous=asked.previous,
        context=asked.context,
    )


def _verify_book(request: VerifyRequest, allowed: ServicePolicy) -> Found:
    if request.account is not None:
        raise JobError("account: only for the kind account")
    policy = policy_of(request.policy, allowed)
    verified = verify_book(request.proof, request.snapshot, request.parameters, policy)
    statement = _statement(request.proof, verified, verified.root, policy.context)
    figures = _book_figures(verified) | {"venue_claimed": request.snapshot.venue}
    return _found(figures, [*proof_figures(verified), *_accepted(request)], statement)


def _verify_account(request: VerifyRequest, allowed: ServicePolicy) -> Found:
    asked, root = request.account, request.policy.root
    if asked is None or root is None:
        raise JobError("kind account: give `account`, and the root of the book in `policy`")
    policy = policy_of(request.policy, allowed, AccountPolicy)
    if not isinstance(policy, AccountPolicy):
        raise JobError("kind account: a policy of another kind")
    threshold = Threshold(asked.threshold, asked.ratio, asked.amount)
    context = ConsumerContext.decode(request.policy.context)
    book = BookRoot(root, asked.levels, asked.above)
    verified = verify_account(request.proof, request.snapshot, request.parameters, threshold, context, book, policy)
    statement = _statement(request.proof, verified, root, context.encode(), threshold_word(threshold))
    figures: Figures = {
        "tag": verified.tag.hex(),
        "scope": verified.scope.hex(),
        "root": show_quad(root),
        "threshold": asked.threshold,
        "ratio_ppm": str(asked.ratio),
        "amount": str(asked.amount),
        "snapshot_time": _time(verified),
        "sequence": str(verified.sequence),
        "program": verified.program,
        "profile": verified.profile,
        "security_bits": f"{verified.security_bits:.2f}",
        "proof_sha256": verified.proof_digest,
        "venue_claimed": request.snapshot.venue,
    }
    met = {"ratio": f", {asked.ratio} ppm", "free": f", {asked.amount} millionths of {request.snapshot.quote}"}
    lines = [
        Figure("threshold that the account meets", asked.threshold + met.get(asked.threshold, ""), PROVEN),
        Figure("tag", verified.tag.hex(), PROVEN),
        Figure("scope of the tag", verified.scope.hex(), ACCEPTED),
        Figure("proven bits", f"{verified.security_bits:.1f}, profile {verified.profile}", PROVEN),
        Figure(ROOT, show_quad(root), ACCEPTED),
        *_accepted(request),
    ]
    return _found(figures, lines, statement)


def _accepted(request: VerifyRequest) -> list[Figure]:
    """What the client gave, and with it accepted."""
    rules = request.parameters
    return [
        Figure("rules", f"{rules.name}, revision {rules.revision}", ACCEPTED),
        Figure(RULES, rules.digest().hex(), ACCEPTED),
        Figure(MOMENT, format_time(request.snapshot.time), ACCEPTED),
    ]


def _found(
    figures: Figures, shown: Sequence[Figure], statement: AttestedStatement, not_said: tuple[str, ...] = ()
) -> Found:
    lines, left_out = lines_of(shown)
    return Found(
        valid=True, figures=figures, lines=lines, lines_left_out=left_out, not_said=not_said, statement=statement
    )


def _statement(
    proof: bytes,
    verified: VerifiedBook | VerifiedWholeBook | VerifiedAccount,
    root: tuple[int, ...],
    context: bytes,
    threshold: bytes = NOTHING,
) -> AttestedStatement:
    """What may be signed about a proof that was verified; its expiry is set by whoever signs."""
    if hashlib.sha256(proof).hexdigest() != verified.proof_digest:
        raise VerificationError("attestation", f"the proof {verified.proof_digest}", "another file")
    statement = read_proof(proof)[0]
    digests = {
        "program": statement.digests.program,
        "statement": statement.digest(),
        "root": bytes.fromhex(show_quad(root)),
        "values": values_digest(statement.public_values),
        "market": statement.digests.market,
        "parameters": statement.digests.parameters,
        "context": context_digest(context),
        "threshold": threshold,
    }
    numbers = {
        "snapshot_time": (verified.snapshot_time - _EPOCH) // timedelta(seconds=1),
        "expiry": 0,
        "security_bits": math.floor(verified.security_bits),
    }
    texts = {name: digest.hex() for name, digest in digests.items()}
    return AttestedStatement.model_validate({"kind": statement.kind, **texts, **numbers})


def _book_figures(verified: VerifiedBook) -> Figures:
    return _common_figures(verified) | {"commitment": show_quad(verified.commitment), "program": verified.program}


def _common_figures(verified: VerifiedBook | VerifiedWholeBook) -> Figures:
    return {
        "root": show_quad(verified.root),
        "shape": verified.shape.name,
        "snapshot_time": _time(verified),
        "sequence": str(verified.sequence),
        "profile": verified.profile,
        "security_bits": f"{verified.security_bits:.2f}",
        "nonce_digest": verified.nonce_digest,
        "proof_sha256": verified.proof_digest,
    }


def _time(verified: VerifiedBook | VerifiedWholeBook | VerifiedAccount) -> str:
    return format_time((verified.snapshot_time - _EPOCH) // timedelta(microseconds=1))


KINDS: Final[Mapping[str, Callable[[VerifyRequest, ServicePolicy], Found]]] = {
    BOOK_BATCH: _verify_book,
    ACCOUNT: _verify_account,
}
