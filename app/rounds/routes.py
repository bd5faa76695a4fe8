"""The organiser's and scrutineers' pages of rounds."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts.service import everyone
from app.campaigns import reads as campaigns
from app.core.acting import Acting, Principal
from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.rounds import approvals, document_reads, reads, service
from app.rounds.domain import Event, RoundState, next_state
from app.rounds.ports import ports_of
from app.rounds.service import RoundDraft
from app.web.auth import KeySide, Organiser
from app.web.errors import sentence
from app.web.forms import Form, PostedForm
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Keys, Now

router = APIRouter()
MAX_HOLDERS = 16
LOCAL_TIME = "%Y-%m-%dT%H:%M"


def _time(form: PostedForm, name: str, label: str) -> datetime | None:
    text = form.text(name, 20, needed=False)
    if not text:
        return None
    try:
        return datetime.strptime(text, LOCAL_TIME).replace(tzinfo=CHINA).astimezone(UTC)
    except ValueError as error:
        raise DomainError("field_not_a_time", field=label) from error


def _draft(form: PostedForm) -> RoundDraft:
    return RoundDraft(
        title=form.text("title", 60, label="轮次名称"),
        form_key=form.text("form_key", 40, label="测评表"),
        stage_id=form.text("stage_id", 40, needed=False) or None,
        shuffle_units=form.flag("shuffle_units"),
        remarks=form.flag("remarks"),
        key_needed=form.integer("key_needed", 1, MAX_HOLDERS, label="开箱需要的钥匙份数"),
        key_holders=form.integer("key_holders", 1, MAX_HOLDERS, label="钥匙总份数"),
        wifi_name=form.text("wifi_name", 32, needed=False, label="无线网络名称"),
        wifi_password=form.text("wifi_password", 63, needed=False, label="无线网络密码"),
        opens_at=_time(form, "opens_at", "开始时间"),
        closes_at=_time(form, "closes_at", "截止时间"),
    )


def _refusal(request: Request, db: Db, error: DomainError | None) -> tuple[int, str]:
    if error is None:
        return 200, ""
    db.rollback()
    return sentence(choose_language(request), error.code, error.params)


@router.get("/rounds")
def list_rounds(request: Request, _staff: KeySide, db: Db) -> Response:
    """List all rounds, newest first."""
    titles = {campaign.id: campaign.title for campaign in campaigns.all_campaigns(db)}
    return page(request, "rounds/list.html", rounds=reads.all_rounds(db), campaign_titles=titles)


def _local(moment: datetime | None) -> str:
    return moment.astimezone(CHINA).strftime(LOCAL_TIME) if moment else ""


def _draft_page(
    request: Request, db: Db, campaign_id: str, values: Mapping[str, object], error: DomainError | None = None
) -> Response:
    status, message = _refusal(request, db, error)
    campaign = campaigns.get_campaign(db, campaign_id)
    context = {"campaign": campaign, "values": values, "message": message, "holders": range(1, MAX_HOLDERS + 1)}
    return page(request, "rounds/draft.html", status=status, action=request.url.path, **context)


@router.get("/campaigns/{campaign_id}/rounds/new")
def new_round(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show the form for a new round with the shipped defaults."""
    values = {"key_needed": 2, "key_holders": 3, "title": "群众满意度测评", "form_key": "t2"}
    return _draft_page(request, db, campaign_id, values)


