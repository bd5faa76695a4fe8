"""The page on which staff look up a voter's receipt in a round's box."""

from fastapi import APIRouter
from starlette.responses import Response

from app.box.reads import has_receipt
from app.box.seal import receipt_prefix
from app.rounds.reads import get_round
from app.slips.codes import plain_signs
from app.web.desk import Desk, KeyDesk
from app.web.forms import Form

router = APIRouter()


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
