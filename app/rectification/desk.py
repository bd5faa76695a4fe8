"""Who works on 补课 in a request: the handlers' one argument for request, session, staff and time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.acting import Acting, Principal
from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.web.auth import Organiser, RectificationActor, RectificationReader, Supervisor
from app.web.errors import sentence
from app.web.forms import PostedForm
from app.web.i18n import choose_language
from app.web.pages import page
from app.web.requests import Config, Db, Now

DAY = "%Y-%m-%d"
GONE = frozenset(
    {
        "order_unknown", "action_unknown", "not_found", "role_refused", "round_unknown", "campaign_unknown",
        "order_not_flagged", "order_decided", "result_not_published",
    }
)  # fmt: skip
"""Errors after which there is no page to show again."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A member of staff at work, in his request."""

    request: Request
    session: Session
    staff: Principal
    now: datetime
    data: Path

    @property
    def acting(self) -> Acting:
        """Who acts, when, in which transaction."""
        return Acting(self.session, self.now, self.staff)

    @property
    def today(self) -> date:
        """The day it is for the reader."""
        return self.now.astimezone(CHINA).date()

    def show(self, template: str, refused: "Refused | None" = None, **context: object) -> Response:
        """Render a page; after a refusal with its sentence, its status and what was typed."""
        status, message, typed = 200, "", dict[str, str]()
        if refused is not None:
            error = refused.error
            status, message = sentence(choose_language(self.request), error.code, error.params)
            typed = refused.form.as_dict()
        context = {"message": message, "typed": typed, "today": self.today, **context}
        return page(self.request, template, status=status, **context)

    def attempt(
        self, form: PostedForm, act: Callable[[], object], then: Response, again: "Callable[[Refused], Response]"
    ) -> Response:
        """Act and answer what the act leads to, else ``then``; or undo and show the page again."""
        try:
            done = act()
        except DomainError as error:
            self.session.rollback()
            if error.code in GONE:
                raise
            return again(Refused(error, form))
        return done if isinstance(done, Response) else then


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was refused, and the form."""

    error: DomainError
    form: PostedForm


def typed_day(form: PostedForm, name: str, label: str) -> date:
    """Return a date that was typed; DomainError ``field_not_a_date``."""
    return day_of(form.text(name, 10, label=label), label)


def day_of(text: str, label: str) -> date:
    """Return the day a text names; DomainError ``field_not_a_date``."""
    try:
        return datetime.strptime(text, DAY).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise DomainError("field_not_a_date", field=label) from None


def _reading(request: Request, staff: RectificationReader, db: Db, now: Now, config: Config) -> Desk:
    return Desk(request, db, staff, now, config.data)


def _working(request: Request, staff: RectificationActor, db: Db, now: Now, config: Config) -> Desk:
    return Desk(request, db, staff, now, config.data)


def _supervising(request: Request, staff: Supervisor, db: Db, now: Now, config: Config) -> Desk:
    return Desk(request, db, staff, now, config.data)


def _organising(request: Request, staff: Organiser, db: Db, now: Now, config: Config) -> Desk:
    return Desk(request, db, staff, now, config.data)


ReadingDesk = Annotated[Desk, Depends(_reading)]
WorkingDesk = Annotated[Desk, Depends(_working)]
SupervisingDesk = Annotated[Desk, Depends(_supervising)]
OrganisingDesk = Annotated[Desk, Depends(_organising)]
