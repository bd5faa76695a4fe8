"""Answers that the set-up pages share: do the act and go on, or show the page again with what was typed."""

from collections.abc import Callable

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.errors import DomainError
from app.web.errors import sentence
from app.web.i18n import choose_language
from app.web.pages import see_other

Show = Callable[[int, str], Response]


def was_saved(request: Request) -> bool:
    """Whether the browser was just sent here after a save."""
    return "saved" in request.query_params


def attempt(request: Request, db: Session, act: Callable[[], object], done: str, show: Show) -> Response:
    """Do the act and go on to ``done``; if it is refused, nothing is saved and ``show`` tells why."""
    try:
        act()
    except DomainError as error:
        return show_refusal(request, db, error, show)
    return see_other(done)


def show_refusal(request: Request, db: Session, error: DomainError, show: Show) -> Response:
    """Undo what was begun and show the page again with the sentence of the error."""
    db.rollback()
    status, message = sentence(choose_language(request), error.code, error.params)
    return show(status, message)
