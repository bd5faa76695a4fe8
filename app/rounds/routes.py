"""The organiser's and scrutineers' pages of rounds."""

from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.people import all_names
from app.campaigns import listing
from app.campaigns import reads as campaigns
from app.consents.reads import subjects_waiting
from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.core.lists import wish_of
from app.rounds import approvals, archive_day, document_reads, freezing, reads, restoring, service
from app.rounds.allowed import powers
from app.rounds.domain import Layout, RoundState
from app.rounds.hall_check import hall_of, hall_steps
from app.rounds.limits import limits_of
from app.rounds.ports import ports_of
from app.rounds.reads import RoundView
from app.rounds.rehearsing import create_rehearsal
from app.rounds.service import RoundDraft
from app.rounds.stored import stored_draft, stored_times, stored_wifi
from app.rounds.typed import LOCAL_TIME, typed_time
from app.web.desk import Desk, KeyDesk, OrganiserDesk, Refused, typed
from app.web.forms import Form, PostedForm
from app.web.health import guesses_of, watch_of
from app.web.i18n import several
from app.web.pages import see_other
from app.web.proof import ProvenForm
from app.web.requests import database
from app.web.stale import Stored, refuse_stale

router = APIRouter()
MAX_HOLDERS = 16


def _layout(form: PostedForm) -> str:
    chosen = form.sent("layout", 10)
    if chosen and chosen not in {layout.value for layout in Layout}:
        raise DomainError("form_malformed")
    return chosen


def _draft(form: PostedForm) -> RoundDraft:
    return RoundDraft(
        title=form.text("title", 60, label="轮次名称"),
        form_key=form.text("form_key", 40, label="测评表"),
        stage_id=form.sent("stage_id", 40) or None,
        shuffle_units=form.flag("shuffle_units"),
        remarks=form.flag("remarks"),
        layout=_layout(form),
        key_needed=form.integer("key_needed", 1, MAX_HOLDERS, label="开箱需要的钥匙份数"),
        key_holders=form.integer("key_holders", 1, MAX_HOLDERS, label="钥匙总份数"),
        wifi_name=form.text("wifi_name", 32, needed=False, label="无线网络名称"),
        wifi_password=form.text("wifi_password", 63, needed=False, label="无线网络密码"),
        opens_at=typed_time(form, "opens_at", "开始时间"),
        closes_at=typed_time(form, "closes_at", "截止时间"),
    )


@router.get("/rounds")
def list_rounds(desk: KeyDesk) -> Response:
    """List the rounds that the reader looks for, those under way first."""
    titles, restored = listing.titles(desk.session), restoring.waiting(desk.session)
    found = reads.found_rounds(desk.session, wish_of(desk.request.query_params, set(RoundState)), titles)
    shown = [name for row in found.rows for name in (row.title, titles.get(row.campaign_id, ""))]
    return desk.show(
        "rounds/list.html",
        found=found,
        campaign_titles=titles,
        english=listing.english_of(desk.session, shown),
        restored=restored,
        waiting=subjects_waiting(desk.session, reads.KIND),
        can_start="organiser" in desk.staff.roles,
        late=_late(desk),
    )


def _late(desk: Desk) -> archive_day.Reminder | None:
    """Return which rounds should have been archived, to those who can do it."""
    if "organiser" not in desk.staff.roles:
        return None
    return archive_day.reminder(desk.session, desk.today, desk.settings.archive_days)


@router.post("/restored/{restored_id}/accept")
def accept_restore(desk: KeyDesk, restored_id: str, _form: ProvenForm) -> Response:
    """Accept, as one of two people, what a restore from a backup means."""
    return desk.attempt(lambda: restoring.accept(desk.acting, restored_id), "/rounds")


def _local(moment: datetime | None) -> str:
    return moment.astimezone(CHINA).strftime(LOCAL_TIME) if moment else ""


def _stored(desk: Desk, row: RoundView) -> Stored:
    """Return what is stored of a draft, its form by its title, or the sections by their names."""
    campaign = campaigns.get_campaign(desk.session, row.campaign_id)
    titles = {form.key: form.title for form in campaign.forms}
    return stored_draft(row, titles.get(row.form_key) or several(section.noun for section in campaign.sections))


def _draft_page(
    desk: Desk,
    campaign_id: str,
    values: Mapping[str, object],
    refused: Refused | None = None,
    row: RoundView | None = None,
) -> Response:
    campaign = campaigns.get_campaign(desk.session, campaign_id)
    context = {"campaign": campaign, "values": typed(refused) or values, "holders": range(1, MAX_HOLDERS + 1)}
    context["stored"] = _stored(desk, row) if row else None
    return desk.show("rounds/draft.html", refused, action=desk.request.url.path, **context)


