"""What anybody may open once a round is closed: its receipts, the signed file, and the program that checks both."""

from functools import cache, partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.box.seal import receipt_text
from app.core.errors import DomainError
from app.receipts.domain import parse_receipt
from app.receipts.listing import Found, Listing, listing_of
from app.slips.codes import plain_signs
from app.web.desk import AnybodysDesk, OpenDesk, Refused
from app.web.downloads import JSON, attachment
from app.web.forms import AnonymousForm, PostedForm, check_form_token

router = APIRouter()
PYTHON = "text/x-python"
PROGRAM = Path(__file__).parents[1] / "operations" / "verify.py"
MOST_TYPED = 60


def _public_form(request: Request, form: AnonymousForm) -> PostedForm:
    if not request.state.same_site_proved:
        check_form_token(request, form, "anyone")
    return form


PublicForm = Annotated[PostedForm, Depends(_public_form)]


def _page(desk: OpenDesk, listing: Listing, outcome: Refused | Found | None = None, number: int = 1) -> Response:
    at = min(max(number, 1), listing.pages)
    found = outcome if isinstance(outcome, Found) else None
    context = {
        "listing": listing,
        "number": at,
        "shown": [receipt_text(receipt) for receipt in listing.page(at)],
        "found": found,
        "own": receipt_text(found.receipt) if found else "",
        "asked": desk.posted.as_dict().get("receipt", "") if desk.posted else "",
    }
    return desk.show("receipts/list.html", outcome if isinstance(outcome, Refused) else None, **context)


@router.get("/receipts/{round_id}")
def receipts(desk: AnybodysDesk, round_id: str, page_number: int = 1) -> Response:
    """Show the receipts of a closed round, sorted, and where one's own can be looked up."""
    return _page(desk, listing_of(desk.session, round_id), number=page_number)


@router.post("/receipts/{round_id}")
def look_up(desk: AnybodysDesk, round_id: str, form: PublicForm) -> Response:
    """Look a receipt up and show its way to the root; a post, so that no address holds a receipt."""
    listing = listing_of(desk.session, round_id)
    typed = form.text("receipt", MOST_TYPED, label="回执码")
    show = partial(_page, desk, listing)
    return desk.consider(lambda: show(_found(listing, typed)), show)


def _found(listing: Listing, typed: str) -> Found:
    found = listing.find(parse_receipt(plain_signs(typed)))
    if found is None:
        raise DomainError("receipt_not_listed")
    return found


@router.get("/receipts/{round_id}/receipts.json")
def download(desk: AnybodysDesk, round_id: str) -> Response:
    """Send the signed list, to be checked without this service."""
    listing, seed = listing_of(desk.session, round_id), desk.keys.signing_key()
    return desk.answer(lambda: attachment(listing.file(seed), JSON, _name(listing), "receipts.json"))


def _name(listing: Listing) -> str:
    return f"{listing.paper.title}回执名单.json"


@router.get("/verify/verify.py")
def program() -> Response:
    """Send the program that checks lists and results on any computer."""
    return attachment(_program(), PYTHON, "verify.py", "verify.py")


@cache
def _program() -> bytes:
    return PROGRAM.read_bytes()
