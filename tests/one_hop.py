"""A browser in the test's own process whose requests cross over to the application's event loop once each.

Starlette's own client crosses eight times, from thread to thread and back, which costs more than most pages.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx
from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp, Message

FROM = ("testclient", 50000)
PORTS = {"http": 80, "https": 443}


class OneHop(httpx.BaseTransport):
    """Asks an application that runs in the loop behind ``portal``; what it raises reaches the test."""

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._app = app
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, once all that the application does for it is done."""
        answer = self._portal.call(self._ask, request)
        answer.request = request
        return answer

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        sent: list[Message] = []
        complete = asyncio.Event()

        async def send(message: Message) -> None:
            assert not complete.is_set(), "something was sent after the answer"
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                complete.set()

        await self._app(scope_of(request), _receiver(request.read(), complete), send)
        start, *pieces = sent
        body = b"".join(bytes(piece.get("body", b"")) for piece in pieces)
        stream = httpx.ByteStream(b"" if request.method == "HEAD" else body)
        return httpx.Response(start["status"], headers=start.get("headers", []), stream=stream)


def _receiver(body: bytes, complete: asyncio.Event) -> Callable[[], Any]:
    """Return what gives the body once; whoever asks again is told, once all is answered, that the browser is gone."""
    waiting = [body]

    async def receive() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop()}
        await complete.wait()
        return {"type": "http.disconnect"}

    return receive


def scope_of(request: httpx.Request) -> dict[str, Any]:
    """Return a request as ASGI has it."""
    url = request.url
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": unquote(url.path),
        "raw_path": url.raw_path.split(b"?", 1)[0],
        "root_path": "",
        "scheme": url.scheme,
        "query_string": url.query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": FROM,
        "server": (url.host, url.port or PORTS[url.scheme]),
        "extensions": {},
        "state": {},
    }