@router.get("/campaigns/{campaign_id}/rounds/new")
def new_round(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the form for a new round with the defaults of the campaign's kind."""
    kind = campaigns.get_campaign(desk.session, campaign_id).kind
    preset = {"title": kind.round_title, "form_key": kind.round_form, "remarks": kind.remarks}
    return _draft_page(
        desk, campaign_id, {"key_needed": service.USUAL_SHARES[0], "key_holders": service.USUAL_SHARES[1], **preset}
    )


@router.post("/campaigns/{campaign_id}/rounds/new")
def create_round(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Make a draft round."""
    return desk.attempt(
        lambda: service.create_round(desk.acting, campaign_id, _draft(form)),
        _to_round,
        lambda refused: _draft_page(desk, campaign_id, {}, refused),
    )


@router.get("/rounds/{round_id}/edit")
def edit_page(desk: OrganiserDesk, round_id: str) -> Response:
    """Show the form of a draft round."""
    row = reads.get_round(desk.session, round_id)
    values = {name: getattr(row, name) for name in RoundDraft.__dataclass_fields__}
    values.update(opens_at=_local(row.opens_at), closes_at=_local(row.closes_at))
    return _draft_page(desk, row.campaign_id, values, row=row)


@router.post("/rounds/{round_id}/edit")
def edit_round(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Change a draft round."""

    def act() -> None:
        refuse_stale(form, _stored(desk, service.locked_round(desk.session, round_id)))
        service.edit_round(desk.acting, round_id, _draft(form))

    def again(refused: Refused) -> Response:
        row = reads.get_round(desk.session, round_id)
        return _draft_page(desk, row.campaign_id, {}, refused, row)

    return desk.attempt(act, f"/rounds/{round_id}", again)


def _show(desk: Desk, round_id: str, refused: Refused | None = None) -> Response:
    db = desk.session
    row, ports = reads.get_round(db, round_id), ports_of(desk.request)
    family = reads.rounds_of(db, row.campaign_id)
    context = {
        "round": row,
        "campaign": campaigns.get_campaign(db, row.campaign_id),
        "steps": [*service.checklist(db, row, ports), *hall_steps(db, row, hall_of(desk.settings, desk.now))],
        "panels": [panel for make in ports.panels if (panel := make(db, row)) is not None],
        "approvals": reads.waiting_approvals(db, round_id),
        "names": all_names(db),
        "document": next(iter(document_reads.documents_of(db, round_id)), None),
        "rehearsals": [other for other in family if other.rehearsal_of == round_id],
        "early": row.is_early(desk.now),
        "archive_by": archive_day.archive_by(row.counted_at, desk.settings.archive_days),
        "can": powers(desk.staff.roles, row.state, is_rehearsal=row.is_rehearsal),
        "local_opens": _local(row.opens_at),
        "local_closes": _local(row.closes_at),
        "values": typed(refused),
        "times": stored_times(row),
        "wifi": stored_wifi(row),
        "watch": watch_of(desk.request),
        "is_live": row.state in {RoundState.READY, RoundState.OPEN},
        "guesses": guesses_of(desk.request),
    }
    return desk.show("rounds/show.html", refused, **context)


def _attempt(desk: Desk, round_id: str, act: Callable[[], object]) -> Response:
    """Act on a round and go back to its page, which says why where it was refused."""
    return desk.attempt(act, f"/rounds/{round_id}", lambda refused: _show(desk, round_id, refused))


@router.get("/rounds/{round_id}")
def show_round(desk: KeyDesk, round_id: str) -> Response:
    """Show the round's life as a timeline with its next step."""
    return _show(desk, round_id)


@router.get("/rounds/{round_id}/paper")
def show_paper(desk: KeyDesk, round_id: str) -> Response:
    """Show the paper as it is, or would be, frozen, to be read through and printed."""
    row = reads.get_round(desk.session, round_id)
    frozen = row.paper_hash is not None
    paper = reads.frozen_paper(desk.session, round_id)[0] if frozen else service.draft_paper(desk.session, row)
    return desk.show("rounds/paper.html", round=row, paper=paper, limits_of=limits_of)


@router.post("/rounds/{round_id}/freeze")
def freeze(desk: OrganiserDesk, round_id: str, _form: Form) -> Response:
    """Freeze the paper, or ask the second person for it."""

    def look() -> Response:
        request, ports = freezing.request_to_freeze(desk.session, round_id), ports_of(desk.request)
        desk.leave()
        return _attempt(
            desk, round_id, lambda: approvals.ask_or_act(desk.acting, ports, round_id, freezing.FREEZE, request)
        )

    return desk.consider(look, lambda refused: _show(desk, round_id, refused))


@router.post("/rounds/{round_id}/open")
def open_round(desk: OrganiserDesk, round_id: str, _form: Form) -> Response:
    """Begin to accept votes."""
    ports = ports_of(desk.request)
    return _attempt(desk, round_id, lambda: service.open_round(desk.acting, desk.keys, ports, round_id))


@router.post("/rounds/{round_id}/schedule")
def schedule(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Plan opening and close, or move the planned end of an open round."""
    return _attempt(desk, round_id, lambda: _schedule(desk, round_id, form))


def _schedule(desk: Desk, round_id: str, form: PostedForm) -> None:
    acting, closes_at = desk.acting, typed_time(form, "closes_at", "截止时间")
    row = service.locked_round(acting.session, round_id)
    refuse_stale(form, stored_times(row))
    if row.state is not RoundState.OPEN:
        service.set_schedule(acting, round_id, typed_time(form, "opens_at", "开始时间"), closes_at)
    elif closes_at is None or closes_at <= acting.now:
        raise DomainError("schedule_over")
    else:
        planned = {"closes_at": closes_at.isoformat()}
        approvals.ask_or_act(acting, ports_of(desk.request), round_id, "extend", planned)


@router.post("/rounds/{round_id}/wifi")
def set_wifi(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Name the hall's own network."""

    def act() -> None:
        refuse_stale(form, stored_wifi(service.locked_round(desk.session, round_id)))
        name = form.text("wifi_name", 32, needed=False, label="无线网络名称")
        password = form.text("wifi_password", 63, needed=False, label="无线网络密码")
        service.set_wifi(desk.acting, round_id, name, password)

    return _attempt(desk, round_id, act)


@router.post("/rounds/{round_id}/close")
def close_round(desk: OrganiserDesk, round_id: str, _form: Form) -> Response:
    """End the vote, or ask a second person to end it early."""
    ports = ports_of(desk.request)
    return _attempt(desk, round_id, lambda: approvals.ask_or_act(desk.acting, ports, round_id, "close", {}))


@router.post("/rounds/{round_id}/void")
def void_round(desk: OrganiserDesk, round_id: str, form: ProvenForm) -> Response:
    """Declare the round void, once its name has been typed."""

    def act() -> None:
        title = reads.get_round(desk.session, round_id).title
        reason = form.text("reason", 200, label="作废原因")
        if form.text("name", 60, label="轮次名称") != title:
            raise DomainError("name_wrong", name=title)
        approvals.ask_or_act(desk.acting, ports_of(desk.request), round_id, "void", {"reason": reason})

    return _attempt(desk, round_id, act)


@router.post("/rounds/{round_id}/repeat")
def repeat_round(desk: OrganiserDesk, round_id: str, _form: Form) -> Response:
    """Make a new draft from a voided round."""
    return desk.attempt(lambda: service.repeat_round(desk.acting, round_id), _to_round)


@router.post("/rounds/{round_id}/rehearsal")
def rehearse(desk: OrganiserDesk, round_id: str, _form: Form) -> Response:
    """Make a rehearsal of the round and go on to its slips."""
    return desk.attempt(
        lambda: create_rehearsal(desk.acting, round_id),
        lambda rehearsal_id: see_other(f"/rounds/{rehearsal_id}/slips"),
        lambda refused: _show(desk, round_id, refused),
    )


def _to_round(round_id: str) -> Response:
    return see_other(f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/purge")
def purge_rehearsals(desk: OrganiserDesk, round_id: str, _form: Form) -> Response:
    """Delete the round's rehearsals."""
    ports = ports_of(desk.request)
    purge = service.purge_rehearsals
    return desk.attempt(lambda: purge(desk.acting, desk.keys, ports, round_id), f"/rounds/{round_id}")


def _decide(desk: Desk, approval_id: str, *, granted: bool) -> Response:
    ports = ports_of(desk.request)
    if granted:
        desk.leave()
        ports = approvals.made_ready(database(desk.request), ports, approval_id)
    return desk.attempt(lambda: approvals.decide(desk.acting, ports, approval_id, granted=granted), _to_round)


@router.post("/approvals/{approval_id}/grant")
def grant(desk: KeyDesk, approval_id: str, _form: ProvenForm) -> Response:
    """Agree as the second person."""
    return _decide(desk, approval_id, granted=True)


@router.post("/approvals/{approval_id}/refuse")
def refuse(desk: KeyDesk, approval_id: str, _form: Form) -> Response:
    """Refuse as the second person."""
    return _decide(desk, approval_id, granted=False)
