"""The auditor's page."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.audit import service
from app.web.auth import Auditor
from app.web.pages import page
from app.web.requests import Db

router = APIRouter()
PAGE_SIZE = 50


@router.get("/audit")
def log_page(request: Request, _staff: Auditor, db: Db, page_number: int = 1) -> Response:
    """Show the log, newest first, and whether its chain holds."""
    number = min(max(page_number, 1), 1_000_000)
    rows, total = service.entries(db, number, PAGE_SIZE)
    check = service.check_chain(db)
    pages = -(-total // PAGE_SIZE) or 1
    return page(request, "audit/log.html", rows=rows, check=check, number=number, pages=pages, total=total)
