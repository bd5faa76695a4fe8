"""The key-holders' pages: making and reading back the key, opening the box, and the report to sign."""

from collections.abc import Sequence
from typing import cast

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.audit.service import check_chain
from app.box import ceremony, service
from app.box.opening import Attempt, Openings, Progress
from app.box.reads import KeyView, has_receipt, key_of, opening_of
from app.box.scrutiny import OPENED, report
from app.box.seal import receipt_prefix
from app.box.shares import MAX_SHARES, SHARE_WORDS
from app.rounds.domain import RoundState
from app.rounds.ports import ports_of
from app.rounds.reads import get_round
from app.rounds.service import check_steps, checklist
from app.slips.codes import plain_signs
from app.web.desk import Desk, KeyDesk, OrganiserDesk, Refused, typed
from app.web.downloads import PDF
from app.web.forms import Form, PostedForm
from app.web.pages import see_other

router = APIRouter()
WORDS_LIMIT = 2_000
OTHERS_LIMIT = 2_000


def _words(form: PostedForm) -> str:
    return form.text("words", WORDS_LIMIT, label="钥匙单上的词")


# ---- The key ----


def _key_page(desk: Desk, round_id: str, refused: Refused | None = None, at: int = 0) -> Response:
    row = get_round(desk.session, round_id)
    names = refused.form.several("holder[]") if refused else []
    defaults = service.default_holders(desk.session, desk.staff, row.key_holders)
    context = {
        "round": row,
        "key": key_of(desk.session, round_id),
        "names": (names + defaults[len(names) :])[: row.key_holders],
        "at": at,
        "typed": typed(refused).get("words", ""),
        "word_count": SHARE_WORDS,
        "can_make": desk.staff.role == "organiser" and row.state is RoundState.READY,
        "can_check": row.state is RoundState.READY,
    }
    return desk.show("box/key.html", refused, **context)


@router.get("/rounds/{round_id}/key")
def key_page(desk: KeyDesk, round_id: str) -> Response:
    """Show who holds the key and whose slip was read back."""
    return _key_page(desk, round_id)


