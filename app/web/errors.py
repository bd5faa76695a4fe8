"""The one table from an error's code to a status and a sentence (Chinese; English in the catalogue)."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from app.core.audiences import Audience
from app.core.db import is_full
from app.core.errors import DomainError, Ours
from app.web import i18n
from app.web.error_sentences import SENTENCES
from app.web.error_sentences_accounts import ACCOUNT_SENTENCES
from app.web.error_sentences_boxes import BOX_SENTENCES
from app.web.error_sentences_composites import COMPOSITE_SENTENCES
from app.web.error_sentences_rectification import RECTIFICATION_SENTENCES
from app.web.error_sentences_results import RESULT_SENTENCES
from app.web.error_sentences_rules import RULE_SENTENCES
from app.web.forms import TOKEN_FIELD
from app.web.kept import late_form, remember_way
from app.web.pages import OWN_ACCOUNT, page

LOG = logging.getLogger("manyidu")
TABLES = (
    SENTENCES,
    ACCOUNT_SENTENCES,
    RESULT_SENTENCES,
    RULE_SENTENCES,
    COMPOSITE_SENTENCES,
    BOX_SENTENCES,
    RECTIFICATION_SENTENCES,
)
ALL_SENTENCES = {code: told for table in TABLES for code, told in table.items()}
UNAVAILABLE = 503
TOO_MANY = 429
RETRY_AFTER_SECONDS = "2"
UNAUTHORISED = 401
NOT_FOUND = 404
RAISED_BY_TRIGGER = "P0001"
"""What PostgreSQL calls the refusal of one of our triggers; SQLite calls it an integrity error."""
KEEPS_THE_FORM = frozenset({"login_needed", "factor_needed"})
"""Refusals that its sender undoes in another window: what he typed waits in the page meanwhile."""
API = "/api/"
"""Below this path programs ask: they get JSON, and are told that a token is wanted (RFC 6750)."""
OUR_WORDS = frozenset({"field", "steps", "state", "event", "allowed", "role", "other_role"})
"""Parameters that are words of ours, so that they are translated too; all others were typed by someone."""
BY_STATUS = {404: "not_found", 405: "method_wrong", 413: "body_too_large", 400: "form_malformed"}


def sentence(language: str, code: str, params: dict[str, object]) -> tuple[int, str]:
    """Return the status and the reader's sentence of an error; an unknown code is a fault of ours."""
    status, text = ALL_SENTENCES.get(code, SENTENCES["internal"])
    shown = {name: _shown(language, name, value) for name, value in params.items()}
    if params and "%(" in text:
        return status, i18n.worded(language, text, shown)
    return status, i18n.translate(language, text).replace("%%", "%")


def retry_after(status: int, params: dict[str, object]) -> dict[str, str]:
    """Return the head that tells a program when to come again, where coming again helps."""
    if status not in {UNAVAILABLE, TOO_MANY}:
        return {}
    return {"retry-after": str(params.get("seconds", RETRY_AFTER_SECONDS))}


def _shown(language: str, name: str, value: object) -> object:
    """Return a parameter as the reader is told it: words of ours in his language, what was typed as it is."""
    if isinstance(value, Ours):
        return value
    return _worded(language, value) if name in OUR_WORDS else value


def _worded(language: str, value: object) -> str:
    return ";".join(i18n.translate(language, part) for part in str(value).split(";"))


def wants_json(request: Request) -> bool:
    """Whether a script or a program asked."""
    if request.url.path.startswith(API):
        return True
    kinds = request.headers.get("accept", "") + request.headers.get("content-type", "")
    return "application/json" in kinds


def answer(request: Request, code: str, params: dict[str, object]) -> Response:
    """Return the page, or the JSON, that tells the reader what happened."""
    language = getattr(request.state, "language", None) or i18n.choose_language(request)
    status, text = sentence(language, code, params)
    headers = retry_after(status, params)
    if status == UNAUTHORISED and request.url.path.startswith(API):
        headers["www-authenticate"] = "Bearer"
    if wants_json(request):
        response: Response = JSONResponse({"error": code, "message": text}, status_code=status)
    elif code == "login_needed" and request.method == "GET":
        response = RedirectResponse(_door(request), status_code=303)
        remember_way(response, request)
    elif code == "factor_needed" and request.method == "GET":
        response = RedirectResponse(OWN_ACCOUNT, status_code=303)
    elif getattr(request.state, "is_proving", False):
        response = _proof_page(request, status, text)
    else:
        _know_reader(request, code)
        in_booth = request.url.path == "/v" or request.url.path.startswith("/v/")
        template = "booth/error.html" if in_booth else "error.html"
        response = page(request, template, status=status, message=text, code=code, is_missing=status == NOT_FOUND)
    response.headers.update(headers)
    return response


