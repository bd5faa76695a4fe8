"""The page on which a draft round becomes one about a document （分析检查报告评议）."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.reads import get_campaign
from app.core.acting import Acting
from app.core.errors import DomainError
from app.rounds import document_reads, documents
from app.rounds.reads import get_round
from app.web.auth import KeySide, Organiser
from app.web.downloads import attachment
from app.web.errors import sentence
from app.web.forms import Form
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Now

router = APIRouter()


def _page(request: Request, db: Db, round_id: str, error: DomainError | None = None, unit_id: str = "") -> Response:
    status, message = (200, "") if error is None else sentence(choose_language(request), error.code, error.params)
    row = get_round(db, round_id)
    context = {
        "round": row,
        "campaign": get_campaign(db, row.campaign_id),
        "versions": document_reads.documents_of(db, round_id),
        "message": message,
        "unit_id": unit_id,
    }
    return page(request, "rounds/document.html", status=status, **context)


@router.get("/rounds/{round_id}/document")
def document_page(request: Request, round_id: str, _staff: Organiser, db: Db) -> Response:
    """Show the document of a round, and the form to attach one while it is a draft."""
    return _page(request, db, round_id)


@router.post("/rounds/{round_id}/document")
def attach(request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Attach a document, or take it away again."""
    acting, unit_id = Acting(db, now, staff), form.text("unit", 40, needed=False)
    try:
        if form.flag("remove"):
            documents.detach(acting, round_id)
        else:
            upload = form.upload("document")
            if upload is None:
                raise DomainError("file_missing")  # noqa: TRY301 - answered below like every refusal
            documents.attach(acting, round_id, unit_id, upload.name, upload.content)
    except DomainError as error:
        db.rollback()
        if error.code == "round_unknown":
            raise
        return _page(request, db, round_id, error, unit_id)
    return see_other(f"/rounds/{round_id}/document")


@router.get("/rounds/{round_id}/document/{version}")
def download(round_id: str, version: int, _staff: KeySide, db: Db) -> Response:
    """Send a version to organisers and scrutineers."""
    file = document_reads.document_file(db, round_id, version)
    return attachment(file.content, file.media_type, file.name)
