"""The key-holders' pages: making and reading back the key, opening the box, and the report to sign."""

from collections.abc import Sequence
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.audit.service import check_chain
from app.box import ceremony, service
from app.box.opening import Attempt, Openings, Progress
from app.box.reads import KeyView, has_receipt, key_of, opening_of
from app.box.scrutiny import OPENED, report
from app.box.seal import receipt_prefix
from app.box.shares import MAX_SHARES, SHARE_WORDS
from app.core.acting import Acting
from app.core.errors import DomainError
from app.rounds.domain import RoundState
from app.rounds.ports import ports_of
from app.rounds.reads import get_round
from app.rounds.service import check_steps, checklist
from app.slips.codes import plain_signs
from app.web.auth import KeySide, Organiser
from app.web.errors import sentence, wants_json
from app.web.forms import Form, PostedForm
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Keys, Now

router = APIRouter()
WORDS_LIMIT = 2_000
OTHERS_LIMIT = 2_000


def _problem(request: Request, db: Db, error: DomainError | None) -> tuple[int, str]:
    if error is None:
        return 200, ""
    db.rollback()
    return sentence(choose_language(request), error.code, error.params)


def _words(form: PostedForm) -> str:
    return form.text("words", WORDS_LIMIT, label="钥匙单上的词")


# ---- The key ----


def _key_page(
    request: Request, staff: KeySide, db: Db, round_id: str, error: DomainError | None = None, at: int = 0
) -> Response:
    status, message = _problem(request, db, error)
    row = get_round(db, round_id)
    posted: PostedForm | None = getattr(request.state, "posted", None) if error else None
    names = posted.several("holder[]") if posted else []
    defaults = service.default_holders(db, staff, row.key_holders)
    context = {
        "round": row,
        "key": key_of(db, round_id),
        "names": (names + defaults[len(names) :])[: row.key_holders],
        "message": message,
        "at": at,
        "typed": posted.as_dict().get("words", "") if posted else "",
        "word_count": SHARE_WORDS,
        "can_make": staff.role == "organiser" and row.state is RoundState.READY,
        "can_check": row.state is RoundState.READY,
    }
    return page(request, "box/key.html", status=status, **context)


@router.get("/rounds/{round_id}/key")
def key_page(request: Request, round_id: str, staff: KeySide, db: Db) -> Response:
    """Show who holds the key and whose slip was read back."""
    return _key_page(request, staff, db, round_id)


