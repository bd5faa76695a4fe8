"""The auditor's page."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from app.audit import searching, service
from app.audit.wording import ACTIONS, noted
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
    desk.leave()
    check = verified.check(database(desk.request))
    context = {"found": found, "looked": looked, "check": check, "actions": ACTIONS, "noted": noted}
    about = {"log_days": desk.settings.log_days, "guesses": guesses_of(desk.request)}
    return desk.show("audit/log.html", **context, **about)


def _looked_for(desk: Desk, wish: Wish) -> searching.Found:
    say = partial(translate, choose_language(desk.request))
    before = searching.asked_before(desk.request.query_params)
    return searching.found_entries(desk.session, wish.text, before, lambda act: say(ACTIONS.get(act, act)))
