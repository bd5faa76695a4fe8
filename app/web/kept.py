"""What is kept over the end of a log-in: the page that was asked for, and a form that was posted too late.

So is a form that was posted before its sender had the second factor that he needs.

The form stays in the browser: the refusal is a page that carries it, and that goes on once its sender has logged in
beside it. It works without scripts, and with whatever a log-in asks for.
"""

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from starlette.responses import Response

from app.core.errors import DomainError
from app.web.forms import TOKEN_FIELD, PostedForm, read_form
from app.web.proof import FIELDS

GO_ON: Final = "/again"
WAY_COOKIE: Final = "manyidu-way"
WAY_SECONDS: Final = 15 * 60
WAY_LENGTH: Final = 1_000
KEPT_LENGTH: Final = 400_000
OWN_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path of ours, in signs that a cookie can carry; what else a browser asks for is not remembered."""
SECRET: Final = re.compile(r"/(opening|key)(/|$)|^/(logout|login|welcome|account)")
"""Where words of a key or passwords are typed: such a form is carried nowhere."""


def remember_way(response: Response, request: Request) -> None:
    """Let the browser remember for a while which page it asked for, so that the log-in leads there."""
    way = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if way != "/" and _is_own(way):
        https = request.app.state.settings.desk_https
        response.set_cookie(WAY_COOKIE, way, max_age=WAY_SECONDS, httponly=True, secure=https, samesite="strict")


def way_back(request: Request) -> str | None:
    """Return the page of ours that was asked for before the log-in, or None."""
    way = request.cookies.get(WAY_COOKIE, "")
    return way if _is_own(way) else None


def _is_own(path: str) -> bool:
    return len(path) <= WAY_LENGTH and OWN_PATH.fullmatch(path) is not None


async def late_form(request: Request) -> dict[str, object] | None:
    """Return what the page shows that keeps a form posted after the log-in had ended; None for nothing to keep."""
    if request.method != "POST" or SECRET.search(request.url.path):
        return None
    try:
        form = await read_form(request)
    except DomainError:
        return None
    if request.url.path == GO_ON:
        path, kept = form.sent("path", WAY_LENGTH), form.sent("kept", KEPT_LENGTH)
    else:
        path = request.url.path
        kept = urlencode([pair for pair in form.without({TOKEN_FIELD, *FIELDS}).pairs() if "password" not in pair[0]])
    if not (kept and len(kept) <= KEPT_LENGTH and _is_own(path)):
        return None
    return {"to": path, "kept": kept, "files": form.has_files}


def kept_form(form: PostedForm) -> tuple[str, list[tuple[str, str]]]:
    """Return where a kept form was to go and its fields; DomainError ``form_malformed``."""
    path, kept = form.sent("path", WAY_LENGTH, needed=True), form.sent("kept", KEPT_LENGTH, needed=True)
    if not _is_own(path):
        raise DomainError("form_malformed")
    try:
        return path, parse_qsl(kept, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as error:
        raise DomainError("form_malformed") from error
