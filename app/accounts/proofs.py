"""Step-up: before an act of weight somebody proves again that he is himself, once in five minutes per log-in (SEC-80).

Read, leave the session, hash, then write; wrong passwords slow the next try of this log-in alone.
"""

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.accounts import factors, logins, tries
from app.accounts.domain import is_proven
from app.accounts.logins import Asked
from app.accounts.models import Staff
from app.accounts.passwords import Checked
from app.accounts.tries import Place
from app.core.errors import DomainError
from app.web.forms import PostedForm
from app.web.proof import CODE_FIELD, PASSWORD_FIELD
from app.web.requests import database, get_now


def prove(request: Request, form: PostedForm) -> None:
    """Return if whoever posts the form has proved lately, or proves in it, to be the one who logged in.

    DomainError ``proof_needed``, ``proof_wrong``, ``proof_slowed`` or ``login_busy``.
    """
    now, key = get_now(request), request.state.session_key
    with database(request).reading() as session:
        asked = logins.asked_to_prove(session, key)
        wait = tries.wait_at(session, now, Place(asked.staff_id, key))
    if is_proven(asked.proved_at, now):
        return
    request.state.proves_by_code = asked.by_code
    typed = form.sent(CODE_FIELD if asked.by_code else PASSWORD_FIELD, 400)
    if not typed:
        raise DomainError("proof_needed")
    if wait:
        raise DomainError("proof_slowed", seconds=wait)
    _check(request, asked, typed)


def give_both(request: Request, password: str, code: str) -> None:
    """Return if both password and code of the second factor are right; tried as slowly as any proof.

    DomainError ``proof_wrong``, ``proof_slowed`` or ``login_busy``.
    """
    with database(request).reading() as session:
        asked = logins.asked_to_prove(session, request.state.session_key)
        wait = tries.wait_at(session, get_now(request), Place(asked.staff_id, request.state.session_key))
    if wait:
        raise DomainError("proof_slowed", seconds=wait)
    checked = request.app.state.passwords.check(asked.password_hash, password, known=True)
    now = get_now(request)
    _write_down(
        request,
        asked,
        lambda session, staff: _fits(checked, staff) and factors.takes(session, now, staff.id, code),
    )


def _check(request: Request, asked: Asked, typed: str) -> None:
    """Hold what was typed against what is stored, and write down what came of it."""
    now = get_now(request)
    if asked.by_code:
        _write_down(request, asked, lambda session, staff: factors.takes(session, now, staff.id, typed))
        return
    checked = request.app.state.passwords.check(asked.password_hash, typed, known=True)
    _write_down(request, asked, lambda _session, staff: _fits(checked, staff))


def _fits(checked: Checked, staff: Staff) -> bool:
    return checked.right and checked.stored == staff.password_hash


def _write_down(request: Request, asked: Asked, is_right: Callable[[Session, Staff], bool]) -> None:
    place = Place(asked.staff_id, request.state.session_key)
    with database(request).writing() as session:
        proved = logins.prove(session, get_now(request), place, partial(is_right, session))
    if proved.wait:
        raise DomainError("proof_slowed", seconds=proved.wait)
    if not proved.is_right:
        raise DomainError("proof_wrong")
