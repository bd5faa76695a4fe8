"""The one way in which a handler of a staff page reads, acts, refuses, shows and sends.

The session ends before anything is rendered, drawn, typeset or packed (SEC-72): what a page needs is read first. An act
is committed before it is answered; a refusal undoes what was begun and shows the page again with what was typed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.acting import SAID, TOLD, Acting, Principal
from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.web.auth import ALL_ROLES, RoleGuard
from app.web.downloads import attachment
from app.web.errors import retry_after, sentence, wants_json
from app.web.forms import PostedForm
from app.web.i18n import choose_language
from app.web.menu import ACCOUNT_ROLES
from app.web.pages import page, see_other
from app.web.requests import Sitting, database, get_key_folder, get_now, get_settings
from app.web.said import forget, tell, told
from app.web.stale import brought_by

NO_PAGE = frozenset({"not_found", "role_refused"})
"""Errors after which no page is shown again, though there may be one."""
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was refused, and the form."""

    error: DomainError
    form: PostedForm


Again = Callable[[Refused], Response]
"""Shows a page again after a refusal; it may raise a DomainError itself where there is no page any more."""


def typed(refused: Refused | None) -> dict[str, str]:
    """Return what was typed into a refused form, by field; empty where none was refused."""
    return refused.form.as_dict() if refused else {}


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """Somebody in his request, whoever he is."""

    request: Request
    now: datetime
    sitting: Sitting

    @property
    def session(self) -> Session:
        """The session of the moment: in an act the one that will be committed, else one that cannot write."""
        return self.sitting.session

    @property
    def settings(self) -> Settings:
        """The frozen settings."""
        return get_settings(self.request)

    @property
    def keys(self) -> KeyFolder:
        """The key folder."""
        return get_key_folder(self.request)

    @property
    def today(self) -> date:
        """The day it is for the reader."""
        return self.now.astimezone(CHINA).date()

    @property
    def posted(self) -> PostedForm | None:
        """The form of the request, if it has one."""
        form: PostedForm | None = getattr(self.request.state, "posted", None)
        return form

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read for a moment: the session ends with the block, so that what is read can be made into something."""
        self.leave()
        try:
            yield self.session
        finally:
            self.leave()

    def leave(self) -> None:
        """End the session before anything long is done; reading again afterwards begins a new one."""
        self.sitting.leave()

    def show(self, template: str, outcome: Refused | int | None = None, /, **context: object) -> Response:
        """Render a page: after a refusal with its sentence, its status and what was typed; else 200, or the status."""
        self.leave()
        if isinstance(outcome, Refused):
            refused, (status, message) = outcome, self.said(outcome.error)
        else:
            refused, status, message = None, outcome or 200, ""
        done = "" if refused else told(self.request)
        known = {"message": message, "typed": typed(refused), "done": done, "today": self.today}
        context = {**known, "refused": refused, "brought": self._brought(refused), **context}
        response = page(self.request, template, status=status, **context)
        forget(self.request, response)
        response.headers.update(retry_after(status, refused.error.params if refused else {}))
        return response

    def _brought(self, refused: Refused | None) -> str:
        """Return what a form that is shown once more was filled in from: one that is refused, or that only looks."""
        form = refused.form if refused else self.posted if getattr(self.request.state, "only_looks", False) else None
        return brought_by(form) if form else ""

    def said(self, error: DomainError) -> tuple[int, str]:
        """Return the status and the reader's sentence of an error."""
        return sentence(choose_language(self.request), error.code, error.params)

    def answer(self, make: Callable[[], Response]) -> Response:
        """Make an answer that is no page, such as a picture, after the session has ended."""
        self.leave()
        hold_nothing("making an answer")
        return make()

    def send(self, make: Callable[[], bytes], kind: str, name: str, plain: str = "file") -> Response:
        """Make a file after the session has ended, and send it under its Chinese name, with a plain one beside it."""
        self.leave()
        hold_nothing("making a file")
        return attachment(make(), kind, name, plain)

    def attempt(
        self, act: Callable[[], Done], then: str | Callable[[Done], Response], again: Again | None = None
    ) -> Response:
        """Act, commit, and go on to the page ``then`` or answer with what it makes of the act's result.

        When refused, undo what was begun and show the page ``again``; without one, or to a script, tell the error.
        """
        try:
            done, notes = self.sitting.acted(lambda: (act(), self.session.info))
        except DomainError as error:
            return self._refuse(error, again)
        response = see_other(then) if isinstance(then, str) else then(done)
        if notes.get(TOLD):
            response.background = response.background or self.request.app.state.mail_out(self.now)
        return tell(self.request, response, notes.get(SAID, ""))

    def consider(self, look: Callable[[], Response], again: Again, form: PostedForm | None = None) -> Response:
        """Answer a form by what needs no transaction of this desk; when it is refused, show the page again.

        The form was not acted upon, so a page that shows it once more lets it be as old as it was.
        """
        self.request.state.only_looks = True
        try:
            return tell(self.request, look())
        except DomainError as error:
            self.leave()
            return self._refuse(error, again, form)

    def _refuse(self, error: DomainError, again: Again | None, form: PostedForm | None = None) -> Response:
        form = form or self.posted
        if again is None or form is None or error.code in NO_PAGE or wants_json(self.request):
            raise error
        return again(Refused(error, form))


