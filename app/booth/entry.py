"""The page that asks for the code, past FastAPI's layers: rendered once per language and kind of machine."""

import gzip
from typing import Final

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.booth import pages

_LEVEL: Final = 9


class EntryDesk:
    """ASGI endpoint; a scanned code comes in the address's fragment, which browsers do not send."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, bool, bool], bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page."""
        request = Request(scope, receive)
        pages.speak(request)
        kind = request.state.language, request.state.kiosk, "staff" in request.query_params
        page = self._pages.get(kind)
        if page is None:
            page = self._pages[kind] = await run_sync(_printed, request)
        await pages.send_packed(request, page, send)


def _printed(request: Request) -> bytes:
    return gzip.compress(pages.tight(bytes(pages.entry_markup(request).body)), _LEVEL, mtime=0)
