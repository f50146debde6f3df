"""The verifier over HTTP. A verdict is `valid: true` with status 200, or `valid: false` with status 422.

Every other status means that there is no verdict. A client that looks at the status only can take nothing for valid
that is not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

import uvicorn
from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from plimsoll.service.guards import BODY, Guards
from plimsoll.service.jobs import KINDS
from plimsoll.service.limits import Limits
from plimsoll.service.lines import ContradictionError, check_lines
from plimsoll.service.models import (
    EXAMPLE,
    INVALID_EXAMPLE,
    PUBLICATION,
    Failure,
    Found,
    Health,
    Invalid,
    ServicePolicy,
    Valid,
    VerifyRequest,
)
from plimsoll.service.pool import NoVerdictError, Pool
from plimsoll.service.signing import Signer, check_expiry, signed
from plimsoll.verifier.errors import VerificationError

TITLE: Final = "Plimsoll verifier"
VERSION: Final = "1"
DESCRIPTION: Final = """Verifies zero-knowledge proofs of a venue's solvency, with the same code as `plimsoll verify`.

Status 200 is a valid proof, 422 one that was verified and refused; with every other status there is no verdict.
A verdict of somebody else's service is that service's word: who needs to be sure verifies with `plimsoll verify`."""
_NO_VERDICT: Final[dict[int, str]] = {
    400: "the request cannot be read",
    408: "the body came too slowly",
    413: "the body is too large",
    414: "the address is too long",
    415: "the body is compressed",
    429: "too many requests of this client",
    500: "the verification failed",
    503: "too much work, or not enough memory",
    504: "the verification took too long",
}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": Valid, "description": "valid", "content": {"application/json": {"example": EXAMPLE}}},
    422: {"model": Invalid, "description": "not valid", "content": {"application/json": {"example": INVALID_EXAMPLE}}},
    **{status: {"model": Failure, "description": text} for status, text in _NO_VERDICT.items()},
}
_Expiry = Annotated[
    int | None,
    Query(ge=0, lt=2**63, description="sign the verdict until this time, seconds since 1970"),
]
_KEY: Final = Query(pattern="^[0-9a-f]{96}$", description="the venue's public key, from elsewhere than the publication")
_RULES: Final = Query(pattern="^[0-9a-f]{64}$", description="digest of the risk parameters that you accept")


def make_app(
    policy: ServicePolicy,
    limits: Limits,
    signer: Signer | None = None,
    not_said: Sequence[str] = (),
    now: Callable[[], float] = time.time,
    pool: Pool | None = None,
) -> Guards:
    """The service as an ASGI application, with its guards around it.

    Args:
        signer: signs verdicts where the request asks for it; without one such requests are refused.
        not_said: what a valid proof does not say, for every verdict that does not say it itself.
        now: seconds since 1970.
    """
    app = FastAPI(
        title=TITLE, version=VERSION, description=DESCRIPTION, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    workers = pool or Pool(limits)

    async def verdict(task: str, query: dict[str, Any], body: bytes, expiry: int | None) -> JSONResponse:
        if expiry is not None:
            if signer is None:
                raise NoVerdictError(400, "attest_until: this service signs nothing")
            try:
                check_expiry(expiry, now(), policy)
            except VerificationError as error:
                raise NoVerdictError(400, str(error)) from None
        job = {"task": task, "query": query, "policy": policy.model_dump(mode="json")}
        said = await workers.verify(job, body)
        if not isinstance(said, Found):
            return JSONResponse(said.model_dump(mode="json"), 422)
        own = task == "verify"
        check_lines(said, rules=own or query["rules"] is not None, oracles=policy.oracles is not None and not own)
        attestation = None
        if expiry is not None and signer is not None:
            attestation = await asyncio.to_thread(signed, said, expiry, now(), policy, signer)
        answer = Valid(
            valid=True,
            kind=said.statement.kind,
            figures=said.figures,
            lines=said.lines,
            lines_left_out=said.lines_left_out,
            not_said=said.not_said or tuple(not_said),
            attestation=attestation,
        )
        return JSONResponse(answer.model_dump(mode="json"), 200)

    # the body is read by the guards and parsed by a worker: here it is only described
    schema = {"$ref": "#/components/schemas/VerifyRequest"}
    described = {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}

    @app.post("/v1/verify", responses=_RESPONSES, response_model=Valid, openapi_extra=described)
    async def verify(request: Request, attest_until: _Expiry = None) -> JSONResponse:
        """Verify one proof against the files that you accept for it."""
        return await verdict("verify", {}, request.scope[BODY], attest_until)

    archive = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    taken = {"requestBody": {"required": True, "description": "a publication in one file", "content": archive}}

    @app.post("/v1/verify-bundle", responses=_RESPONSES, response_model=Valid, openapi_extra=taken)
    async def verify_bundle(
        request: Request,
        venue_key: Annotated[str, _KEY],
        rules: Annotated[str | None, _RULES] = None,
        sequence: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
        max_age_seconds: Annotated[int | None, Query(ge=0, lt=2**40)] = None,
        attest_until: _Expiry = None,
    ) -> JSONResponse:
        """Verify a whole publication, as `plimsoll verify` does, against the venue's key."""
        query = {"venue_key": venue_key, "rules": rules, "sequence": sequence, "max_age_seconds": max_age_seconds}
        return await verdict("bundle", query, request.scope[BODY], attest_until)

    @app.get("/healthz")
    async def healthz() -> Health:
        """Whether the service answers, and what it does."""
        return Health(status="ok", kinds=(*KINDS, PUBLICATION), signs=signer.public_key if signer else None)

    @app.exception_handler(NoVerdictError)
    async def no_verdict(_request: Request, error: NoVerdictError) -> JSONResponse:
        headers = {"Retry-After": "1"} if error.status == 503 else None
        return JSONResponse({"error": str(error)}, error.status, headers)

    @app.exception_handler(ContradictionError)
    async def contradicted(_request: Request, _error: ContradictionError) -> JSONResponse:
        return JSONResponse({"error": "no verdict"}, 500)

    @app.exception_handler(VerificationError)
    async def not_signed(_request: Request, error: VerificationError) -> JSONResponse:
        # a valid proof that this process would not sign: no verdict, rather than one that is half of what was asked
        return JSONResponse({"error": f"not signed: {error}"}, 500)

    @app.exception_handler(RequestValidationError)
    async def bad_query(_request: Request, error: RequestValidationError) -> JSONResponse:
        places = sorted({".".join(str(part) for part in one["loc"])[:100] for one in error.errors()})
        return JSONResponse({"error": f"the request's address is wrong at {', '.join(places)}"}, 400)

    @app.exception_handler(StarletteHTTPException)
    async def other(_request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"error": "no verdict"}, 500)

    _describe(app)
    return Guards(app, limits, document=app.openapi())


def document() -> dict[str, Any]:
    """The OpenAPI document; it is the same for every policy, key and limit."""
    return make_app(ServicePolicy(), Limits()).document


def _describe(app: FastAPI) -> None:
    """Puts the request's schema, which no function's arguments name, into the document."""
    made = app.openapi()
    schemas = made["components"]["schemas"]
    whole = VerifyRequest.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= whole.pop("$defs", {})
    schemas["VerifyRequest"] = whole
    # FastAPI's own answers to a wrong query, which this service gives as Failure
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    app.openapi_schema = dict(sorted(made.items())) | {"openapi": made["openapi"]}


def server(app: Guards, host: str, port: int, limits: Limits) -> uvicorn.Server:
    """The server; its `run` serves until the process is told to stop."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=4 * (limits.bodies + limits.workers),
        timeout_keep_alive=5,
        h11_max_incomplete_event_size=16 << 10,
        ws="none",
        http="h11",
        lifespan="off",
    )
    return uvicorn.Server(config)
