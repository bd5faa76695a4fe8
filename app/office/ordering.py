"""Answering with a file that is made after the request's transaction has ended, at once or on a page that waits."""

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import PurePath
from typing import Any, Final, cast

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.core.acting import Principal
from app.core.errors import DomainError
from app.office.bench import Made
from app.office.shelf import JobState, JobView, Shelf
from app.office.workshop import Craft, Order, Ticket, Workshop, head_of
from app.web import downloads
from app.web.i18n import choose_language
from app.web.pages import see_other

PUBLIC_SECONDS: Final = 60.0
"""So long somebody without a log-in waits: no page could tell later that he is the one who asked."""
WAITING_SECONDS: Final = 60.0
NOBODY: Final = Principal("", "", "")
MEDIA: Final = {
    ".xlsx": downloads.XLSX,
    ".docx": downloads.DOCX,
    ".zip": downloads.ZIP,
    ".pdf": downloads.PDF,
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


def workshop_of(request: Request) -> Workshop:
    """Return the application's workshop."""
    return cast("Workshop", request.app.state.workshop)


def shelf_of(request: Request) -> Shelf:
    """Return where files wait for those who asked."""
    return cast("Shelf", request.app.state.shelf)


def order(
    request: Request, craft: Craft, arguments: Mapping[str, Any], staff: Principal = NOBODY, *, keep: bool = False
) -> Order:
    """Return an order of who asks: equal arguments of one person are one order, of anybody where it is kept.

    What is made is written in the language of the page from which it is asked for.
    """
    settings, now, language = request.app.state.settings, request.app.state.clock(), choose_language(request)
    told = json.dumps(
        [
            craft.maker,
            "" if keep else staff.id,
            "" if keep else staff.written_roles,
            arguments,
            language,
            () if keep else staff.reach,
        ],
        ensure_ascii=False,
        sort_keys=True,
    )
    head = head_of(craft, arguments, staff, now, settings, language)
    return Order(sha256(told.encode()).hexdigest()[:32], craft, head, keep=keep)


@dataclass(frozen=True, slots=True)
class Wish:
    """A file that somebody asked for: ``path`` is where he asks again, with all guards; empty for a posted form.

    ``noted`` is called once the bytes exist, before anybody gets them; not where they cannot be made.
    """

    order: Order
    staff: Principal
    path: str
    noted: Callable[[], None] | None = None


class FileLater(Response):
    """A file, made when the handler's session has ended; where that takes long, the way to the page that waits.

    Whoever asks again gets what was made meanwhile: the handler's guards have let him pass once more by then.
    """

    def __init__(self, wish: Wish) -> None:
        super().__init__()
        self._wish = wish

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._answer(Request(scope))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        wish, workshop = self._wish, workshop_of(request)
        if not wish.staff.id:
            made = await made_within(workshop.order(wish.order).future, PUBLIC_SECONDS)
            if made is None:
                raise DomainError("workshop_full")
            return sent(made, wish.order.craft.plain)
        earlier = await self._waiting(request)
        if earlier is not None:
            return earlier
        ticket = workshop.order(wish.order)
        if wish.noted is not None and ticket.order is wish.order:
            ticket.future.add_done_callback(partial(_note, wish.noted))
        made = await made_within(ticket.future, workshop.patience_seconds)
        if made is not None:
            return sent(made, wish.order.craft.plain)
        job_id = wish.order.id
        path = wish.path or f"/jobs/{job_id}/file"
        await run_in_threadpool(shelf_of(request).enter, ticket, wish.staff.id, path)
        return see_other(f"/jobs/{job_id}")

    async def _waiting(self, request: Request) -> Response | None:
        """Return what an earlier request has ordered: the file, or the way to its page; None where there is nothing."""
        job_id, shelf = self._wish.order.id, shelf_of(request)
        job = await run_in_threadpool(shelf.find, job_id, self._wish.staff.id)
        if job is None:
            return None
        if job.state is JobState.WORKING and not is_lost(job, workshop_of(request).find(job_id)):
            return see_other(f"/jobs/{job_id}")
        made = await run_in_threadpool(shelf.take, job)
        return None if made is None else sent(made, self._wish.order.craft.plain)


def is_lost(job: JobView, ticket: Ticket | None) -> bool:
    """Whether a job is made nowhere: not in this process, which has no ``ticket`` of it, nor in another that runs."""
    return ticket is None and job.state is JobState.WORKING and job.is_left


def _note(noted: Callable[[], None], future: Future[Made]) -> None:
    if not future.cancelled() and future.exception() is None:
        noted()


async def made_within(future: Any, seconds: float) -> Made | None:  # noqa: ANN401 - a future of concurrent.futures
    """Wait for what is being made, at most so long; its DomainError where it failed."""
    waiting = asyncio.wrap_future(future)
    await asyncio.wait({waiting}, timeout=seconds)
    return cast("Made", waiting.result()) if waiting.done() else None


def sent(made: Made, plain: str) -> Response:
    """Send what was made as a download."""
    media = MEDIA.get(PurePath(plain).suffix, downloads.ANY_FILE)
    return downloads.attachment(made.content, media, made.name or plain, plain)


def file_later(
    request: Request, staff: Principal, craft: Craft, arguments: Mapping[str, Any],
    noted: Callable[[], None] | None = None,
) -> Response:  # fmt: skip
    """Answer a request for a file with what the workshop makes of these ids; ``noted`` as in ``Wish``."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    asked_again = path if request.method == "GET" else ""
    return FileLater(Wish(order(request, craft, arguments, staff), staff, asked_again, noted))


class PictureLater(Response):
    """A picture, drawn when the handler's session has ended, unless the reader's browser has it already."""

    def __init__(self, wanted: Order, headers: Mapping[str, str]) -> None:
        super().__init__()
        self._wanted = wanted
        self._sent = {**headers, "etag": f'"{wanted.id}"'}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        if self._sent["etag"] in request.headers.get("if-none-match", ""):
            response = Response(status_code=304, headers=self._sent)
        else:
            made = await made_within(workshop_of(request).order(self._wanted).future, PUBLIC_SECONDS)
            if made is None:
                raise DomainError("workshop_full")
            response = Response(made.content, media_type=MEDIA[PurePath(request.url.path).suffix], headers=self._sent)
        await response(scope, receive, send)


def picture_later(
    request: Request, craft: Craft, staff: Principal, arguments: Mapping[str, Any], headers: Mapping[str, str]
) -> Response:
    """Answer with a picture; the same arguments, which name version and cut, are drawn once, whoever asks."""
    return PictureLater(order(request, craft, arguments, staff, keep=True), headers)


def public_file(request: Request, craft: Craft, arguments: Mapping[str, Any]) -> Response:
    """Answer anybody's request for a file; it is kept for whoever asks next, and waited for, for no page could wait."""
    return FileLater(Wish(order(request, craft, arguments, keep=True), NOBODY, ""))


def made_now(request: Request, craft: Craft, arguments: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Have the workshop look at bytes and wait for what it says, before any session begins; its DomainError."""
    wanted = order(request, craft, {**arguments, "digest": sha256(body).hexdigest()})
    ticket = workshop_of(request).order(replace(wanted, body=body))
    return ticket.future.result(craft.seconds + WAITING_SECONDS).content
