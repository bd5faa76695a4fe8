"""Step-up: before an act of weight somebody proves again that he is himself, once in five minutes per log-in (SEC-80).

Read, leave the session, hash, then write; wrong passwords slow the next try of this log-in alone.
"""

from starlette.requests import Request

from app.accounts import factors, logins, tries
from app.accounts.domain import is_proven
from app.accounts.logins import Asked
from app.accounts.models import Staff
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
    typed = form.text(CODE_FIELD if asked.by_code else PASSWORD_FIELD, 400, needed=False)
    if not typed:
        raise DomainError("proof_needed")
    if wait:
        raise DomainError("proof_slowed", seconds=wait)
    _check(request, asked, typed)


def _check(request: Request, asked: Asked, typed: str) -> None:
    """Hold what was typed against what is stored, and write down what came of it."""
    now, place = get_now(request), Place(asked.staff_id, request.state.session_key)
    checked = None if asked.by_code else request.app.state.passwords.check(asked.password_hash, typed, known=True)
    with database(request).writing() as session:

        def is_right(staff: Staff) -> bool:
            if checked is None:
                return factors.takes(session, now, staff.id, typed)
            return bool(checked.right and checked.stored == staff.password_hash)

        proved = logins.prove(session, now, place, is_right)
    if proved.wait:
        raise DomainError("proof_slowed", seconds=proved.wait)
    if not proved.is_right:
        raise DomainError("proof_wrong")
