"""The files a reader takes away: workbook, Word reports; and the organisation's own templates for them."""

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.acting import Acting
from app.core.chinese import days_words
from app.core.errors import DomainError
from app.office.bench import dotted
from app.office.markup import one_line
from app.office.ordering import file_later, made_now
from app.office.workshop import Craft
from app.publication.seen import Desk, ReadingDesk
from app.reports import service as template_service
from app.reports.fields import FIELDS, shipped_template
from app.rounds.ports import ports_of
from app.rounds.reads import get_round
from app.web.auth import Organiser
from app.web.downloads import DOCX, attachment
from app.web.errors import sentence
from app.web.forms import Form
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Now

router = APIRouter()
TYPED = ("number", "basis", "time", "place")
WORDS_LIMIT = 120


WORKBOOK = Craft("app.reports.making:workbook", "result.xlsx")
SURVEY = Craft("app.reports.making:survey", "report.docx")
SCRUTINY = Craft("app.reports.making:scrutiny", "scrutiny.docx")
BRIEF = Craft("app.reports.making:brief", "brief.pdf")
LETTERS = Craft("app.reports.making:letters", "letters.zip", seconds=300)
LETTER = Craft("app.reports.making:letter", "letter.docx")
CHECK = Craft("app.reports.making:check", seconds=20)


@router.get("/results/{round_id}/export.xlsx")
def workbook(desk: ReadingDesk, round_id: str) -> Response:
    """Send the result as an Excel workbook."""
    return file_later(desk.request, desk.staff, WORKBOOK, desk.admitted(round_id, "workbook"))


@router.get("/results/{round_id}/reports")
def reports_page(desk: ReadingDesk, round_id: str) -> Response:
    """Show every report of a result, and ask for what only a person knows."""
    result = desk.result(round_id)
    held, document = held_words(desk.session, round_id), result.document
    shown = {"result": result, "document": document, "held": held, "limit": WORDS_LIMIT, "may": desk.may}
    return page(desk.request, "publication/reports.html", status=200, **shown)


def _worded(desk: Desk, round_id: str, what: str) -> dict[str, object]:
    """Return what a report with typed words is made of."""
    told = desk.admitted(round_id, what)
    words = {key: one_line(desk.request.query_params.get(key, ""))[:WORDS_LIMIT] for key in TYPED}
    words["time"] = words["time"] or held_words(desk.session, round_id)
    return {**told, "typed": words, "merged": dotted(ports_of(desk.request).merged)}


@router.get("/results/{round_id}/report.docx")
def survey(desk: ReadingDesk, round_id: str) -> Response:
    """Send 测评情况报告."""
    return file_later(desk.request, desk.staff, SURVEY, _worded(desk, round_id, "report"))


@router.get("/results/{round_id}/scrutiny.docx")
def scrutiny(desk: ReadingDesk, round_id: str) -> Response:
    """Send 监票情况报告."""
    return file_later(desk.request, desk.staff, SCRUTINY, _worded(desk, round_id, "scrutiny"))


@router.get("/results/{round_id}/brief.pdf")
def one_page(desk: ReadingDesk, round_id: str) -> Response:
    """Send the one-page brief."""
    return file_later(desk.request, desk.staff, BRIEF, desk.admitted(round_id, "brief"))


@router.get("/results/{round_id}/letters.zip")
def letters(desk: ReadingDesk, round_id: str) -> Response:
    """Send 反馈函 to every unit that the reader sees, as an archive."""
    return file_later(desk.request, desk.staff, LETTERS, desk.admitted(round_id, "letters"))


@router.get("/results/{round_id}/units/{unit_id}/letter.docx")
def letter(desk: ReadingDesk, round_id: str, unit_id: str) -> Response:
    """Send 反馈函 to one unit."""
    return file_later(desk.request, desk.staff, LETTER, {**desk.admitted(round_id, "letter"), "unit": unit_id})


def held_words(session: Session, round_id: str) -> str:
    """Say on which days a round was open."""
    found = get_round(session, round_id)
    return days_words(found.opened_at, found.closed_at)


def _templates_page(request: Request, db: Db, error: DomainError | None = None) -> Response:
    status, message = (200, "") if error is None else sentence(choose_language(request), error.code, error.params)
    context = {"fields": FIELDS, "uploads": template_service.uploads(db), "message": message}
    return page(request, "publication/templates.html", status=status, **context)


@router.get("/templates")
def templates_page(request: Request, _staff: Organiser, db: Db) -> Response:
    """Show the templates of the Word reports with the fields that each may use."""
    return _templates_page(request, db)


@router.get("/templates/{kind}.docx")
def download_template(kind: str, _staff: Organiser, db: Db) -> Response:
    """Send the template in use, to be edited in Word."""
    found = template_service.kind_of(kind)
    content = template_service.own(db, found) or shipped_template(found)
    return attachment(content, DOCX, f"{found.value}.docx", f"{found.value}.docx")


@router.post("/templates/{kind}")
def replace_template(request: Request, kind: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Put an organisation's template in the place of the one that ships, once it was checked."""
    try:
        content, found = form.file("template"), template_service.kind_of(kind)
        made_now(request, CHECK, {"kind": found.value}, content)
        template_service.replace(Acting(db, now, staff), found, content)
    except DomainError as error:
        db.rollback()
        if error.code == "not_found":
            raise
        return _templates_page(request, db, error)
    return see_other("/templates")


@router.post("/templates/{kind}/reset")
def reset_template(kind: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Go back to the template that ships."""
    template_service.reset(Acting(db, now, staff), template_service.kind_of(kind))
    return see_other("/templates")
