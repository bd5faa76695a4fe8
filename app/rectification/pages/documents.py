"""Word documents of 补课: plan, reports that sum up, 简报 and 通报."""

from dataclasses import asdict

from fastapi import APIRouter
from starlette.responses import Response

from app.audit import service as audit
from app.core.errors import DomainError
from app.office.ordering import file_later
from app.office.workshop import Craft
from app.publication.read_log import note_reads
from app.rectification.board import service as board_service
from app.rectification.documents.progress import Bulletin, Newsletter, progress_words, read_progress
from app.rectification.documents.results import Results
from app.rectification.orders import reads
from app.rectification.pages.days import typed_day
from app.rectification.pages.plan_steps import check_readable
from app.rectification.pages.votes import note_votes_of
from app.rectification.rules.picks import Pick
from app.reports.language import written_in
from app.web.desk import Desk, RectificationDesk, Refused, SupervisorDesk
from app.web.forms import Form, PostedForm
from app.web.i18n import choose_language

router = APIRouter()
STORY_LIMIT = 5_000
MOST_ISSUES = 9_999


PLAN = Craft("app.rectification.documents.making:plan", "plan.docx")
ORDER_SUMMARY = Craft("app.rectification.documents.making:order_summary", "summary.docx")
CAMPAIGN_SUMMARY = Craft("app.rectification.documents.making:campaign_summary", "summary.docx")
NEWSLETTER = Craft("app.rectification.documents.making:newsletter", "newsletter.docx")
BULLETIN = Craft("app.rectification.documents.making:bulletin", "bulletin.docx")


@router.get("/rectification/plans/{plan_id}/plan.docx")
def plan(desk: RectificationDesk, plan_id: str) -> Response:
    """Send 整改方案 as a Word file; a draft to those who work on it only."""
    check_readable(desk, plan_id)
    return file_later(desk.request, desk.staff, PLAN, {"plan": plan_id})


@router.get("/rectification/orders/{order_id}/summary.docx")
def order_summary(desk: RectificationDesk, order_id: str) -> Response:
    """Send 总结报告 of one unit, with its results as far as the reader may see them."""
    order = reads.get_order(desk.session, desk.staff, order_id)
    if order.current is None:
        raise DomainError("not_found")
    found = Results(desk.session, desk.staff, desk.now).of(order)
    _note(desk, found.round_ids)
    note_votes_of(desk, Pick(order=order_id))
    told = {"order": order_id, "codes": found.codes}
    return file_later(desk.request, desk.staff, ORDER_SUMMARY, told)


@router.get("/rectification/campaigns/{campaign_id}/summary.docx")
def campaign_summary(desk: RectificationDesk, campaign_id: str) -> Response:
    """Send 总结报告 of all orders of a campaign within reach."""
    board_service.board_of(desk.session, desk.staff, desk.today, campaign_id)
    results = Results(desk.session, desk.staff, desk.now)
    ordered = [order for order in reads.orders(desk.session, desk.staff, campaign_id) if order.current is not None]
    found = [results.of(order) for order in ordered]
    _note(desk, tuple(dict.fromkeys(round_id for result in found for round_id in result.round_ids)))
    note_votes_of(desk, Pick(campaign=campaign_id))
    told = {"campaign": campaign_id, "codes": [result.codes for result in found]}
    return file_later(desk.request, desk.staff, CAMPAIGN_SUMMARY, told)


def _note(desk: Desk, round_ids: tuple[str, ...]) -> None:
    note_reads(desk, desk.staff, [(round_id, "summary") for round_id in round_ids])


def _bulletin_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    progress = read_progress(desk.session, desk.staff, desk.today, campaign_id)
    with written_in(choose_language(desk.request), progress.board.campaign.english):
        words = progress_words(progress)
    context = {
        "campaign": progress.board.campaign,
        "words": words,
        "told": len(progress.ordered) + len(progress.asked),
        "issue": int(audit.last_detail(desk.session, "document.newsletter", campaign_id).get("number", "0")) + 1,
    }
    return desk.show("rectification/bulletin.html", refused, **context)


@router.get("/rectification/campaigns/{campaign_id}/bulletin")
def bulletin_page(desk: SupervisorDesk, campaign_id: str) -> Response:
    """Show what a person has to write on 简报 and 通报."""
    return _bulletin_page(desk, campaign_id)


@router.post("/rectification/campaigns/{campaign_id}/bulletin")
def bulletin(desk: SupervisorDesk, campaign_id: str, form: Form) -> Response:
    """Send 简报 or 通报, filled with where the campaign stands today."""

    def look() -> Response:
        kind = form.text("kind", 20, label="文种")
        if kind not in {"newsletter", "bulletin"}:
            raise DomainError("field_not_a_choice", field="文种")
        return _newsletter(desk, campaign_id, form) if kind == "newsletter" else _bulletin(desk, campaign_id, form)

    return desk.consider(look, lambda refused: _bulletin_page(desk, campaign_id, refused))


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
    return _typed(desk, NEWSLETTER, campaign_id, told)


def _bulletin(desk: Desk, campaign_id: str, form: PostedForm) -> Response:
    told = Bulletin(
        title=form.text("bulletin_title", 60, label="标题"),
        document_number=form.text("document_number", 60, label="文号"),
        addressee=form.text("addressee", 200, label="主送"),
        day=typed_day(form, "bulletin_day", "日期"),
        office=form.text("issuer", 60, label="印发单位"),
        opening=form.text("opening", STORY_LIMIT, needed=False, label="开头"),
    )
    return _typed(desk, BULLETIN, campaign_id, told)


def _typed(desk: Desk, craft: Craft, campaign_id: str, told: Newsletter | Bulletin) -> Response:
    board_service.board_of(desk.session, desk.staff, desk.today, campaign_id)
    words = {**asdict(told), "day": told.day.isoformat()}

    def act() -> None:
        if isinstance(told, Newsletter):
            action, number = "document.newsletter", str(told.issue)
        else:
            action, number = "document.bulletin", told.document_number
        audit.record(desk.session, desk.now, desk.staff, action, campaign_id, number=number)

    def then(_noted: None) -> Response:
        return file_later(desk.request, desk.staff, craft, {"campaign": campaign_id, "typed": words})

    return desk.attempt(act, then)
