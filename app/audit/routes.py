"""The auditor's page."""

from fastapi import APIRouter
from starlette.responses import Response

from app.audit import service
from app.web.desk import AuditorDesk
from app.web.health import guesses_of
from app.web.requests import database

router = APIRouter()
PAGE_SIZE = 50


@router.get("/audit")
def log_page(desk: AuditorDesk, page_number: int = 1) -> Response:
    """Show the log, newest first, and whether its chain holds."""
    number = min(max(page_number, 1), 1_000_000)
    rows, total = service.entries(desk.session, number, PAGE_SIZE)
    verified: service.Verified = desk.request.app.state.audit_verified
    desk.leave()
    check = verified.check(database(desk.request))
    pages = -(-total // PAGE_SIZE) or 1
    context = {"rows": rows, "check": check, "number": number, "pages": pages, "total": total}
    context["log_days"] = desk.settings.log_days
    return desk.show("audit/log.html", **context, guesses=guesses_of(desk.request))
