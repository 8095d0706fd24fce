"""The door of the live chart on the server: a socket with a run's events.

Routes of `st.App` have no Streamlit session, so the view token in the address is the only key: 128 random
bits that show one run, read-only. A socket only speaks; a viewer that sends anything is shown out.

Limits: 300 viewers a process and 150 a run (the next ones fall back to polling), at most 500 events a
frame and ten frames a second a viewer, 20 s for one frame to leave, nothing accepted from a viewer.

Close codes: 1000 the run is over · 1008 refused · 1013 too many viewers, or too slow · 4404 no such run.
"""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from core.errors import LimelightError
from core.runs.run import Run
from core.workspace import run_of_view
from ui.live_feed import Feed, Feeds, TooManyViewers

__all__ = ["routes"]

SEND_TIMEOUT_S = 20.0
OVER, REFUSED, BUSY, UNKNOWN = 1000, 1008, 1013, 4404


def routes() -> list[BaseRoute]:
    """The routes to give to `st.App(routes=...)`; call once a process.

    Returns:
        A WebSocket at `/live/{view token}?offset=BYTES`, under `server.baseUrlPath` where one is set.
    """
    base = config.get_option("server.baseUrlPath").strip("/")
    prefix = f"/{base}/live" if base else "/live"
    feeds = Feeds()

    async def socket(websocket: WebSocket) -> None:
        await _serve(websocket, feeds)

    return [WebSocketRoute(f"{prefix}/{{token}}", socket)]


async def _serve(websocket: WebSocket, feeds: Feeds) -> None:
    """One viewer, from its first word to the close code."""
    if not _is_ours(websocket):
        await websocket.close(REFUSED)  # before accept: the browser sees HTTP 403
        return
    await websocket.accept()
    code = UNKNOWN
    with contextlib.suppress(LimelightError):
        run = run_of_view(websocket.path_params["token"])
        code = await _watch(websocket, feeds, run)
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it left meanwhile
        await websocket.close(code)


async def _watch(websocket: WebSocket, feeds: Feeds, run: Run) -> int:
    """Send until the run is over or the viewer leaves; returns the close code."""
    try:
        async with feeds.join(run) as feed:
            sender = asyncio.create_task(_send(websocket, feed, _offset(websocket)))
            listener = asyncio.create_task(_listen(websocket))
            done, waiting = await asyncio.wait({sender, listener}, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            return done.pop().result()
    except TooManyViewers:
        return BUSY


async def _send(websocket: WebSocket, feed: Feed, offset: int) -> int:
    version = -1  # so that the first frame always has the status
    try:
        while True:
            while frame := feed.after(offset, version):
                await asyncio.wait_for(websocket.send_text(frame.text), SEND_TIMEOUT_S)
                offset, version = frame.offset, frame.version
            if feed.over:
                return UNKNOWN if feed.gone else OVER
            await feed.news()
    except TimeoutError:
        return BUSY
    except (WebSocketDisconnect, RuntimeError):  # the connection broke in the middle of a frame
        return OVER


async def _listen(websocket: WebSocket) -> int:
    """Wait for the viewer to leave; a viewer has nothing to say."""
    message = await websocket.receive()
    return OVER if message["type"] == "websocket.disconnect" else REFUSED


def _offset(websocket: WebSocket) -> int:
    text = websocket.query_params.get("offset", "0")
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _is_ours(websocket: WebSocket) -> bool:
    """Whether the page that opens the socket is a page of this server (a browser always says which)."""
    origin, host = websocket.headers.get("origin"), websocket.headers.get("host")
    if not is_host_allowed(host):
        return False
    if origin is None or not config.get_option("server.enableCORS"):
        return True
    return urlsplit(origin).netloc == host or origin in config.get_option("server.corsAllowedOrigins")
