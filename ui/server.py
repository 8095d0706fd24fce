"""What `st.App` gets: routes of the live chart, headers that protect the page, work at the start of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from ui.guard import show_unexpected

__all__ = ["HEADERS", "Protect", "lifespan", "middleware", "on_script_error", "routes"]

# Measured with Plotly, data frames and our own component. Components arrive as blob: scripts, charts
# style themselves inline; nothing is fetched from another host. Community Cloud frames the page.
STREAMLIT_INLINE = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"  # one line in the index.html of 1.67
CONTENT_POLICY = "; ".join([
    "default-src 'self'",
    f"script-src 'self' blob: {STREAMLIT_INLINE}",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' ws: wss:",
    "worker-src 'self' blob:",
    "frame-src 'self' blob: data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self' https://*.streamlit.app https://share.streamlit.io",
])  # fmt: skip

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address holds the token of a workspace
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class Protect:
    """ASGI middleware that adds `HEADERS` to every HTTP answer and touches no body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; on the way back, add the headers that are not there yet."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def routes() -> Sequence[BaseRoute]:
    """Our own addresses: those of the live chart."""
    from ui.live_route import routes as live_routes

    return live_routes()


def middleware() -> Sequence[Middleware]:
    """What every request passes through."""
    return [Middleware(Protect)]


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Before the first visitor: start the caretaker, and switch off Streamlit's old discovery of `pages/`."""
    from ui.process import prepare

    PagesManager.uses_pages_directory = False  # else the first visit after a start would run a page without the shell
    prepare()
    yield


def on_script_error(error: Exception) -> bool:
    """What nothing else has caught (a callback, a fragment): one sentence on the page, the rest in the log."""
    show_unexpected(error, logged=True)
    return True
