"""The files a reader takes away: workbook, Word reports; and the organisation's own templates for them."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from app.core.chinese import days_words
from app.office.bench import dotted
from app.office.markup import one_line
from app.office.ordering import file_later, made_now
from app.office.workshop import Craft
from app.publication.domain import rights_of
from app.publication.seen import admitted_back, admitted_of, result_of
from app.reports import service as template_service
from app.reports.fields import FIELDS, shipped_template
from app.rounds.ports import ports_of
from app.rounds.reads import RoundView, get_round
from app.web.desk import Desk, OrganiserDesk, Refused, ResultDesk
from app.web.downloads import DOCX
from app.web.forms import Form
from app.web.i18n import LANGUAGES, choose_language

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
def workbook(desk: ResultDesk, round_id: str) -> Response:
    """Send the result as an Excel workbook."""
    return file_later(desk.request, desk.staff, WORKBOOK, admitted_back(desk, round_id, "workbook"))


@router.get("/results/{round_id}/reports")
def reports_page(desk: ResultDesk, round_id: str) -> Response:
    """Show every report of a result, and ask for what only a person knows."""
    result = result_of(desk, round_id)
    held, document = held_words(get_round(desk.session, round_id), choose_language(desk.request)), result.document
    shown = {
        "result": result,
        "document": document,
        "held": held,
        "limit": WORDS_LIMIT,
        "may": rights_of(desk.staff.roles),
    }
    return desk.show("publication/reports.html", **shown)


def _worded(desk: Desk, round_id: str, told: Mapping[str, object]) -> dict[str, object]:
    """Return what a report with typed words is made of."""
    words = {key: one_line(desk.request.query_params.get(key, ""))[:WORDS_LIMIT] for key in TYPED}
    language, found = choose_language(desk.request), get_round(desk.session, round_id)
    held = {each: held_words(found, each) for each in LANGUAGES}
    if not words["time"] or words["time"] in held.values():
        words["time"] = held[language]
    return {**told, "typed": words, "merged": dotted(ports_of(desk.request).merged)}


@router.get("/results/{round_id}/report.docx")
def survey(desk: ResultDesk, round_id: str) -> Response:
    """Send 测评情况报告."""
    told = admitted_back(desk, round_id, "report")
    return file_later(desk.request, desk.staff, SURVEY, _worded(desk, round_id, told))


@router.get("/results/{round_id}/scrutiny.docx")
def scrutiny(desk: ResultDesk, round_id: str) -> Response:
    """Send 监票情况报告."""
    told = admitted_of(desk, round_id, "scrutiny")
    return file_later(desk.request, desk.staff, SCRUTINY, _worded(desk, round_id, told))


@router.get("/results/{round_id}/brief.pdf")
def one_page(desk: ResultDesk, round_id: str) -> Response:
    """Send the one-page brief."""
    return file_later(desk.request, desk.staff, BRIEF, admitted_back(desk, round_id, "brief"))


@router.get("/results/{round_id}/letters.zip")
def letters(desk: ResultDesk, round_id: str) -> Response:
    """Send 反馈函 to every unit that the reader sees, as an archive."""
    return file_later(desk.request, desk.staff, LETTERS, admitted_of(desk, round_id, "letters"))


@router.get("/results/{round_id}/units/{unit_id}/letter.docx")
def letter(desk: ResultDesk, round_id: str, unit_id: str) -> Response:
    """Send 反馈函 to one unit."""
    told = admitted_of(desk, round_id, "letter")
    return file_later(desk.request, desk.staff, LETTER, {**told, "unit": unit_id})


def held_words(found: RoundView, language: str) -> str:
    """Say on which days a round was open."""
    return days_words(found.opened_at, found.closed_at, language)


def _templates_page(desk: Desk, refused: Refused | None = None) -> Response:
    uploads = template_service.uploads(desk.session, desk.staff.office_id)
    return desk.show("publication/templates.html", refused, fields=FIELDS, uploads=uploads)


@router.get("/templates")
def templates_page(desk: OrganiserDesk) -> Response:
    """Show the templates of the Word reports with the fields that each may use."""
    return _templates_page(desk)


@router.get("/templates/{kind}.docx")
def download_template(desk: OrganiserDesk, kind: str) -> Response:
    """Send the template in use, to be edited in Word."""
    found = template_service.kind_of(kind)
    own, name = template_service.own(desk.session, found, desk.staff.office_id), f"{found.value}.docx"
    return desk.send(lambda: own or shipped_template(found), DOCX, name, name)


@router.post("/templates/{kind}")
def replace_template(desk: OrganiserDesk, kind: str, form: Form) -> Response:
    """Put an organisation's template in the place of the one that ships, once it was checked."""
    found = template_service.kind_of(kind)

    def look() -> Response:
        content = form.file("template")
        made_now(desk.request, CHECK, {"kind": found.value}, content)
        return desk.attempt(lambda: template_service.replace(desk.acting, found, content), "/templates")

    return desk.consider(look, lambda refused: _templates_page(desk, refused))


@router.post("/templates/{kind}/reset")
def reset_template(desk: OrganiserDesk, kind: str, _form: Form) -> Response:
    """Go back to the template that ships."""
    return desk.attempt(lambda: template_service.reset(desk.acting, template_service.kind_of(kind)), "/templates")
