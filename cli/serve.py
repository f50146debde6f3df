"""`plimsoll serve`: the verifier over HTTP, on this machine only unless told otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.key import read_key
from plimsoll.cli.options import PATH
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.json_files import read_model
from plimsoll.verifier.not_said import NOT_SAID


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8344, show_default=True, help="The port; 0 for any.")
@click.option("--key", "key_file", type=PATH, help="Sign verdicts with this key, where a request asks for it.")
@click.option("--policy", "policy_file", type=PATH, help="What is accepted [default: a day's age, no oracles].")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Verifications at a time.")
@click.option("--seconds", type=click.IntRange(1, 3600), default=60, show_default=True, help="Limit of a verification.")
@click.option("--per-minute", type=click.IntRange(1, 6000), default=20, show_default=True, help="Requests of a client.")
def serve(
    host: str,
    port: int,
    key_file: Path | None,
    policy_file: Path | None,
    workers: int,
    seconds: int,
    per_minute: int,
) -> int:
    """Verify proofs for others over HTTP, until stopped.

    \b
    Exit codes: 0 stopped, 3 a file cannot be read, or nobody can listen at this address.
    """
    from plimsoll.service.app import make_app, server  # noqa: PLC0415 - the extra `service`
    from plimsoll.service.limits import Limits  # noqa: PLC0415
    from plimsoll.service.models import ServicePolicy  # noqa: PLC0415
    from plimsoll.service.signing import Signer  # noqa: PLC0415

    policy = read_model(ServicePolicy, policy_file) if policy_file else ServicePolicy()
    limits = Limits(workers=workers, seconds=float(seconds), per_minute=float(per_minute))
    signer = None
    if key_file:
        key = read_key(key_file)
        signer = Signer(key.public_key, key.sign)
    if host not in ("127.0.0.1", "::1", "localhost"):
        console.show_warning(f"listening on {host}: put a proxy with TLS before it, and let nobody else reach it")
    app = make_app(policy, limits, signer, NOT_SAID)
    console.say(f"http://{host}:{port}/openapi.json; {'signs attestations' if signer else 'signs nothing'}")
    try:
        server(app, host, port, limits).run()
    except SystemExit:  # uvicorn's answer where it cannot listen; it has said why
        raise PlimsollError(f"{host}:{port}: cannot listen there; choose another --host or --port") from None
    return console.OK
