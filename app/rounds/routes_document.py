"""The page on which a draft round becomes one about a document （分析检查报告评议）."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.reads import get_campaign
from app.core.errors import DomainError
from app.rounds import document_reads, documents
from app.rounds.domain import RoundState
from app.rounds.reads import get_round
from app.web.desk import Desk, KeyDesk, OrganiserDesk, Refused, typed
from app.web.forms import Form
from app.web.requests import Version

router = APIRouter()


def _page(desk: Desk, round_id: str, refused: Refused | None = None) -> Response:
    row = get_round(desk.session, round_id)
    context = {
        "round": row,
        "campaign": get_campaign(desk.session, row.campaign_id),
        "versions": document_reads.documents_of(desk.session, round_id),
        "can_change": row.state is RoundState.DRAFT,
        "unit_id": typed(refused).get("unit", ""),
    }
    return desk.show("rounds/document.html", refused, **context)


@router.get("/rounds/{round_id}/document")
def document_page(desk: OrganiserDesk, round_id: str) -> Response:
    """Show the document of a round, and the form to attach one while it is a draft."""
    return _page(desk, round_id)


@router.post("/rounds/{round_id}/document")
def attach(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Attach a document, or take it away again."""

    def act() -> None:
        unit_id, upload = form.sent("unit"), form.upload("document")
        if form.flag("remove"):
            documents.detach(desk.acting, round_id)
        elif upload is None:
            raise DomainError("file_missing")
        else:
            documents.attach(desk.acting, round_id, unit_id, upload.name, upload.content)

    return desk.attempt(act, f"/rounds/{round_id}/document", lambda refused: _page(desk, round_id, refused))


@router.get("/rounds/{round_id}/document/{version}")
def download(desk: KeyDesk, round_id: str, version: Version) -> Response:
    """Send a version to organisers and scrutineers."""
    file = document_reads.document_file(desk.session, round_id, version)
    return desk.send(lambda: file.content, file.media_type, file.name)
