"""`plimsoll serve` where nobody can listen: the exit code of an input that cannot be used, and what to change."""

from __future__ import annotations

import socket

import pytest

from plimsoll.cli.main import run


def test_port_in_use_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 3
    assert f"127.0.0.1:{port}: cannot listen there; choose another --host or --port" in capsys.readouterr().err


def test_address_that_is_none_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--host", "256.1.1.1", "--port", "0"]) == 3
    assert "256.1.1.1:0: cannot listen there" in capsys.readouterr().err
