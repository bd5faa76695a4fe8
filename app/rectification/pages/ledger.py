"""The 整改台账: all actions, one action with what happened to it, and the public page of commitments."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.english_reads import english_of_campaigns
from app.campaigns.reads import get_campaign
from app.core.errors import DomainError
from app.office.qr import qr_grid
from app.office.sheets.notes import NOTE_SENTENCES
from app.office.workshop import Craft
from app.rectification.ledger import attachments, recording, workbook
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.reads import LedgerPage, announced, ledger_page, picked_rows
from app.rectification.ledger.service import BY_SUPERVISION, BY_THE_UNIT, RULES_MADE, LedgerRow
from app.rectification.ledger.votes import with_votes
from app.rectification.messages.notify import EXTENSION, EXTENSION_DECIDED
from app.rectification.pages.days import typed_day
from app.rectification.pages.faults import faulty
from app.rectification.pages.names import english_for
from app.rectification.pages.orders import LEDGER_WORDS
from app.rectification.pages.outcomes import DONE, action_outcome, outcome_shown
from app.rectification.pages.signable import signable
from app.rectification.pages.views import LedgerView, only_unit, read_view
from app.rectification.pages.votes import file_picked, note_votes
from app.rectification.plans.reads import heads_of
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.columns import CHOSEN
from app.rectification.rules.ledger import ACTION_TABLE, ActionEvent, ActionState, may_be_signed, rules_in
from app.rectification.rules.picks import LONGEST, Pick
from app.rectification.rules.plans import is_after
from app.rectification.rules.transitions import events_allowed
from app.rectification.rules.wording import TOLD_WHY
from app.rectification.signing.service import signature_of
from app.web.desk import AnybodysDesk, Desk, RectificationDesk, Refused, SupervisorDesk, WorkingDesk
from app.web.downloads import ANY_FILE
from app.web.forms import Form
from app.web.pages import see_other

router, public = APIRouter(), APIRouter()
LEDGER_SHEET = Craft("app.rectification.documents.making:ledger_sheet", "ledger.xlsx")
LEDGER_PRINT = Craft("app.rectification.documents.making:ledger_print", "ledger.docx")


@router.get("/rectification/ledger")
def show_ledger(desk: RectificationDesk) -> Response:
    """Show a page of the ledger by the conditions and columns of its address. The order stays the official one."""
    view = read_view(desk.request.query_params)
    found = shown_page(desk, view)
    only = only_unit(desk, view.pick)
    context = {"found": found, "view": view, "only": only, "choices": CHOSEN, "longest": LONGEST}
    context["english"] = english_for(desk, (each.plan.campaign_id for each in found.rows))
    note_votes(desk, found.rows)
    return desk.show("rectification/ledger.html", can=reader_powers(desk.staff.roles), **context, **LEDGER_WORDS)


def shown_page(desk: Desk, view: LedgerView) -> LedgerPage:
    """Return the page of the ledger that an address asks for, with what votes say of its actions."""
    found = ledger_page(desk.session, desk.staff, desk.today, view.pick, view.wish)
    return found.told(lambda rows: with_votes(desk.session, desk.staff, desk.now, rows))


@router.get("/rectification/ledger.xlsx")
def export_ledger(desk: RectificationDesk) -> Response:
    """Send what is picked of the ledger within reach as a workbook that can be edited and brought back."""
    return file_picked(desk, LEDGER_SHEET)


@router.get("/rectification/ledger.docx")
def print_ledger(desk: RectificationDesk) -> Response:
    """Send what is picked of the ledger within reach as a Word table for print."""
    return file_picked(desk, LEDGER_PRINT)


@router.get("/rectification/import")
def import_page(desk: WorkingDesk) -> Response:
    """Show how to bring an edited ledger back."""
    return _import_page(desk)


@router.post("/rectification/import")
def preview_ledger(desk: WorkingDesk, form: Form) -> Response:
    """Show what an edited ledger would change, and the rows that do not match; nothing is saved yet."""

    def look() -> Response:
        known = _known(desk)
        english = english_of_campaigns(desk.session, {each.plan.campaign_id for each in known})
        desk.leave()
        return _preview_page(desk, workbook.preview_upload(desk.acting, known, form.file("workbook"), english))

    return desk.consider(look, lambda refused: _import_page(desk, refused))


@router.post("/rectification/import/confirm")
def import_ledger(desk: WorkingDesk, form: Form) -> Response:
    """Bring in what the preview showed, checked anew: all of it or nothing."""

    def look() -> Response:
        known = _known(desk)
        desk.leave()
        found = workbook.preview_carried(desk.acting, known, form.several("rows[]"))
        if not found.is_whole:
            return _preview_page(desk, found)
        changes = [change for change, _ in found.changes]
        return desk.attempt(
            lambda: workbook.apply_changes(desk.acting, changes),
            lambda updated: _import_page(desk, updated=updated),
        )

    return desk.consider(look, lambda refused: _import_page(desk, refused))


def _known(desk: Desk) -> list[LedgerRow]:
    """Return the ledger within reach, as its workbook shows it."""
    return with_votes(desk.session, desk.staff, desk.now, picked_rows(desk.session, desk.staff, desk.today, Pick()))


def _import_page(desk: Desk, refused: Refused | None = None, *, updated: int | None = None) -> Response:
    return desk.show("rectification/import.html", refused, updated=updated)


def _preview_page(desk: Desk, preview: workbook.Preview) -> Response:
    carried = workbook.carry(preview) if preview.is_whole else []
    words = {"sentences": workbook.PROBLEM_SENTENCES, "note_sentences": NOTE_SENTENCES}
    status = None if preview.is_whole else 422
    english = english_for(desk, (each.plan.campaign_id for _, each in preview.changes))
    shown = {"preview": preview, "carried": carried, "english": english}
    return desk.show("rectification/import_preview.html", status, **shown, **words)


def action_page(desk: Desk, action_id: str, refused: Refused | None = None) -> Response:
    """Show an action, with a refusal where there is one."""
    session, can = desk.session, reader_powers(desk.staff.roles)
    found = ledger_acts.get_action(session, desk.staff, action_id, desk.today)
    (found,) = with_votes(session, desk.staff, desk.now, [found])
    entries = ledger_acts.entries_of(session, action_id)
    last = ledger_acts.last_of_order(session, found)
    mine = BY_THE_UNIT | BY_SUPERVISION if can.supervise else BY_THE_UNIT if can.work else frozenset[ActionEvent]()
    context = {
        "found": found,
        "row": found.row,
        "plan": found.plan,
        "english": english_for(desk, [found.plan.campaign_id]),
        "entries": entries,
        **outcome_shown(action_outcome(desk, found.plan.unit_id, entries)),
        "faulty": faulty(refused),
        "rules": rules_in(found.row.rules_made),
        "signing": signable(
            desk,
            found.plan,
            signature_of(found.row),
            waits=may_be_signed(ActionState(found.row.state)),
            ahead=found.row.state != ActionState.CLOSED_OUT,
        ),
        "last": last,
        "beyond": partial(is_after, last=last),
        "extensions": ledger_acts.extensions_of(session, action_id),
        "files": attachments.files_of(session, action_id),
        "allowed": [event for event in events_allowed(ACTION_TABLE, ActionState(found.row.state)) if event in mine],
    }
    note_votes(desk, [found])
    return desk.show("rectification/action.html", refused, can=can, **context, **LEDGER_WORDS)


@router.get("/rectification/actions/{action_id}")
def show_action(desk: RectificationDesk, action_id: str) -> Response:
    """Show an action with what was reported and decided."""
    return action_page(desk, action_id)


@router.post("/rectification/actions/{action_id}")
def act(desk: WorkingDesk, action_id: str, form: Form) -> Response:
    """Report progress or completion, accept or return, set aside or resume; with a file as proof if there is one."""

    def do() -> str:
        event = form.text("event", 20, label="操作")
        if event not in set(ActionEvent):
            raise DomainError("field_not_a_choice", field="操作")
        due = typed_day(form, "due", "新的完成时限") if form.is_filled("due") else None
        text = form.text("text", 2000, label="情况", needed=False)
        entry = ledger_acts.act(desk.acting, action_id, ActionEvent(event), text, due)
        if (upload := form.upload("file")) is not None:
            attachments.attach(desk.acting, desk.settings.data, (action_id, entry), upload)
        return after(action_id, event)

    return desk.attempt(do, see_other, lambda refused: action_page(desk, action_id, refused))


def after(action_id: str, event: str) -> str:
    """Return the address of an action's page that tells what was done."""
    return f"/rectification/actions/{action_id}?{DONE}={event}"


