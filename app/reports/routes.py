"""The files a reader takes away: workbook, Word reports; and the organisation's own templates for them."""

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.acting import Acting
from app.core.errors import DomainError
from app.office.markup import one_line
from app.publication.reads import Published
from app.publication.seen import Desk, ReadingDesk
from app.reports import service as template_service
from app.reports.brief import brief
from app.reports.fields import FIELDS, ReportKind
from app.reports.letters import feedback_letter, feedback_letters, file_name
from app.reports.report_data import days_words
from app.reports.templates import shipped_template
from app.reports.word import Particulars, scrutiny_report, survey_report
from app.reports.workbook import result_workbook
from app.rounds.reads import frozen_paper, get_round
from app.web.auth import Organiser
from app.web.downloads import DOCX, PDF, XLSX, ZIP, attachment
from app.web.errors import sentence
from app.web.forms import Form
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Now

router = APIRouter()
TYPED = ("number", "basis", "time", "place")
WORDS_LIMIT = 120


@router.get("/results/{round_id}/export.xlsx")
def workbook(desk: ReadingDesk, round_id: str) -> Response:
    """Send the result as an Excel workbook."""
    result = desk.result(round_id, "workbook")
    return attachment(result_workbook(result), XLSX, f"{result.document['round']['title']}结果.xlsx", "result.xlsx")


@router.get("/results/{round_id}/reports")
def reports_page(desk: ReadingDesk, round_id: str) -> Response:
    """Show every report of a result, and ask for what only a person knows."""
    result = desk.result(round_id)
    held, document = held_words(desk.session, round_id), result.document
    shown = {"result": result, "document": document, "held": held, "limit": WORDS_LIMIT, "may": desk.may}
    return page(desk.request, "publication/reports.html", status=200, **shown)


def _particulars(desk: Desk, result: Published) -> Particulars:
    typed = {key: one_line(desk.request.query_params.get(key, ""))[:WORDS_LIMIT] for key in TYPED}
    typed["time"] = typed["time"] or held_words(desk.session, result.round_id)
    return Particulars(**typed, merged=desk.merged(result))


@router.get("/results/{round_id}/report.docx")
def survey(desk: ReadingDesk, round_id: str) -> Response:
    """Send 测评情况报告."""
    result, template = desk.result(round_id, "report"), template_service.own(desk.session, ReportKind.SURVEY)
    paper, _ = frozen_paper(desk.session, round_id)
    made = survey_report(result, template, paper, _particulars(desk, result), desk.now)
    return attachment(made, DOCX, f"{result.document['round']['title']}测评情况报告.docx", "report.docx")


@router.get("/results/{round_id}/scrutiny.docx")
def scrutiny(desk: ReadingDesk, round_id: str) -> Response:
    """Send 监票情况报告."""
    result, template = desk.result(round_id, "scrutiny"), template_service.own(desk.session, ReportKind.SCRUTINY)
    made = scrutiny_report(result, template, _particulars(desk, result), desk.now)
    return attachment(made, DOCX, f"{result.document['round']['title']}监票情况报告.docx", "scrutiny.docx")


@router.get("/results/{round_id}/brief.pdf")
def one_page(desk: ReadingDesk, round_id: str) -> Response:
    """Send the one-page brief."""
    result = desk.result(round_id, "brief")
    return attachment(brief(result), PDF, f"{result.document['round']['title']}结果简报.pdf", "brief.pdf")


@router.get("/results/{round_id}/letters.zip")
def letters(desk: ReadingDesk, round_id: str) -> Response:
    """Send 反馈函 to every unit that the reader sees, as an archive."""
    result, template = desk.result(round_id, "letters"), template_service.own(desk.session, ReportKind.LETTER)
    made = feedback_letters(result, template, desk.now)
    return attachment(made, ZIP, f"{result.document['round']['title']}反馈函.zip", "letters.zip")


@router.get("/results/{round_id}/units/{unit_id}/letter.docx")
def letter(desk: ReadingDesk, round_id: str, unit_id: str) -> Response:
    """Send 反馈函 to one unit."""
    result, unit = desk.unit(round_id, unit_id, "letter")
    made = feedback_letter(result, unit, template_service.own(desk.session, ReportKind.LETTER), desk.now)
    return attachment(made, DOCX, f"反馈函（{file_name(unit['name'])}）.docx", "letter.docx")


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
        template_service.replace(Acting(db, now, staff), template_service.kind_of(kind), form.file("template"))
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
