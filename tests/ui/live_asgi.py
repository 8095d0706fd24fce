"""A client for ASGI routes without a network: sockets and plain requests, in the manner of Starlette's TestClient.

That one needs an HTTP package that nothing else here needs.
"""

from __future__ import annotations

import asyncio
import json
import queue
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.types import ASGIApp

PATIENCE_S = 20.0  # for a machine that is busy


class Closed(Exception):  # noqa: N818  # a door that closes is no error
    """The server closed the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


@dataclass
class Socket:
    """The viewer's end of a socket."""

    portal: BlockingPortal
    sent: queue.SimpleQueue[dict[str, Any]] = field(default_factory=queue.SimpleQueue)
    inbox: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    def receive(self) -> dict[str, Any]:
        """The next frame; raises Closed when there will be none."""
        message = self.sent.get(timeout=PATIENCE_S)
        if message["type"] == "websocket.close":
            raise Closed(message.get("code", 1000))
        return dict(json.loads(message["text"]))

    def say(self, **message: Any) -> None:
        self.portal.start_task_soon(self.inbox.put, message).result()


@dataclass
class Answer:
    """What came back for a plain request."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


@dataclass
class Client:
    """One application in one event loop, as in one server process."""

    app: ASGIApp
    portal: BlockingPortal

    @contextmanager
    def socket(self, address: str, **headers: str) -> Iterator[Socket]:
        """Open a socket; raises Closed when it is refused before it opens."""
        socket = Socket(self.portal)

        async def send(message: Any) -> None:
            socket.sent.put(message)

        served: Future[None] = self.portal.start_task_soon(self._serve, _scope("websocket", address, headers), socket.inbox.get, send)
        socket.say(type="websocket.connect")
        first = socket.sent.get(timeout=PATIENCE_S)
        if first["type"] != "websocket.accept":
            raise Closed(first["code"])
        try:
            yield socket
        finally:
            socket.say(type="websocket.disconnect", code=1001)
            served.result(timeout=PATIENCE_S)

    def get(self, address: str, **headers: str) -> Answer:
        answer = Answer()

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.content += message.get("body", b"")

        self.portal.call(self._serve, _scope("http", address, headers), receive, send)
        return answer

    async def _serve(self, *arguments: Any) -> None:
        await self.app(*arguments)


@contextmanager
def client(app: ASGIApp) -> Iterator[Client]:
    with start_blocking_portal() as portal:
        yield Client(app, portal)


def _scope(kind: str, address: str, headers: dict[str, str]) -> dict[str, Any]:
    path, _, query = address.partition("?")
    given = {"host": "localhost"} | headers
    return {
        "type": kind, "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "method": "GET",
        "scheme": "http", "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
        "subprotocols": [], "client": ("127.0.0.1", 1), "server": ("localhost", 80), "asgi": {"version": "3.0"}, "http_version": "1.1",
    }  # fmt: skip
