"""Word documents of 补课: plan, reports that sum up, 简报 and 通报."""

from fastapi import APIRouter
from starlette.responses import Response

from app.audit import service as audit
from app.core.errors import DomainError
from app.opinions.reads import count_of, issues_of
from app.publication.read_log import note_read
from app.rectification.board import service as board_service
from app.rectification.desk import Desk, ReadingDesk, Refused, SupervisingDesk, typed_day
from app.rectification.documents import notices as documents
from app.rectification.documents import summary
from app.rectification.documents.notices import Bulletin, Newsletter, Progress
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.service import LedgerRow
from app.rectification.orders import reads
from app.rectification.plans.service import plan_of
from app.rounds.reads import frozen_paper
from app.web.downloads import DOCX, attachment
from app.web.forms import Form, PostedForm

router = APIRouter()
STORY_LIMIT = 5_000
MOST_ISSUES = 9_999


@router.get("/rectification/orders/{order_id}/plan.docx")
def plan(desk: ReadingDesk, order_id: str) -> Response:
    """Send 整改方案 as a Word file; a draft to those who work on it only."""
    order = reads.get_order(desk.session, desk.staff, order_id)
    found = plan_of(desk.session, order)
    if found is None or (found.is_open and desk.staff.role == "leader"):
        raise DomainError("not_found")
    rows = [LedgerRow(order, row, is_overdue=False, due=row.due) for row in found.rows]
    made = documents.plan_document(order, rows, found.state, found.submitted_on or desk.today)
    return attachment(made, DOCX, f"{order.unit_name}整改方案.docx", "plan.docx")


@router.get("/rectification/orders/{order_id}/summary.docx")
def order_summary(desk: ReadingDesk, order_id: str) -> Response:
    """Send 总结报告 of one unit, with its results as far as the reader may see them."""
    order = reads.get_order(desk.session, desk.staff, order_id)
    if order.current is None:
        raise DomainError("not_found")
    found = summary.Results(desk.session, desk.staff, desk.now).of(order)
    _note(desk, found.round_ids)
    rows = [row for row in _ledger(desk, order.campaign_id) if row.order.id == order_id]
    organisation = frozen_paper(desk.session, order.round_id)[0].organisation
    made = summary.order_summary(order, rows, found, organisation, desk.today)
    return attachment(made, DOCX, f"{order.unit_name}总结报告.docx", "summary.docx")


@router.get("/rectification/campaigns/{campaign_id}/summary.docx")
def campaign_summary(desk: ReadingDesk, campaign_id: str) -> Response:
    """Send 总结报告 of all orders of a campaign within reach."""
    progress = _progress(desk, campaign_id)
    results = summary.Results(desk.session, desk.staff, desk.now)
    found = [(order, results.of(order)) for order in progress.ordered]
    made = summary.campaign_summary(progress, found)
    title = progress.board.campaign.title
    _note(desk, tuple(dict.fromkeys(round_id for _, result in found for round_id in result.round_ids)))
    return attachment(made, DOCX, f"{title}总结报告.docx", "summary.docx")


def _note(desk: Desk, round_ids: tuple[str, ...]) -> None:
    for round_id in round_ids:
        note_read(desk.request, desk.session, desk.staff, round_id, "summary")


def _ledger(desk: Desk, campaign_id: str) -> list[LedgerRow]:
    return list(ledger_acts.ledger(desk.session, desk.staff, desk.today, campaign_id))


def _progress(desk: Desk, campaign_id: str) -> Progress:
    board = board_service.board_of(desk.session, desk.staff, desk.today, campaign_id)
    orders = reads.orders(desk.session, desk.staff, campaign_id)
    opinions = None
    if desk.staff.role != "liaison":
        opinions = count_of(desk.session, campaign_id), len(issues_of(desk.session, campaign_id))
    return Progress(orders, _ledger(desk, campaign_id), board, desk.today, opinions)


def _bulletin_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    progress = _progress(desk, campaign_id)
    context = {
        "campaign": progress.board.campaign,
        "words": documents.progress_words(progress),
        "ordered": len(progress.ordered),
        "issue": int(audit.last_detail(desk.session, "document.newsletter", campaign_id).get("number", "0")) + 1,
    }
    return desk.show("rectification/bulletin.html", refused, **context)


@router.get("/rectification/campaigns/{campaign_id}/bulletin")
def bulletin_page(desk: SupervisingDesk, campaign_id: str) -> Response:
    """Show what a person has to write on 简报 and 通报."""
    return _bulletin_page(desk, campaign_id)


@router.post("/rectification/campaigns/{campaign_id}/bulletin")
def bulletin(desk: SupervisingDesk, campaign_id: str, form: Form) -> Response:
    """Send 简报 or 通报, filled with where the campaign stands today."""

    def act() -> Response:
        kind = form.text("kind", 20, label="文种")
        if kind not in {"newsletter", "bulletin"}:
            raise DomainError("field_not_a_choice", field="文种")
        return _newsletter(desk, campaign_id, form) if kind == "newsletter" else _bulletin(desk, campaign_id, form)

    return desk.attempt(form, act, Response(), lambda refused: _bulletin_page(desk, campaign_id, refused))


def _newsletter(desk: Desk, campaign_id: str, form: PostedForm) -> Response:
    told = Newsletter(
        masthead=form.text("masthead", 30, label="报头"),
        issue=form.integer("issue", 1, MOST_ISSUES, label="期号"),
        day=typed_day(form, "newsletter_day", "日期"),
        office=form.text("editor", 60, label="编印单位"),
        title=form.text("newsletter_title", 60, needed=False, label="标题"),
        story=form.text("story", STORY_LIMIT, needed=False, label="正文"),
        sent_to=form.text("sent_to", 200, needed=False, label="送"),
    )
    made = documents.newsletter_document(told, _progress(desk, campaign_id))
    _record(desk, "document.newsletter", campaign_id, str(told.issue))
    return attachment(made, DOCX, f"{told.masthead}第{told.issue}期.docx", "newsletter.docx")


def _bulletin(desk: Desk, campaign_id: str, form: PostedForm) -> Response:
    told = Bulletin(
        title=form.text("bulletin_title", 60, label="标题"),
        document_number=form.text("document_number", 60, label="文号"),
        addressee=form.text("addressee", 200, label="主送"),
        day=typed_day(form, "bulletin_day", "日期"),
        office=form.text("issuer", 60, label="印发单位"),
        opening=form.text("opening", STORY_LIMIT, needed=False, label="开头"),
    )
    made = documents.bulletin_document(told, _progress(desk, campaign_id))
    _record(desk, "document.bulletin", campaign_id, told.document_number)
    return attachment(made, DOCX, f"{told.title}.docx", "bulletin.docx")


def _record(desk: Desk, action: str, campaign_id: str, number: str) -> None:
    audit.record(desk.session, desk.now, desk.staff, action, campaign_id, number=number)
