"""Step-up: before an act of weight somebody proves again that he is himself, once in five minutes per log-in (SEC-80).

Read, leave the session, hash, then write; wrong passwords slow the next try of this log-in alone.
"""

from starlette.requests import Request

from app.accounts import logins, tries
from app.accounts.domain import is_proven
from app.accounts.logins import Asked
from app.accounts.tries import Place
from app.core.errors import DomainError
from app.web.forms import PostedForm
from app.web.proof import PASSWORD_FIELD
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
    password = form.text(PASSWORD_FIELD, 400, needed=False)
    if not password:
        raise DomainError("proof_needed")
    if wait:
        raise DomainError("proof_slowed", seconds=wait)
    _check(request, asked, password)


def _check(request: Request, asked: Asked, password: str) -> None:
    """Hold what was typed against what is stored, and write down what came of it."""
    now, place = get_now(request), Place(asked.staff_id, request.state.session_key)
    checked = request.app.state.passwords.check(asked.password_hash, password, known=True)
    with database(request).writing() as session:
        entered = logins.prove(session, now, place, checked)
    if entered.wait:
        raise DomainError("proof_slowed", seconds=entered.wait)
    if not entered.is_right:
        raise DomainError("proof_wrong")