@router.post("/rounds/{round_id}/key")
def make_key(  # noqa: PLR0913, PLR0917 - what a printer needs
    request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now, keys: Keys
) -> Response:
    """Make the key and send its key slips, once."""
    try:
        pdf = service.print_key(Acting(db, now, staff), keys, round_id, form.several("holder[]"))
    except DomainError as error:
        if wants_json(request):
            raise
        return _key_page(request, staff, db, round_id, error)
    headers = {"content-disposition": 'attachment; filename="key-slips.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post("/rounds/{round_id}/key/check")
def check_share(request: Request, round_id: str, staff: KeySide, form: Form, db: Db, now: Now) -> Response:
    """Read one key slip back."""
    number = form.integer("number", 1, MAX_SHARES)
    try:
        service.check_share(Acting(db, now, staff), round_id, number, _words(form))
    except DomainError as error:
        return _key_page(request, staff, db, round_id, error, number)
    return see_other(f"/rounds/{round_id}/key#holder-{number}")


# ---- Receipts ----


def _receipt_page(request: Request, db: Db, round_id: str, typed: str = "", *, found: bool | None = None) -> Response:
    return page(request, "box/receipt.html", round=get_round(db, round_id), typed=typed, found=found)


@router.get("/rounds/{round_id}/receipt")
def receipt_page(request: Request, round_id: str, _staff: KeySide, db: Db) -> Response:
    """Ask for a receipt that a voter wants to have looked up."""
    return _receipt_page(request, db, round_id)


@router.post("/rounds/{round_id}/receipt")
def look_up_receipt(request: Request, round_id: str, _staff: KeySide, form: Form, db: Db) -> Response:
    """Say whether the receipt's envelope lies in the box; a post, so that no address holds a receipt."""
    typed = form.text("receipt", 60, label="回执码")
    found = has_receipt(db, round_id, receipt_prefix(plain_signs(typed)))
    return _receipt_page(request, db, round_id, typed, found=found)


# ---- The opening ----


def _openings(request: Request) -> Openings:
    return cast("Openings", request.app.state.openings)


def _candidates(db: Db, key: KeyView | None) -> list[str]:
    holders = [holder.name for holder in key.holders] if key else []
    return list(dict.fromkeys([*holders, *service.staff_names(db)]))


def _opening_page(
    request: Request,
    db: Db,
    round_id: str,
    shares: Sequence[str] = (),
    error: DomainError | None = None,
    typed: str = "",
) -> Response:
    row, key = get_round(db, round_id), key_of(db, round_id)
    progress = _openings(request).progress(round_id) if row.state is RoundState.SEALED else None
    failed = progress.error if progress and progress.phase == "failed" and not shares else None
    status, message = _problem(request, db, error or failed)
    posted: PostedForm | None = getattr(request.state, "posted", None)
    context = {
        "round": row,
        "key": key,
        "table": ceremony.lay_out(db, round_id, shares) if key else None,
        "opening": opening_of(db, round_id),
        "is_opened": row.state in OPENED,
        "progress": progress if progress and progress.is_running else None,
        "steps": checklist(db, row, ports_of(request)),
        "obstacle": _obstacle(request, db, round_id) if row.state is RoundState.SEALED else "",
        "message": message,
        "people": _candidates(db, key),
        "present": posted.several("present[]") if posted else [],
        "others": posted.as_dict().get("others", "") if posted else "",
        "typed": typed,
        "word_count": SHARE_WORDS,
    }
    return page(request, "box/opening.html", status=status if error else 200, **context)


def _obstacle(request: Request, db: Db, round_id: str) -> str:
    problem = ceremony.counts_problem(db, round_id)
    return sentence(choose_language(request), problem.code, problem.params)[1] if problem else ""


@router.get("/rounds/{round_id}/opening")
def opening_page(request: Request, round_id: str, _staff: KeySide, db: Db) -> Response:
    """Show the ceremony around the sealed box, its progress, or that it is over."""
    return _opening_page(request, db, round_id)


@router.post("/rounds/{round_id}/opening/share")
def enter_share(request: Request, round_id: str, _staff: KeySide, form: Form, db: Db) -> Response:
    """Check one more share; the accepted ones travel with the page and are kept nowhere."""
    shares, typed = form.several("share[]")[:MAX_SHARES], form.text("words", WORDS_LIMIT, needed=False)
    try:
        ceremony.sealed_round(db, round_id)
        table = ceremony.add(ceremony.lay_out(db, round_id, shares), _words(form))
    except DomainError as error:
        return _opening_page(request, db, round_id, _still_good(db, round_id, shares), error, typed)
    return _opening_page(request, db, round_id, table.shares)


def _still_good(db: Db, round_id: str, shares: Sequence[str]) -> tuple[str, ...]:
    """Return the shares if they all are what this page sent out, else none."""
    try:
        return ceremony.lay_out(db, round_id, shares).shares
    except DomainError:
        return ()


@router.post("/rounds/{round_id}/opening/start")
def start_opening(request: Request, round_id: str, staff: Organiser, form: Form, db: Db, keys: Keys) -> Response:
    """Unlock the box with the shares on the table and begin to open it."""
    shares = form.several("share[]")[:MAX_SHARES]
    try:
        check_steps(db, ceremony.sealed_round(db, round_id), ports_of(request))
        table = ceremony.lay_out(db, round_id, shares)
        key_holders = [holder.name for holder in table.holders]
        present = ceremony.people(
            [*key_holders, *form.several("present[]")], form.text("others", OTHERS_LIMIT, needed=False)
        )
        key = ceremony.unlock(table, keys, round_id)
    except DomainError as error:
        return _opening_page(request, db, round_id, _still_good(db, round_id, shares), error)
    holders = tuple(holder.number for holder in table.holders)
    _openings(request).start(Attempt(round_id, key, staff, present, holders))
    return see_other(f"/rounds/{round_id}/opening")


@router.get("/rounds/{round_id}/opening/progress")
def opening_progress(request: Request, round_id: str, _staff: KeySide, db: Db) -> Response:
    """Tell the page's script how far the opening is."""
    get_round(db, round_id)
    progress = _openings(request).progress(round_id) or Progress("done")
    return JSONResponse(
        {"running": progress.is_running, "phase": progress.phase, "done": progress.done, "total": progress.total}
    )


# ---- The report ----


@router.get("/rounds/{round_id}/scrutiny")
def scrutiny_page(request: Request, round_id: str, _staff: KeySide, db: Db, now: Now, keys: Keys) -> Response:
    """Show the report that the scrutineers print and sign."""
    found = report(db, keys, ports_of(request).unseen_groups, round_id)
    return page(request, "box/scrutiny.html", report=found, log=check_chain(db), now=now)
