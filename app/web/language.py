"""The switch between the two languages on every page but the booth's: a reader's own choice, kept in his browser."""

from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.web.i18n import COOKIE, LANGUAGES
from app.web.kept import OWN_PATH, WAY_LENGTH
from app.web.pages import see_other

router = APIRouter()
SWITCH: Final = "/language"
KEPT_SECONDS: Final = 365 * 24 * 3_600


@router.get(SWITCH)
def switch(
    request: Request,
    to: Annotated[str, Query(max_length=8)] = "",
    back: Annotated[str, Query(max_length=WAY_LENGTH)] = "/",
) -> Response:
    """Keep the chosen language, which goes before that of the browser; go back to the page, also from no language."""
    response = see_other(without_language(back))
    if to not in LANGUAGES:
        return response
    https = request.app.state.settings.desk_https
    response.set_cookie(COOKIE, to, max_age=KEPT_SECONDS, httponly=True, secure=https, samesite="lax")
    return response


def without_language(way: str) -> str:
    """Return a way to one of our own pages without a language of its own, which would win over the chosen one."""
    if not OWN_PATH.fullmatch(way):
        return "/"
    parts = urlsplit(way)
    asked = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "lang"]
    return parts._replace(query=urlencode(asked)).geturl()
