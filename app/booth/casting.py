"""The cast: the one asynchronous endpoint, past FastAPI's and Starlette's machinery: a whole hall presses at once.

What comes in is sealed already, from both kinds of phone: no mark ever reaches this module.
"""

from collections.abc import Mapping
from typing import Final

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.booth import pages, service, wire
from app.booth.domain import CastRequest
from app.booth.service import Counter
from app.box.drop import Drop, Vote
from app.box.seal import receipt_text
from app.core.db import Database
from app.core.errors import DomainError
from app.core.guesses import Guesses
from app.core.key_folder import KeyFolder
from app.web.errors import answer
from app.web.forms import PostedForm, check_form_token, parse_urlencoded

MAX_COUNTERS: Final = 64
FROM_SCRIPT: Final = b"x-manyidu"
JSON: Final = b"application/json"
NO_STORE: Final = (b"cache-control", b"no-store")
CLEAR: Final = ("clear-site-data", '"cache", "storage"')


class CastDesk:
    """ASGI endpoint that takes ballots, as JSON from a script or as a plain form."""

    def __init__(self, database: Database, key_folder: KeyFolder, box: Drop, guesses: Guesses, *, https: bool) -> None:
        self._database = database
        self._pepper = key_folder.pepper()
        self._box = box
        self._guesses = guesses
        self._counters: dict[str, Counter] = {}
        self._extra = dict([CLEAR]) if https else {}
        self._clear = [(name.encode(), value.encode()) for name, value in self._extra.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one cast; what is refused is answered here too, by the one table."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        try:
            if kind == JSON:
                await self._from_script(headers, receive, send)
                return
            if kind != wire.FORM:
                raise DomainError("form_wrong_kind")  # noqa: TRY301 - answered below like every refusal
            request = Request(scope, receive)
            response = await self._from_form(request, parse_urlencoded(await wire.read_body(receive)))
        except DomainError as error:
            if error.code == "code_unknown":
                self._guesses.note()
            response = answer(Request(scope, receive), error.code, error.params)
        await response(scope, receive, send)

    async def _from_script(self, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        if headers.get(FROM_SCRIPT) != b"1":
            raise DomainError("cross_site")
        vote = await self._cast(wire.from_json(await wire.read_body(receive)))
        body = orjson.dumps({"receipt": receipt_text(vote.envelope_id)})
        # Written by hand: a Response object costs as much as reading the ballot.
        start = [NO_STORE, (b"content-type", JSON), (b"content-length", str(len(body)).encode()), *self._clear]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        await send({"type": "http.response.body", "body": body})

    async def _from_form(self, request: Request, form: PostedForm) -> Response:
        pages.speak(request, form)
        if not request.state.same_site_proved:
            check_form_token(request, form, "anyone")
        cast = wire.from_form(form)
        try:
            vote = await self._cast(cast)
        except DomainError as error:
            if error.code != "busy":
                raise
            return pages.again_page(request, form, cast, error)
        return pages.done_page(request, form, receipt_text(vote.envelope_id), self._extra)

    async def _cast(self, cast: CastRequest) -> Vote:
        counter = self._counters.get(cast.round_id)
        if counter is None:
            counter = await run_sync(self._open_counter, cast.round_id)
        vote = service.check_envelope(counter, self._pepper, cast)
        await self._box.cast(vote)
        return vote

    def _open_counter(self, round_id: str) -> Counter:
        counter = service.open_counter(self._database, round_id)
        if counter.stays:
            if len(self._counters) >= MAX_COUNTERS:
                self._counters.clear()
            self._counters[round_id] = counter
        return counter
