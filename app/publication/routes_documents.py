"""The document that a round was about, beside its result: every version to read, a revised one to add."""

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.service import units_of
from app.core.errors import DomainError
from app.publication.domain import rights_of
from app.publication.routes import result_page
from app.publication.seen import merged_in, result_of
from app.rounds import document_reads, documents
from app.web.desk import Desk, ResultDesk, UnitDesk
from app.web.forms import Form, PostedForm
from app.web.requests import Version

router = APIRouter()


@router.get("/results/{round_id}/documents/{version}")
def read_document(desk: ResultDesk, round_id: str, version: Version) -> Response:
    """Send a version to whoever may read the result."""
    result_of(desk, round_id, "document")
    file = document_reads.document_file(desk.session, round_id, version)
    return desk.send(lambda: file.content, file.media_type, file.name)


@router.post("/results/{round_id}/documents")
def revise(desk: UnitDesk, round_id: str, form: Form) -> Response:
    """Add a revised version with what it answers."""
    titles = {issue.id: issue.title for issue in merged_in(desk, result_of(desk, round_id)).issues}
    return desk.attempt(
        lambda: _revise(desk, round_id, form, titles),
        f"/results/{round_id}#documents",
        lambda refused: result_page(desk, round_id, refused=refused),
    )


def _revise(desk: Desk, round_id: str, form: PostedForm, titles: dict[str, str]) -> None:
    versions = document_reads.documents_of(desk.session, round_id)
    if not versions:
        raise DomainError("not_found")
    own = versions[0].unit_id in units_of(desk.session, desk.staff.id)
    if not rights_of(desk.staff.roles).publish and not own:
        raise DomainError("role_refused")
    answers = documents.Answers(form.text("answers", 3000, label="回应了哪些意见"), _answered(form, titles))
    upload = form.upload("document")
    if upload is None:
        raise DomainError("file_missing")
    documents.revise(desk.acting, round_id, (upload.name, upload.content), answers)


def _answered(form: PostedForm, titles: dict[str, str]) -> dict[str, str]:
    """Return the ticked issues with their titles; DomainError ``issue_unknown`` for any that is not his to see."""
    chosen = form.several("issues[]")
    if not titles.keys() >= set(chosen):
        raise DomainError("issue_unknown")
    return {issue: titles[issue] for issue in titles if issue in chosen}
