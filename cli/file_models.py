"""The models of all files beside a book's own that somebody outside writes or reads, by the names of their schemas.

None of them needs more than the verifier does. Keys and secrets are not among them.
"""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from plimsoll.cli.oracle import SignedReport
from plimsoll.cli.page.dropped import ReaderFile
from plimsoll.engine.book_claims import BookClaims
from plimsoll.engine.price_reports import PriceReport
from plimsoll.service.models import Invalid, ServicePolicy, Valid
from plimsoll.verifier.attestations import VerifiersAttestation, VerifierSet
from plimsoll.verifier.bundle import Manifest, VenueSignature
from plimsoll.verifier.consumer import ConsumerRequest
from plimsoll.verifier.customer import CustomerFile
from plimsoll.verifier.oracles import Attestation, OracleSet
from plimsoll.verifier.ownership import Reserves
from plimsoll.verifier.receipts import Receipt
from plimsoll.verifier.sampling import AuditOpenings
from plimsoll.verifier.tie_out import TotalsOpening

MODELS: Final[dict[str, type[BaseModel]]] = {
    "attestation": Attestation,
    "audit-openings": AuditOpenings,
    "audit-totals": TotalsOpening,
    "claims": BookClaims,
    "consumer-request": ConsumerRequest,
    "customer": CustomerFile,
    "manifest": Manifest,
    "oracles": OracleSet,
    "price-report": PriceReport,
    "reader": ReaderFile,
    "receipt": Receipt,
    "reserves": Reserves,
    "service-policy": ServicePolicy,
    "service-refusal": Invalid,
    "service-verdict": Valid,
    "signature": VenueSignature,
    "signed-report": SignedReport,
    "verifiers": VerifierSet,
    "verifiers-attestation": VerifiersAttestation,
}
