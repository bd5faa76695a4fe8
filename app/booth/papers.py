"""The way from a code to its paper, past FastAPI's layers: a paper is rendered once and handed to a whole hall.

Nothing here renders or asks the database in the event loop: codes that come in at the same time are looked up together
by one thread, and a paper that nobody has asked for yet is rendered in another.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from threading import Lock
from typing import Final, NamedTuple

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.booth import pages, service, wire
from app.booth.pages import PrintedPaper
from app.booth.service import Admission, Door
from app.core.db import Database
from app.core.errors import DomainError
from app.core.gathered import Gathered
from app.slips.codes import code_hash, parse_code
from app.web.errors import answer
from app.web.forms import PostedForm, check_form_token, parse_urlencoded

MAX_KEPT: Final = 256
_RETYPE: Final = frozenset({"code_malformed", "code_check_sign", "code_unknown"})


class Kind(NamedTuple):
    """What papers have in common that are the same page."""

    paper_hash: str
    group_id: str
    language: str
    large: bool
    kiosk: bool


class Shelf:
    """The papers printed last, by kind; those that were asked for longest ago make room for others."""

    def __init__(self, room: int = MAX_KEPT) -> None:
        self._room = room
        self._papers: OrderedDict[Kind, PrintedPaper] = OrderedDict()
        self._printing = Lock()

    def find(self, kind: Kind) -> PrintedPaper | None:
        """Return a paper that is there."""
        paper = self._papers.get(kind)
        if paper is not None:
            with suppress(KeyError):  # it may have left this very moment
                self._papers.move_to_end(kind)
        return paper

    def find_or_print(self, kind: Kind, print_one: Callable[[], PrintedPaper]) -> PrintedPaper:
        """Return a paper, printed by whoever is first to need it while the others wait."""
        with self._printing:
            paper = self.find(kind)
            if paper is None:
                paper = self._papers[kind] = print_one()
                if len(self._papers) > self._room:
                    self._papers.popitem(last=False)
            return paper


class PaperDesk:
    """ASGI endpoint that hands out papers."""

    def __init__(self, database: Database, door: Door, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._door = door
        self._clock = clock
        self._shelf = Shelf()
        self._codes: Gathered[bytes, Admission] = Gathered("codes", self._admit)
        self.pulse = self._codes.pulse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one code with its paper, or with the entry again where it may be a slip of the pen."""
        request = Request(scope, receive)
        try:
            form = await _posted(request)
            body, ahead = await self._paper(request, form)
        except DomainError as error:
            response = await run_sync(_refused, request, error)
            await response(scope, receive, send)
            return
        await pages.send_packed(request, body, send, ahead)

    def close(self) -> None:
        """Stop looking codes up."""
        self._codes.close()

    async def _paper(self, request: Request, form: PostedForm) -> tuple[bytes, bytes]:
        """Return the page of one voter, and what it asks for ahead."""
        typed = request.state.typed = form.text("code", wire.MAX_SHORT, label="票码", needed=False)
        code = parse_code(typed)
        place = await self._codes.ask(code_hash(self._door.pepper, code))
        state = request.state
        kind = Kind(place.paper_hash, place.group_id, state.language, form.flag("large"), state.kiosk)
        paper = self._shelf.find(kind)
        if paper is None:
            paper = await run_sync(self._printed, request, place, kind)
        seed = service.order_seed(self._door.pepper, code)
        return paper.handed_to({"code": code, "seed": seed}), paper.ahead

    def _admit(self, hashes: Sequence[bytes]) -> Sequence[Admission | DomainError]:
        return service.admit(self._door, hashes, self._clock())

    def _printed(self, request: Request, place: Admission, kind: Kind) -> PrintedPaper:
        sheet = service.empty_sheet(service.paper_at(self._database, place.round_id), place.group_id, "")
        sheet = replace(sheet, large=kind.large)
        return self._shelf.find_or_print(kind, lambda: pages.print_paper(request, sheet))


async def _posted(request: Request) -> PostedForm:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind.encode() != wire.FORM:
        raise DomainError("form_wrong_kind")
    form = parse_urlencoded(await wire.read_body(request.receive))
    pages.speak(request, form)
    if not request.state.same_site_proved:
        check_form_token(request, form, "anyone")
    return form


def _refused(request: Request, error: DomainError) -> Response:
    if error.code in _RETYPE:
        return pages.entry_page(request, request.state.typed, error)
    return answer(request, error.code, error.params)