@router.post("/rectification/actions/{action_id}/rating")
def rate(desk: SupervisorDesk, action_id: str, form: Form) -> Response:
    """Record 群众评价."""
    return desk.attempt(
        lambda: recording.rate(desk.acting, action_id, form.text("public_rating", 200, label="群众评价", needed=False)),
        f"/rectification/actions/{action_id}",
        lambda refused: action_page(desk, action_id, refused),
    )


@router.post("/rectification/actions/{action_id}/rules")
def name_rules(desk: WorkingDesk, action_id: str, form: Form) -> Response:
    """Record the rules that were made."""
    return desk.attempt(
        lambda: recording.name_rules(
            desk.acting, action_id, form.text("rules_made", 2000, label="制度成果", needed=False)
        ),
        after(action_id, RULES_MADE),
        lambda refused: action_page(desk, action_id, refused),
    )


@router.post("/rectification/actions/{action_id}/extension")
def ask_extension(desk: WorkingDesk, action_id: str, form: Form) -> Response:
    """Ask for more time."""

    def do() -> None:
        until = typed_day(form, "until", "延期至")
        ledger_acts.request_extension(
            desk.acting, action_id, until, form.text("reason", 500, label="理由", needed=False)
        )

    then = after(action_id, EXTENSION)
    return desk.attempt(do, then, lambda refused: action_page(desk, action_id, refused))


