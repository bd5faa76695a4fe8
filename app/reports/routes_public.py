"""What anybody may open without a log-in: notices of results in bands, and the check of a verification code."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.office.ordering import public_file
from app.office.workshop import Craft
from app.publication import reads, verification
from app.publication.admission import admission
from app.publication.domain import Scope
from app.web.pages import page
from app.web.requests import Db, Now

router = APIRouter()
NOTICE = Craft("app.reports.making:notice", "notice.pdf")


@router.get("/notices")
def list_notices(request: Request, db: Db, now: Now) -> Response:
    """List the results that are public; those for participants are reached by their link alone."""
    return page(request, "publication/notices.html", results=reads.public_rounds(db, now))


@router.get("/notices/{round_id}")
def notice(request: Request, round_id: str, db: Db, now: Now) -> Response:
    """Show the bands of a result that was released to participants or to the public."""
    result = reads.published_bands(db, round_id, reads.ANYONE, now)
    listed = result.scope is Scope.PUBLIC
    context = {"result": result, "document": result.document, "section": result.section, "listed": listed}
    return page(request, "publication/notice.html", status=200, **context)


@router.get("/notices/{round_id}/notice.pdf")
def notice_to_print(request: Request, round_id: str, db: Db, now: Now) -> Response:
    """Send the notice as a PDF for the board; it is made once for everybody."""
    return public_file(request, NOTICE, admission(db, round_id, reads.ANYONE, now).as_arguments())


@router.get("/verify")
def verify(request: Request, db: Db, now: Now, code: str = "") -> Response:
    """Say whether a verification code is genuine and current, and nothing else."""
    answer = verification.check(db, code, now) if code else None
    return page(request, "publication/verify.html", code=code[:60], answer=answer)