def _know_reader(request: Request, code: str) -> None:
    """Find out who asked for a page that is not there, so that it keeps his menu; no guard did."""
    if code in {"not_found", "method_wrong"} and hasattr(request.app.state, "authenticate"):
        request.app.state.authenticate(request)


def _door(request: Request) -> str:
    """Whoever types the bare address is asked for his slip first, where slips are taken; staff go on from there."""
    is_bare = request.url.path == "/" and Audience.BOOTH in request.app.state.audiences
    return "/v?staff" if is_bare else "/login"


def _proof_page(request: Request, status: int, text: str) -> Response:
    """Show the form that was held, hidden, beside the question for a proof of who sends it."""
    context = {
        "message": text,
        "fields": [pair for pair in request.state.posted.pairs() if pair[0] != TOKEN_FIELD],
        "by_code": getattr(request.state, "proves_by_code", False),
    }
    return page(request, "proof.html", status=status, **context)


async def refuse(scope: Scope, receive: Receive, send: Send, code: str) -> None:
    """Answer a request that is stopped at the edge, before any route was found."""
    await answer(Request(scope, receive), code, {})(scope, receive, send)


async def _domain(request: Request, error: Exception) -> Response:
    known = cast("DomainError", error)
    if known.code in KEEPS_THE_FORM and not wants_json(request):
        kept = await late_form(request)
        if kept is not None:
            status, lacks_factor = ALL_SENTENCES[known.code][0], known.code == "factor_needed"
            shown = partial(page, request, "kept.html", status=status, lacks_factor=lacks_factor, **kept)
            return await run_in_threadpool(shown)
    return await run_in_threadpool(answer, request, known.code, known.params)


def _http(request: Request, error: Exception) -> Response:
    known = cast("HTTPException", error)
    response = answer(request, BY_STATUS.get(known.status_code, "form_malformed"), {})
    response.headers.update(known.headers or {})  # which methods there are, where the method is wrong
    return response


def _invalid(request: Request, _error: Exception) -> Response:
    return answer(request, "form_malformed", {})


def _database(request: Request, error: Exception) -> Response:
    # The text of a database error may quote values: only its class is logged (SEC-60).
    LOG.error("database refused: %s", type(getattr(error, "orig", None) or error).__name__)
    return answer(request, "disk_full" if is_full(error) else "busy", {})


def _refused_by_database(request: Request, error: Exception) -> Response:
    # Trying again would be refused again: this is a fault of what was sent, or of ours, never of the moment.
    LOG.error("database refused: %s", type(getattr(error, "orig", None) or error).__name__)
    return answer(request, "value_refused" if isinstance(error, DataError) else "integrity_refused", {})


def _other_of_database(request: Request, error: Exception) -> Response:
    known = cast("DBAPIError", error)
    if known.connection_invalidated:
        return _database(request, error)
    if getattr(known.orig, "sqlstate", "") == RAISED_BY_TRIGGER:
        return _refused_by_database(request, error)
    LOG.error("unexpected %s in the database", type(known.orig or known).__name__)
    return answer(request, "internal", {})


def _internal(request: Request, _error: Exception) -> Response:
    return answer(request, "internal", {})


def _where(error: BaseException) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename.rsplit('/app/', 1)[-1]}:{place.tb_lineno}" if place else "?"


class LastResort:
    """ASGI middleware: an unexpected exception ends here, logged by class and place alone, never with its text."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the exception handler below has answered already, unless nothing was sent yet."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return  # the phone is gone: nothing was decided, and there is nobody to tell
        except Exception as error:
            if scope["type"] != "http":
                raise
            LOG.error("unexpected %s at %s", type(error).__name__, _where(error))  # noqa: TRY400 - no traceback: it quotes values
            if not started:
                await _internal(Request(scope, receive), error)(scope, receive, send)


def install(app: FastAPI) -> None:
    """Register the table's handlers."""
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OperationalError, _database)
    app.add_exception_handler(IntegrityError, _refused_by_database)
    app.add_exception_handler(DataError, _refused_by_database)
    app.add_exception_handler(DBAPIError, _other_of_database)
    app.add_exception_handler(PoolTimeoutError, _database)
    app.add_exception_handler(Exception, _internal)
