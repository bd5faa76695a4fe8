"""The document that a round was about, beside its result: every version to read, a revised one to add."""

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.service import units_of
from app.core.acting import Acting
from app.core.errors import DomainError
from app.publication.routes import Refused, result_page
from app.publication.seen import Desk, ReadingDesk
from app.rounds import document_reads, documents
from app.web.auth import UnitSide
from app.web.downloads import attachment
from app.web.forms import Form
from app.web.pages import see_other

router = APIRouter()


@router.get("/results/{round_id}/documents/{version}")
def read_document(desk: ReadingDesk, round_id: str, version: int) -> Response:
    """Send a version to whoever may read the result."""
    desk.result(round_id, "document")
    file = document_reads.document_file(desk.session, round_id, version)
    return attachment(file.content, file.media_type, file.name)


@router.post("/results/{round_id}/documents")
def revise(_staff: UnitSide, desk: ReadingDesk, round_id: str, form: Form) -> Response:
    """Add a revised version with what it answers."""
    desk.result(round_id)
    try:
        _revise(desk, round_id, form)
    except DomainError as error:
        desk.session.rollback()
        if error.code in {"role_refused", "not_found"}:
            raise
        return result_page(desk, round_id, refused=Refused(error, form))
    return see_other(f"/results/{round_id}#documents")


def _revise(desk: Desk, round_id: str, form: Form) -> None:
    versions = document_reads.documents_of(desk.session, round_id)
    if not versions:
        raise DomainError("not_found")
    own = versions[0].unit_id in units_of(desk.session, desk.staff.id)
    if not desk.may.publish and not own:
        raise DomainError("role_refused")
    answers = documents.Answers(form.text("answers", 3000, label="回应了哪些意见"), _answered(desk, round_id, form))
    upload = form.upload("document")
    if upload is None:
        raise DomainError("file_missing")
    documents.revise(Acting(desk.session, desk.now, desk.staff), round_id, (upload.name, upload.content), answers)


def _answered(desk: Desk, round_id: str, form: Form) -> dict[str, str]:
    """Return the ticked issues with their titles; DomainError ``issue_unknown`` for any that is not his to see."""
    titles = {issue.id: issue.title for issue in desk.merged(desk.result(round_id)).issues}
    chosen = form.several("issues[]")
    if not titles.keys() >= set(chosen):
        raise DomainError("issue_unknown")
    return {issue: titles[issue] for issue in titles if issue in chosen}