@dataclass(frozen=True, slots=True)
class Desk(OpenDesk):
    """A member of staff in his request."""

    staff: Principal

    @property
    def acting(self) -> Acting:
        """Who acts, when, in the session of the moment: outside of an attempt it cannot write."""
        return Acting(self.session, self.now, self.staff)


class DeskOf:
    """Lets the named roles in and gives each his desk; the matrix test reads ``roles`` off every route.

    Where liaisons are let in, somebody reaches the offices where he speaks for a unit as well, nowhere else: no other
    role of his leads there.
    """

    def __init__(self, *roles: str) -> None:
        self._guard = RoleGuard(frozenset(roles))
        self.roles = self._guard.roles

    def __call__(self, request: Request) -> Iterator[Desk]:
        """Yield the desk, and end whatever session is still open when the handler is over."""
        staff = self._guard(request)
        if "liaison" in self.roles:
            staff = staff.as_liaison()
        sitting = Sitting(database(request), staff.reach)
        try:
            request.app.state.check_address(sitting.session, staff.reach, request.path_params)
            sitting.leave()
            yield Desk(request, get_now(request), sitting, staff)
        finally:
            sitting.leave()


def _open_desk(request: Request) -> Iterator[OpenDesk]:
    sitting = Sitting(database(request))
    try:
        yield OpenDesk(request, get_now(request), sitting)
    finally:
        sitting.leave()


AnybodysDesk = Annotated[OpenDesk, Depends(_open_desk, scope="function")]
StaffDesk = Annotated[Desk, Depends(DeskOf(*ALL_ROLES), scope="function")]
OrganiserDesk = Annotated[Desk, Depends(DeskOf("organiser"), scope="function")]
KeyDesk = Annotated[Desk, Depends(DeskOf("organiser", "scrutineer"), scope="function")]
ManagerDesk = Annotated[Desk, Depends(DeskOf("organiser", "sysadmin", "secadmin"), scope="function")]
"""Who makes accounts: the organiser, or where the three roles are in force the administrators."""
AccountsDesk = Annotated[Desk, Depends(DeskOf(*ACCOUNT_ROLES), scope="function")]
"""Who makes accounts or agrees to it."""
AuditorDesk = Annotated[Desk, Depends(DeskOf("auditor"), scope="function")]
ResultDesk = Annotated[Desk, Depends(DeskOf("organiser", "leader", "liaison"), scope="function")]
"""Who may read results."""
UnitDesk = Annotated[Desk, Depends(DeskOf("organiser", "liaison"), scope="function")]
"""Who speaks for a unit."""
OfficeDesk = Annotated[Desk, Depends(DeskOf("organiser", "sysadmin"), scope="function")]
"""Who looks after offices, his own and those below: the tree, registers, holidays."""
SupervisorDesk = Annotated[Desk, Depends(DeskOf("organiser", "supervisor"), scope="function")]
RectificationDesk = Annotated[Desk, Depends(DeskOf("organiser", "supervisor", "leader", "liaison"), scope="function")]
"""Who may read of 补课 and 整改."""
WorkingDesk = Annotated[Desk, Depends(DeskOf("organiser", "supervisor", "liaison"), scope="function")]
"""Who works on 补课 and 整改."""
