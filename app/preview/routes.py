"""The phone form of a round as it is set up, for each voter group, before the freeze and after it."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from app.booth.domain import Sheet
from app.booth.pages import preview_page
from app.preview.sheets import sample_sheet
from app.rounds import reads
from app.rounds.reads import RoundView
from app.rounds.service import draft_paper
from app.web.desk import Desk, KeyDesk
from app.web.edge import framing
from app.web.i18n import LANGUAGES, choose_language

router = APIRouter()


def languages(desk: Desk) -> tuple[str, str]:
    """Return the language that a preview is asked for in, and the other one."""
    asked = desk.request.query_params.get("lang")
    chosen = asked if asked in LANGUAGES else choose_language(desk.request)
    return chosen, LANGUAGES[chosen == "zh"]


def _sheet(desk: Desk, row: RoundView) -> Sheet:
    frozen = row.paper_hash is not None
    paper = reads.frozen_paper(desk.session, row.id)[0] if frozen else draft_paper(desk.session, row)
    return sample_sheet(paper, desk.request.query_params.get("group", ""))


def _form_address(round_id: str, group_id: str, language: str) -> str:
    return f"/rounds/{round_id}/phone/form?{urlencode({'group': group_id, 'lang': language})}"


@router.get("/rounds/{round_id}/phone")
def phone_page(desk: KeyDesk, round_id: str) -> Response:
    """Show what a voter of a group will see, with the choice of the group."""
    row = reads.get_round(desk.session, round_id)
    sheet = _sheet(desk, row)
    address = _form_address(round_id, sheet.group_id, choose_language(desk.request))
    shown = {"round": row, "paper": sheet.paper, "chosen": sheet.group_id, "address": address}
    return framing(desk.show("preview/round.html", **shown))


@router.get("/rounds/{round_id}/phone/form")
def phone_form(desk: KeyDesk, round_id: str) -> Response:
    """Show the form itself, as the phone shows it; nothing can be cast on it."""
    sheet = _sheet(desk, reads.get_round(desk.session, round_id))
    language, other = languages(desk)
    address = _form_address(round_id, sheet.group_id, other)
    return desk.answer(lambda: preview_page(desk.request, sheet, language, address))
