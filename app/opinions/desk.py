"""An organiser at work on opinions in a request, and how a refused form is shown again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.acting import Acting, Principal
from app.core.errors import DomainError
from app.web.auth import Organiser
from app.web.errors import sentence
from app.web.forms import PostedForm
from app.web.i18n import choose_language
from app.web.pages import page
from app.web.requests import Db, Now

GONE = frozenset({"campaign_unknown", "round_unknown", "result_not_published"})
"""Errors after which there is no page to show again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was refused, and the form."""

    error: DomainError
    form: PostedForm


@dataclass(frozen=True, slots=True)
class Desk:
    """An organiser in his request."""

    request: Request
    session: Session
    staff: Principal
    now: datetime

    @property
    def acting(self) -> Acting:
        """Who acts, when, in which transaction."""
        return Acting(self.session, self.now, self.staff)

    def show(self, template: str, refused: Refused | None = None, **context: object) -> Response:
        """Render a page; after a refusal with its sentence, its status and what was typed."""
        status, message, typed, ticked = 200, "", dict[str, str](), frozenset[str]()
        if refused is not None:
            error = refused.error
            status, message = sentence(choose_language(self.request), error.code, error.params)
            typed, ticked = refused.form.as_dict(), frozenset(refused.form.several("opinions[]"))
        context = {"message": message, "typed": typed, "ticked": ticked, **context}
        return page(self.request, template, status=status, **context)

    def attempt(self, form: PostedForm, act: Callable[[], Response], again: Callable[[Refused], Response]) -> Response:
        """Act and answer what it leads to; or undo what was begun and show the page again."""
        try:
            return act()
        except DomainError as error:
            self.session.rollback()
            if error.code in GONE:
                raise
            return again(Refused(error, form))


def _organising(request: Request, staff: Organiser, db: Db, now: Now) -> Desk:
    return Desk(request, db, staff, now)


OrganisingDesk = Annotated[Desk, Depends(_organising)]
