"""The booth's routes: the document, the answers once more. The others: ``entry``, ``papers``, ``casting``."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.booth import pages, service, wire
from app.booth.domain import Sheet, missing_places
from app.core.errors import DomainError
from app.web import i18n
from app.web.downloads import attachment
from app.web.forms import AnonymousForm, PostedForm, check_form_token
from app.web.requests import Keys, Now, database

router = APIRouter()


def _booth_form(request: Request, form: AnonymousForm) -> PostedForm:
    pages.speak(request, form)
    if not request.state.same_site_proved:
        check_form_token(request, form, "anyone")
    return form


BoothForm = Annotated[PostedForm, Depends(_booth_form)]


@router.post("/v/document")
def show_document(request: Request, form: BoothForm, now: Now) -> Response:
    """Send the document that the round is about, or show its rule, to whoever holds a slip; no mark comes along."""
    code, door = form.text("code", wire.MAX_SHORT, label="票码"), request.app.state.door
    if "rules" in request.query_params:
        sheet = service.open_paper(database(request), door, now, code)
        return pages.rules_page(request, sheet.paper)
    file = service.open_document(database(request), door, now, code)
    return attachment(file.content, file.media_type, file.name)


@router.post("/v/review")
def review(request: Request, form: BoothForm, keys: Keys) -> Response:
    """Seal the answers and show them once more; or the paper, when one is missing or the voter goes back."""
    sheet = _posted_sheet(request, form, keys)
    if form.flag("switch"):
        request.state.language = i18n.LANGUAGES[request.state.language == "zh"]
    if form.flag("switch") or form.flag("back"):
        return pages.filled_paper_page(request, sheet)
    sealed = service.check_and_seal(pages.in_language(request, sheet))
    if isinstance(sealed, DomainError):
        return pages.filled_paper_page(request, replace(sheet, missing=missing_places(sheet)), sealed)
    return pages.review_page(request, sheet, sealed)


def _posted_sheet(request: Request, form: PostedForm, keys: Keys) -> Sheet:
    head = wire.filled_from_form(form)
    fields = None if form.flag("marks") else (lambda name: form.sent(name, wire.MAX_BODY))
    sheet = service.posted_sheet(database(request), head, fields)
    return replace(sheet, large=form.flag("large"), seed=service.order_seed(keys.pepper(), head.code))