@router.post("/rectification/actions/{action_id}/extension/{extension_id}")
def decide_extension(desk: SupervisorDesk, action_id: str, extension_id: str, form: Form) -> Response:
    """Grant more time, or not."""

    def do() -> None:
        granted = form.text("decision", 10, label="决定") == "grant"
        ledger_acts.decide(desk.acting, action_id, extension_id, granted=granted)

    then = after(action_id, EXTENSION_DECIDED)
    return desk.attempt(do, then, lambda refused: action_page(desk, action_id, refused))


@router.get("/rectification/actions/{action_id}/files/{file_id}")
def download(desk: RectificationDesk, action_id: str, file_id: str) -> Response:
    """Send an attachment, never to be shown in the browser."""
    ledger_acts.get_action(desk.session, desk.staff, action_id, desk.today)
    name, content = attachments.read(desk.session, desk.settings.data, action_id, file_id)
    return desk.send(lambda: content, ANY_FILE, name)


@public.get("/commitments/{public_id}")
def commitments(desk: AnybodysDesk, public_id: str) -> Response:
    """Show what a unit promised, until when, and what is done; for everybody, without a log-in."""
    plans, rows = heads_of(desk.session, public_id), announced(desk.session, public_id)
    if not rows:
        raise DomainError("plan_unknown")
    campaign = get_campaign(desk.session, plans[0].campaign_id)
    desk.leave()
    code = qr_grid(f"{desk.settings.base_url}/commitments/{public_id}")
    closed = sum(row.state == ActionState.CLOSED_OUT.value for row in rows)
    context = {"plan": plans[0], "rows": rows, "campaign": campaign, "code": code, "closed": closed}
    return desk.show("rectification/commitments.html", **context, told_why=TOLD_WHY, **LEDGER_WORDS)