@router.post("/campaigns/{campaign_id}/rounds/new")
def create_round(request: Request, campaign_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Make a draft round."""
    try:
        round_id = service.create_round(Acting(db, now, staff), campaign_id, _draft(form))
    except DomainError as error:
        return _draft_page(request, db, campaign_id, form.as_dict(), error)
    return see_other(f"/rounds/{round_id}")


@router.get("/rounds/{round_id}/edit")
def edit_page(request: Request, round_id: str, _staff: Organiser, db: Db) -> Response:
    """Show the form of a draft round."""
    row = reads.get_round(db, round_id)
    values = {name: getattr(row, name) for name in RoundDraft.__dataclass_fields__}
    values.update(opens_at=_local(row.opens_at), closes_at=_local(row.closes_at))
    return _draft_page(request, db, row.campaign_id, values)


@router.post("/rounds/{round_id}/edit")
def edit_round(request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Change a draft round."""
    try:
        service.edit_round(Acting(db, now, staff), round_id, _draft(form))
    except DomainError as error:
        return _draft_page(request, db, reads.get_round(db, round_id).campaign_id, form.as_dict(), error)
    return see_other(f"/rounds/{round_id}")


def _show(request: Request, db: Db, round_id: str, now: datetime, error: DomainError | None = None) -> Response:
    status, message = _refusal(request, db, error)
    row, ports = reads.get_round(db, round_id), ports_of(request)
    family = reads.rounds_of(db, row.campaign_id)
    panels = [panel for make in ports.panels if (panel := make(db, row)) is not None]
    posted: PostedForm | None = getattr(request.state, "posted", None)
    context = {
        "round": row,
        "campaign": campaigns.get_campaign(db, row.campaign_id),
        "steps": service.checklist(db, row, ports),
        "panels": panels,
        "approvals": reads.waiting_approvals(db, round_id),
        "names": {staff.id: staff.name for staff in everyone(db)},
        "document": next(iter(document_reads.documents_of(db, round_id)), None),
        "rehearsals": [other for other in family if other.rehearsal_of == round_id],
        "early": service.is_early(row, now),
        "can_void": next_state(row.state, Event.VOID) is not None,
        "local_opens": _local(row.opens_at),
        "local_closes": _local(row.closes_at),
        "states": list(RoundState),
        "values": posted.as_dict() if posted and error else {},
    }
    return page(request, "rounds/show.html", status=status, message=message, **context)


@router.get("/rounds/{round_id}")
def show_round(request: Request, round_id: str, _staff: KeySide, db: Db, now: Now) -> Response:
    """Show the round's life as a timeline with its next step."""
    return _show(request, db, round_id, now)


@router.get("/rounds/{round_id}/paper")
def show_paper(request: Request, round_id: str, _staff: KeySide, db: Db) -> Response:
    """Show the paper as it is, or would be, frozen, to be read through and printed."""
    row = reads.get_round(db, round_id)
    paper = reads.frozen_paper(db, round_id)[0] if row.paper_hash else service.draft_paper(db, row)
    return page(request, "rounds/paper.html", round=row, paper=paper)


@router.post("/rounds/{round_id}/freeze")
def freeze(request: Request, round_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Freeze the paper."""
    try:
        service.freeze(Acting(db, now, staff), round_id)
    except DomainError as error:
        return _show(request, db, round_id, now, error)
    return see_other(f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/open")
def open_round(
    request: Request, round_id: str, staff: Organiser, _form: Form, db: Db, now: Now, keys: Keys
) -> Response:
    """Begin to accept votes."""
    try:
        service.open_round(Acting(db, now, staff), keys, ports_of(request), round_id)
    except DomainError as error:
        return _show(request, db, round_id, now, error)
    return see_other(f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/schedule")
def schedule(request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Plan opening and close, or move the planned end of an open round."""
    try:
        _schedule(request, Acting(db, now, staff), round_id, form)
    except DomainError as error:
        return _show(request, db, round_id, now, error)
    return see_other(f"/rounds/{round_id}")


def _schedule(request: Request, acting: Acting, round_id: str, form: PostedForm) -> None:
    closes_at = _time(form, "closes_at", "截止时间")
    if reads.get_round(acting.session, round_id).state is not RoundState.OPEN:
        service.set_schedule(acting, round_id, _time(form, "opens_at", "开始时间"), closes_at)
    elif closes_at is None or closes_at <= acting.now:
        raise DomainError("schedule_over")
    else:
        approvals.ask_or_act(acting, ports_of(request), round_id, "extend", {"closes_at": closes_at.isoformat()})


@router.post("/rounds/{round_id}/wifi")
def set_wifi(request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Name the hall's own network."""
    try:
        name = form.text("wifi_name", 32, needed=False, label="无线网络名称")
        password = form.text("wifi_password", 63, needed=False, label="无线网络密码")
        service.set_wifi(Acting(db, now, staff), round_id, name, password)
    except DomainError as error:
        return _show(request, db, round_id, now, error)
    return see_other(f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/close")
def close_round(request: Request, round_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """End the vote, or ask a second person to end it early."""
    try:
        approvals.ask_or_act(Acting(db, now, staff), ports_of(request), round_id, "close", {})
    except DomainError as error:
        return _show(request, db, round_id, now, error)
    return see_other(f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/void")
def void_round(request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Declare the round void, once its name has been typed."""
    try:
        title = reads.get_round(db, round_id).title
        reason = form.text("reason", 200, label="作废原因")
        if form.text("name", 60, label="轮次名称") != title:
            raise DomainError("name_wrong", name=title)  # noqa: TRY301
        approvals.ask_or_act(Acting(db, now, staff), ports_of(request), round_id, "void", {"reason": reason})
    except DomainError as error:
        return _show(request, db, round_id, now, error)
    return see_other(f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/repeat")
def repeat_round(round_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Make a new draft from a voided round."""
    return see_other(f"/rounds/{service.repeat_round(Acting(db, now, staff), round_id)}")


@router.post("/rounds/{round_id}/rehearsal")
def rehearse(round_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Make a rehearsal of the round."""
    return see_other(f"/rounds/{service.create_rehearsal(Acting(db, now, staff), round_id)}")


@router.post("/rounds/{round_id}/purge")
def purge_rehearsals(
    request: Request, round_id: str, staff: Organiser, _form: Form, db: Db, now: Now, keys: Keys
) -> Response:
    """Delete the round's rehearsals."""
    service.purge_rehearsals(Acting(db, now, staff), keys, ports_of(request), round_id)
    return see_other(f"/rounds/{round_id}")


def _decide(request: Request, db: Db, approval: tuple[str, bool], now: datetime, staff: Principal) -> Response:
    approval_id, granted = approval
    acting = Acting(db, now, staff)
    return see_other(f"/rounds/{approvals.decide(acting, ports_of(request), approval_id, granted=granted)}")


@router.post("/approvals/{approval_id}/grant")
def grant(request: Request, approval_id: str, staff: KeySide, _form: Form, db: Db, now: Now) -> Response:
    """Agree as the second person."""
    return _decide(request, db, (approval_id, True), now, staff)


@router.post("/approvals/{approval_id}/refuse")
def refuse(request: Request, approval_id: str, staff: KeySide, _form: Form, db: Db, now: Now) -> Response:
    """Refuse as the second person."""
    return _decide(request, db, (approval_id, False), now, staff)
