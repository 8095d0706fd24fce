"""The entry works both ways, and what the server adds protects the page."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit.web.server.app_discovery import discover_asgi_app

from ui.server import CONTENT_POLICY, HEADERS, Protect

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_streamlit_run_finds_the_application() -> None:
    found = discover_asgi_app(ROOT / "streamlit_app.py")
    assert found.is_asgi_app
    assert found.import_string == "streamlit_app:app"


def finish(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for nothing, without an event loop: a browser of another test may hold this thread's."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


def test_headers_are_added_and_none_is_overwritten() -> None:
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"referrer-policy", b"origin")]})

    async def collect(message: Any) -> None:
        sent.append(message)

    finish(Protect(app)({"type": "http"}, None, collect))  # type: ignore[arg-type]
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    assert headers["referrer-policy"] == "origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert set(headers) == {name.lower() for name in HEADERS}


def test_socket_messages_pass_untouched() -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept", "headers": []})

    async def collect(message: Any) -> None:
        sent.append(message)

    finish(Protect(app)({"type": "websocket"}, None, collect))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.accept", "headers": []}]


def test_content_policy_allows_streamlits_own_line_and_no_other() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in inline]
    assert all(f"'sha256-{digest}'" in CONTENT_POLICY for digest in hashes)
    assert "unsafe-eval" not in CONTENT_POLICY
    assert "https:" not in CONTENT_POLICY.split("frame-ancestors")[0]


def test_configuration_is_safe_by_default() -> None:
    server, client = CONFIG["server"], CONFIG["client"]
    assert server["address"] == "127.0.0.1"
    assert {"localhost", "127.0.0.1"} <= set(server["allowedHosts"])
    assert "*" not in server["allowedHosts"]
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True
    assert server["maxUploadSize"] <= 200
    assert client["showErrorDetails"] == "none"
    assert client["toolbarMode"] in {"viewer", "minimal"}
    assert CONFIG["browser"]["gatherUsageStats"] is False


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_read(scheme: str) -> None:
    theme = CONFIG["theme"][scheme]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        for text in ("primaryColor", "textColor", "linkColor"):
            assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
    assert contrast(theme["violetTextColor"], theme["primaryColor"]) >= 4.5  # labels of primary buttons