@router.post("/rounds/{round_id}/key")
def make_key(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Make the key and send its key slips, once."""
    return desk.attempt(
        lambda: service.print_key(desk.acting, desk.keys, round_id, form.several("holder[]")),
        lambda typeset: desk.send(typeset, PDF, "key-slips.pdf", "key-slips.pdf"),
        lambda refused: _key_page(desk, round_id, refused),
    )


@router.post("/rounds/{round_id}/key/check")
def check_share(desk: KeyDesk, round_id: str, form: Form) -> Response:
    """Read one key slip back."""
    number = form.integer("number", 1, MAX_SHARES)
    return desk.attempt(
        lambda: service.check_share(desk.acting, round_id, number, _words(form)),
        f"/rounds/{round_id}/key#holder-{number}",
        lambda refused: _key_page(desk, round_id, refused, number),
    )


# ---- Receipts ----


def _receipt_page(desk: Desk, round_id: str, receipt: str = "", *, found: bool | None = None) -> Response:
    row = get_round(desk.session, round_id)
    return desk.show("box/receipt.html", round=row, typed=receipt, found=found)


@router.get("/rounds/{round_id}/receipt")
def receipt_page(desk: KeyDesk, round_id: str) -> Response:
    """Ask for a receipt that a voter wants to have looked up."""
    return _receipt_page(desk, round_id)


@router.post("/rounds/{round_id}/receipt")
def look_up_receipt(desk: KeyDesk, round_id: str, form: Form) -> Response:
    """Say whether the receipt's envelope lies in the box; a post, so that no address holds a receipt."""
    receipt = form.text("receipt", 60, label="回执码")
    found = has_receipt(desk.session, round_id, receipt_prefix(plain_signs(receipt)))
    return _receipt_page(desk, round_id, receipt, found=found)


# ---- The opening ----


def _openings(desk: Desk) -> Openings:
    return cast("Openings", desk.request.app.state.openings)


def _candidates(desk: Desk, key: KeyView | None) -> list[str]:
    holders = [holder.name for holder in key.holders] if key else []
    return list(dict.fromkeys([*holders, *service.staff_names(desk.session)]))


def _opening_page(desk: Desk, round_id: str, shares: Sequence[str] = (), refused: Refused | None = None) -> Response:
    db = desk.session
    row, key = get_round(db, round_id), key_of(db, round_id)
    sealed = row.state is RoundState.SEALED
    progress = _openings(desk).progress(round_id) if sealed else None
    failed = progress.error if progress and progress.phase == "failed" and not shares else None
    message = {"message": desk.said(failed)[1]} if failed and not refused else {}
    context = {
        "round": row,
        "key": key,
        "table": ceremony.lay_out(db, round_id, shares) if key else None,
        "opening": opening_of(db, round_id),
        "is_opened": row.state in OPENED,
        "progress": progress if progress and progress.is_running else None,
        "steps": checklist(db, row, ports_of(desk.request)),
        "obstacle": _obstacle(desk, round_id) if sealed else "",
        "people": _candidates(desk, key),
        "present": desk.posted.several("present[]") if desk.posted else [],
        "others": desk.posted.as_dict().get("others", "") if desk.posted else "",
        "typed": typed(refused).get("words", ""),
        "word_count": SHARE_WORDS,
    }
    return desk.show("box/opening.html", refused, **context, **message)


def _obstacle(desk: Desk, round_id: str) -> str:
    problem = ceremony.counts_problem(desk.session, round_id)
    return desk.said(problem)[1] if problem else ""


@router.get("/rounds/{round_id}/opening")
def opening_page(desk: KeyDesk, round_id: str) -> Response:
    """Show the ceremony around the sealed box, its progress, or that it is over."""
    return _opening_page(desk, round_id)


@router.post("/rounds/{round_id}/opening/share")
def enter_share(desk: KeyDesk, round_id: str, form: Form) -> Response:
    """Check one more share; the accepted ones travel with the page and are kept nowhere."""
    shares = form.several("share[]")[:MAX_SHARES]

    def look() -> Response:
        ceremony.sealed_round(desk.session, round_id)
        table = ceremony.add(ceremony.lay_out(desk.session, round_id, shares), _words(form))
        return _opening_page(desk, round_id, table.shares)

    return desk.consider(
        look,
        lambda refused: _opening_page(desk, round_id, ceremony.still_good(desk.session, round_id, shares), refused),
    )


def _still_at_table(desk: Desk, round_id: str, shares: Sequence[str], refused: Refused) -> Response:
    good = ceremony.still_good(desk.session, round_id, shares)
    return _opening_page(desk, round_id, good, refused)


@router.post("/rounds/{round_id}/opening/start")
def start_opening(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Unlock the box with the shares on the table and begin to open it."""
    shares = form.several("share[]")[:MAX_SHARES]

    def look() -> Response:
        _openings(desk).start(_unlocked(desk, round_id, shares, form))
        return see_other(f"/rounds/{round_id}/opening")

    return desk.consider(
        look,
        lambda refused: _opening_page(desk, round_id, ceremony.still_good(desk.session, round_id, shares), refused),
    )


def _unlocked(desk: Desk, round_id: str, shares: Sequence[str], form: PostedForm) -> Attempt:
    check_steps(desk.session, ceremony.sealed_round(desk.session, round_id), ports_of(desk.request))
    table = ceremony.lay_out(desk.session, round_id, shares)
    desk.leave()
    holders = [holder.name for holder in table.holders]
    others = form.text("others", OTHERS_LIMIT, needed=False)
    present = ceremony.people([*holders, *form.several("present[]")], others)
    key = ceremony.unlock(table, desk.keys, round_id)
    return Attempt(round_id, key, desk.staff, present, tuple(holder.number for holder in table.holders))


@router.get("/rounds/{round_id}/opening/progress")
def opening_progress(desk: KeyDesk, round_id: str) -> Response:
    """Tell the page's script how far the opening is."""
    get_round(desk.session, round_id)
    progress = _openings(desk).progress(round_id) or Progress("done")
    told = {"running": progress.is_running, "phase": progress.phase, "done": progress.done, "total": progress.total}
    return desk.answer(lambda: JSONResponse(told))


# ---- The report ----


@router.get("/rounds/{round_id}/scrutiny")
def scrutiny_page(desk: KeyDesk, round_id: str) -> Response:
    """Show the report that the scrutineers print and sign."""
    found = report(desk.session, desk.keys, ports_of(desk.request).unseen_groups, round_id)
    return desk.show("box/scrutiny.html", report=found, log=check_chain(desk.session), now=desk.now)
