"""The key-holders' pages: making and reading back the key, opening the box, and the report to sign."""

from collections.abc import Sequence
from functools import partial
from typing import cast

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.audit.service import Verified
from app.box import ceremony, holders, jobs, key_making, read_back, service
from app.box.holder_secret import SECRET_BYTES, SECRET_SIGNS, numbers_of, public_half, read_secret, signs_of_secret
from app.box.openings import Openings
from app.box.reads import HolderView, KeyView, holders_of, key_of, opening_of
from app.box.scrutiny import OPENED, report
from app.box.shares import MAX_SHARES
from app.box.word_secret import WORDS
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.office.qr import qr_grid
from app.rounds.allowed import powers
from app.rounds.domain import RoundState
from app.rounds.ports import ports_of
from app.rounds.reads import frozen_paper, get_round
from app.rounds.receipt_reads import root_of
from app.rounds.service import check_steps, checklist
from app.web.desk import Desk, KeyDesk, OrganiserDesk, Refused, typed
from app.web.edge import with_camera
from app.web.forms import Form, PostedForm
from app.web.pages import see_other
from app.web.proof import ProvenForm
from app.web.requests import database
from app.web.said import SENTENCES

router = APIRouter()
WORDS_LIMIT = 2_000
HEX_LIMIT = 200
OTHERS_LIMIT = 2_000


def _words(form: PostedForm) -> str:
    return form.text("words", WORDS_LIMIT, label="钥匙单上的字")


def _bytes(form: PostedForm, name: str) -> bytes:
    """Return what the page's script put into a hidden field as hex digits; empty where no script did."""
    try:
        return bytes.fromhex(form.sent(name, HEX_LIMIT))
    except ValueError:
        raise DomainError("holder_half_bad") from None


def _said_by_script(desk: Desk) -> dict[str, str]:
    """Return the sentences that the page's script needs when it reads a secret itself, with places to fill in."""
    places = {name: f"{{{name}}}" for name in ("position", "have", "name", "sign", "number")}
    whole = {"share_signs": SECRET_SIGNS, "share_length": WORDS}
    return {code: desk.said(DomainError(code, **places, expected=whole.get(code, 0)))[1] for code in _SCRIPT_SAYS}


_SCRIPT_SAYS = (
    *("share_sign_unknown", "share_number_unknown", "share_signs", "share_signs_checksum"),
    *("share_word_unknown", "share_length", "share_checksum"),
    *("share_unknown", "share_of_other", "script_failed"),
)


def _halves(found: Sequence[HolderView]) -> list[dict[str, object]]:
    """Return what the page's script knows holders by."""
    return [
        {"number": holder.number, "name": holder.name, "half": (holder.public_key or b"").hex()} for holder in found
    ]


# ---- The key ----


def _key_page(desk: Desk, round_id: str, refused: Refused | None = None) -> Response:
    db = desk.session
    row, found = get_round(db, round_id), holders_of(db, round_id)
    chosen = refused.form.several("holder[]") if refused else []
    chosen = chosen or [holder.staff_id or "" for holder in found]
    is_ready = row.state is RoundState.READY
    mine = next((holder for holder in found if holder.staff_id == desk.staff.id), None)
    own = mine if is_ready else None
    context = {
        "round": row,
        "key": key_of(db, round_id),
        "holders": found,
        "checked": sum(holder.checked_at is not None for holder in found),
        "own": own,
        "candidates": holders.candidates(db, round_id),
        "chosen": (chosen + [""] * row.key_holders)[: row.key_holders],
        "sign_count": SECRET_SIGNS,
        "can_name": "organiser" in desk.staff.roles and is_ready,
        "is_ready": is_ready,
        "now": desk.now,
        "halves": _halves(found),
        "challenge": read_back.challenge(desk.keys, round_id).hex(),
        "say": _said_by_script(desk),
    }
    response = desk.show("box/key.html", refused, **context)
    return with_camera(response) if own and own.public_key and not own.checked_at else response


@router.get("/rounds/{round_id}/key")
def key_page(desk: KeyDesk, round_id: str) -> Response:
    """Show who holds the key, who has drawn his secret and read it back, and to a holder his own next step."""
    return _key_page(desk, round_id)


