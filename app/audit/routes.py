"""The auditor's page."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from app.audit import searching, service
from app.audit.telling import called, names_in, parts_noted, subject_of
from app.core.lists import Listed, Wish, wish_of
from app.web.desk import AuditorDesk, Desk
from app.web.health import guesses_of
from app.web.i18n import choose_language, translate
from app.web.requests import database

router = APIRouter()


@router.get("/audit")
def log_page(desk: AuditorDesk) -> Response:
    """Show the log, newest first, or what is looked for in it, and whether its chain holds."""
    wish = wish_of(desk.request.query_params)
    looked = _looked_for(desk, wish) if wish.text else None
    found = Listed(looked.rows, len(looked.rows), wish) if looked else service.entries(desk.session, wish)
    verified: service.Verified = desk.request.app.state.audit_verified
    names = names_in(desk.session, ((row.subject, row.detail) for row in found.rows))
    desk.leave()
    check = verified.check(database(desk.request))
    say = _say(desk)
    context = {"found": found, "looked": looked, "check": check, "called": partial(called, say=say)}
    told: dict[str, object] = {
        "noted": partial(parts_noted, names=names, say=say),
        "subject_of": partial(subject_of, names=names),
    }
    about = {"log_days": desk.settings.log_days, "guesses": guesses_of(desk.request)}
    return desk.show("audit/log.html", **context, **told, **about)


def _looked_for(desk: Desk, wish: Wish) -> searching.Found:
    before = searching.asked_before(desk.request.query_params)
    return searching.found_entries(desk.session, wish.text, before, _say(desk))


def _say(desk: Desk) -> Callable[[str], str]:
    return partial(translate, choose_language(desk.request))
