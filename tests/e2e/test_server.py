"""The running server from outside: who can reach it, under which name, and what it has loaded."""

from __future__ import annotations

import socket
from collections.abc import Callable

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server

pytestmark = pytest.mark.browser
HANDSHAKE = (
    "GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: streamlit\r\n\r\n"
)


def answer(app: Server, host: str, origin: str) -> int:
    """Status of a WebSocket handshake."""
    with socket.create_connection(("127.0.0.1", app.port), timeout=20) as connection:
        connection.sendall(HANDSHAKE.format(host=host, origin=origin).encode())
        return int(connection.recv(64).split()[1])


def test_only_this_machine_can_connect(app: Server) -> None:
    assert app.process
    listening = [one for one in psutil.Process(app.process.pid).net_connections("tcp") if one.status == psutil.CONN_LISTEN]
    assert listening
    assert {one.laddr.ip for one in listening} <= {"127.0.0.1", "::1"}


def test_a_page_elsewhere_cannot_reach_in(app: Server) -> None:
    assert answer(app, f"localhost:{app.port}", app.url) == 101
    assert answer(app, f"localhost:{app.port}", "http://evil.example") == 403
    assert answer(app, "evil.example", "http://evil.example") == 403  # DNS rebinding


def test_the_web_process_never_loads_an_engine(app: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    for path in ("", "data", "model", "train", "compare", "stage"):
        page.goto(f"{app.url}/{path}")
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
    assert app.process
    loaded = " ".join(mapped.path for mapped in psutil.Process(app.process.pid).memory_maps())
    assert "polars" in loaded  # the check sees libraries at all
    assert not any(name in loaded for name in ("tensorflow", "jaxlib", "sklearn"))