@router.post("/rounds/{round_id}/key")
def name_holders(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Say who the key-holders are."""
    return desk.attempt(
        lambda: holders.name_holders(desk.acting, round_id, form.several("holder[]")),
        f"/rounds/{round_id}/key",
        partial(_key_page, desk, round_id),
    )


@router.post("/rounds/{round_id}/key/draw")
def draw_secret(desk: KeyDesk, round_id: str, form: Form) -> Response:
    """Keep the public half that the holder's browser drew; where no script ran, draw here and show it once."""
    half = _bytes(form, "public_key")
    if not half:
        return _draw_here(desk, round_id)
    return desk.attempt(
        lambda: holders.draw(desk.acting, round_id, half),
        lambda _: JSONResponse({"drawn": True}),
        partial(_key_page, desk, round_id),
    )


def _draw_here(desk: Desk, round_id: str) -> Response:
    secret = token_bytes(SECRET_BYTES)

    def draw() -> HolderView:
        holders.draw(desk.acting, round_id, public_half(secret, round_id))
        return holders.own_place(desk.session, desk.staff, round_id)

    def show(own: HolderView) -> Response:
        signs = signs_of_secret(secret)
        numbers = numbers_of(signs)
        context = {"round": get_round(desk.session, round_id), "own": own, "now": desk.now, "numbers": numbers}
        code = qr_grid("".join(numbers))
        return desk.show("box/drawn.html", signs=signs.replace(" ", ""), code=code, **context)

    return desk.attempt(draw, show, partial(_key_page, desk, round_id))


@router.post("/rounds/{round_id}/key/check")
def check_words(desk: KeyDesk, round_id: str, form: Form) -> Response:
    """Read the holder's own secret back, by his browser's proof or as it is typed; after the last make the key."""

    def check() -> None:
        if proof := _bytes(form, "proof"):
            half = read_back.proven(holders.own_place(desk.session, desk.staff, round_id), desk.keys, round_id, proof)
        else:
            half = public_half(read_secret(_words(form)), round_id)
        holders.read_back(desk.acting, round_id, half)

    return desk.attempt(
        check,
        lambda _: _make_key(desk, round_id),
        partial(_key_page, desk, round_id),
    )


@router.post("/rounds/{round_id}/key/make")
def make_key(desk: KeyDesk, round_id: str, _form: Form) -> Response:
    """Make the key, where that was interrupted after the last holder had read back."""
    return _make_key(desk, round_id)


def _make_key(desk: Desk, round_id: str) -> Response:
    """Make the key if all have read back: in a child of its own, outside of any transaction."""
    order = key_making.order_for(desk.session, desk.keys, round_id)
    desk.leave()
    if order is None:
        return see_other(f"/rounds/{round_id}/key")
    key = key_making.new_key_elsewhere(order)
    return desk.attempt(lambda: key_making.keep(desk.acting, order, key), f"/rounds/{round_id}/key")


# ---- The opening ----


def _openings(desk: Desk) -> Openings:
    return cast("Openings", desk.request.app.state.openings)


def _candidates(desk: Desk, round_id: str, key: KeyView | None) -> list[str]:
    holders = [holder.name for holder in key.holders] if key else []
    return list(dict.fromkeys([*holders, *service.staff_names(desk.session, round_id)]))


def _opening_page(desk: Desk, round_id: str, refused: Refused | None = None, done: str = "") -> Response:
    db = desk.session
    row, key = get_round(db, round_id), key_of(db, round_id)
    job = jobs.job_of(db, round_id, desk.now) if row.state is RoundState.SEALED else None
    message = {"message": desk.said(job.error)[1]} if job and job.error and not refused else {}
    if done:
        message["done"] = SENTENCES[done]
    context = {
        "round": row,
        "paper": frozen_paper(db, round_id)[0] if row.paper_hash else None,
        "key": key,
        "job": job,
        "missing": key.needed - len(job.checked) if key and job else 0,
        "opening": opening_of(db, round_id),
        "root": root_of(db, round_id),
        "can": powers(desk.staff.roles, row.state, is_rehearsal=row.is_rehearsal),
        "is_opened": row.state in OPENED,
        "steps": checklist(db, row, ports_of(desk.request)),
        "obstacle": _obstacle(desk, round_id) if row.state is RoundState.SEALED else "",
        "people": _candidates(desk, round_id, key),
        "present": desk.posted.several("present[]") if desk.posted else [],
        "others": desk.posted.as_dict().get("others", "") if desk.posted else "",
        "typed": typed(refused).get("words", ""),
        "sign_count": SECRET_SIGNS,
        "halves": _halves(key.holders) if key else [],
        "say": _said_by_script(desk),
    }
    response = desk.show("box/opening.html", refused, **context, **message)
    return with_camera(response) if job and job.is_waiting else response


def _obstacle(desk: Desk, round_id: str) -> str:
    problem = ceremony.counts_problem(desk.session, round_id)
    return desk.said(problem)[1] if problem else ""


@router.get("/rounds/{round_id}/opening")
def opening_page(desk: KeyDesk, round_id: str) -> Response:
    """Show the ceremony around the sealed box, its progress, or that it is over."""
    return _opening_page(desk, round_id)


@router.post("/rounds/{round_id}/opening/begin")
def begin_opening(desk: OrganiserDesk, round_id: str, _form: ProvenForm) -> Response:
    """Start the process that will open the box; it waits for shares."""

    def begin() -> str | None:
        check_steps(desk.session, ceremony.sealed_round(desk.session, round_id), ports_of(desk.request))
        return jobs.start_over(desk.acting, round_id)

    def start(job_id: str | None) -> Response:
        if job_id:
            _openings(desk).start(round_id, job_id)
        return see_other(f"/rounds/{round_id}/opening")

    return desk.attempt(begin, start, partial(_opening_page, desk, round_id))


@router.post("/rounds/{round_id}/opening/share")
def enter_share(desk: KeyDesk, round_id: str, form: Form) -> Response:
    """Leave one more secret for the opening process: as the browser sealed it, or sealed here where no script ran."""

    def give() -> None:
        if sealed := _bytes(form, "sealed"):
            jobs.give_sealed(desk.acting, round_id, form.sent_number("number", 1, MAX_SHARES), sealed)
        else:
            jobs.give_share(desk.acting, round_id, _words(form))

    return desk.attempt(
        give,
        lambda _: _opening_page(desk, round_id, done="/rounds/{round_id}/opening/share"),
        partial(_opening_page, desk, round_id),
    )


@router.post("/rounds/{round_id}/opening/start")
def start_opening(desk: OrganiserDesk, round_id: str, form: ProvenForm) -> Response:
    """Give the word: the process opens the box with the shares that it has."""

    def give_word() -> None:
        check_steps(desk.session, ceremony.sealed_round(desk.session, round_id), ports_of(desk.request))
        named = [*jobs.holders_given(desk.session, round_id, desk.now), *form.several("present[]")]
        present = ceremony.people(named, form.text("others", OTHERS_LIMIT, label="其他到场人员", needed=False))
        jobs.give_word(desk.acting, round_id, present)

    return desk.attempt(give_word, f"/rounds/{round_id}/opening", partial(_opening_page, desk, round_id))


@router.get("/rounds/{round_id}/opening/progress")
def opening_progress(desk: KeyDesk, round_id: str) -> Response:
    """Tell the page's script how far the opening is, on whatever node it runs."""
    get_round(desk.session, round_id)
    job = jobs.job_of(desk.session, round_id, desk.now) or jobs.JobView("", jobs.DONE)
    given = dict.fromkeys(job.refused, "refused") | dict.fromkeys(job.given - job.checked, "given")
    holding = given | dict.fromkeys(job.checked, "checked")
    told = {"running": job.is_busy, "phase": job.phase, "done": job.done, "total": job.total, "holders": holding}
    return desk.answer(lambda: JSONResponse(told))


# ---- The minutes ----


@router.get("/rounds/{round_id}/closing")
def closing_page(desk: KeyDesk, round_id: str) -> Response:
    """Show the record of the close, to be printed and signed before any key is brought."""
    row, (paper, digest) = get_round(desk.session, round_id), frozen_paper(desk.session, round_id)
    root = ceremony.announced_root(desk.session, round_id)
    context = {"round": row, "paper": paper, "digest": digest, "root": root, "now": desk.now}
    return desk.show("box/closing.html", **context)


@router.get("/rounds/{round_id}/scrutiny")
def scrutiny_page(desk: KeyDesk, round_id: str) -> Response:
    """Show the report that the scrutineers print and sign."""
    found = report(desk.session, desk.keys, ports_of(desk.request).unseen_groups, round_id)
    desk.leave()
    verified = cast("Verified", desk.request.app.state.audit_verified)
    return desk.show(
        "box/scrutiny.html", report=found, paper=found.paper, log=verified.check(database(desk.request)), now=desk.now
    )
