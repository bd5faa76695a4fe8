"""Opinions of a campaign: the list, typing in, Excel in and out, and remarks of a published result. Organisers only."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.reads import get_campaign
from app.core.errors import DomainError
from app.core.lists import wish_of
from app.office.ordering import file_later
from app.office.sheets.notes import NOTE_SENTENCES
from app.office.workshop import Craft
from app.opinions import reads, service
from app.opinions.domain import TEXT_LIMIT, TYPED_SOURCES
from app.opinions.service import NUMBER_LIMIT, TypedOpinion, number_key
from app.opinions.workbook_import import PROBLEM_SENTENCES, Known, Preview, carry, preview_carried, preview_upload
from app.web.choosing import asked_of, looks
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.pages import see_other

router = APIRouter()
NAMES_LIMIT = 500
ISSUES = Craft("app.opinions.workbooks:issues", "issues.xlsx")
TEMPLATE = Craft("app.opinions.workbooks:template", "opinions.xlsx")


def names_of(form: PostedForm) -> list[str]:
    """Return the names to be hidden that were typed along with the opinions; they are kept nowhere."""
    return service.listed_names(form.text("names", NAMES_LIMIT, needed=False, label="要隐去的姓名"))


def _list_page(
    desk: Desk, campaign_id: str, form: PostedForm | None = None, refused: Refused | None = None
) -> Response:
    found = reads.collection(desk.session, campaign_id)
    context = {
        "found": found,
        "campaign": found.campaign,
        "listed": found.searched(wish_of(asked_of(form, desk.request.query_params), reads.PLACES)),
        "sources": TYPED_SOURCES,
        "taken": desk.request.query_params.get("taken", ""),
        "typed": form.as_dict() if form else {},
    }
    return desk.show("opinions/list.html", refused, **context)


@router.get("/campaigns/{campaign_id}/opinions")
def list_opinions(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show what was collected, as far as the reader looks for it, and the form to type in more."""
    return _list_page(desk, campaign_id)


def _typed(form: PostedForm) -> TypedOpinion:
    return TypedOpinion(
        form.text("source", 20, label="来源"),
        form.text("number", NUMBER_LIMIT, label="编号"),
        form.text("unit", 20, needed=False, label="单位"),
        form.text("text", TEXT_LIMIT, label="意见"),
    )


@router.post("/campaigns/{campaign_id}/opinions")
def type_in(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Store one opinion, or show others beside what is typed of it."""
    if looks(form):
        return desk.consider(lambda: _list_page(desk, campaign_id, form), lambda _: _list_page(desk, campaign_id))
    return desk.attempt(
        lambda: service.add_opinions(
            desk.acting, campaign_id, [_typed(form)], service.hiding(desk.session, names_of(form))
        ),
        f"/campaigns/{campaign_id}/opinions",
        lambda refused: _list_page(desk, campaign_id, form, refused),
    )


def _remarks_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    rounds = reads.rounds_with_remarks(desk.reading, desk.now, campaign_id)
    return desk.show("opinions/remarks.html", refused, campaign=campaign, rounds=rounds)


@router.get("/campaigns/{campaign_id}/opinions/remarks")
def remarks_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the rounds whose remarks can be taken over."""
    return _remarks_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/opinions/remarks")
def take_remarks(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Take over the remarks of a published result, masked before they are written."""

    def look() -> Response:
        round_id = form.text("round", 20, label="轮次")
        remarks = service.read_remarks(desk.session, desk.now, campaign_id, round_id, names_of(form))
        desk.leave()
        remarks.mask()
        return desk.attempt(lambda: service.take_remarks(desk.acting, campaign_id, remarks), then)

    def then(count: int) -> Response:
        return see_other(f"/campaigns/{campaign_id}/opinions?taken={count}")

    return desk.consider(look, lambda refused: _remarks_page(desk, campaign_id, refused))


@router.get("/campaigns/{campaign_id}/opinions/issues.xlsx")
def export(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Send the issues with their opinions."""
    get_campaign(desk.session, campaign_id)
    return file_later(desk.request, desk.staff, ISSUES, {"campaign": campaign_id})


def _import_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    return desk.show("opinions/import.html", refused, campaign=get_campaign(desk.session, campaign_id))


@router.get("/campaigns/{campaign_id}/opinions/import")
def import_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show where to upload, and the template."""
    return _import_page(desk, campaign_id)


@router.get("/campaigns/{campaign_id}/opinions/import/template.xlsx")
def template(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Send the template."""
    get_campaign(desk.session, campaign_id)
    return file_later(desk.request, desk.staff, TEMPLATE, {})


def _known(desk: Desk, campaign_id: str, form: PostedForm) -> Known:
    """Return what rows are checked against; the session ends here, before they are read."""
    numbers = reads.known_numbers(desk.session, campaign_id)
    known = Known(
        get_campaign(desk.session, campaign_id),
        frozenset(number_key(*number) for number in numbers),
        service.hiding(desk.session, names_of(form)),
    )
    desk.leave()
    return known


def _preview_page(desk: Desk, known: Known, made: Preview) -> Response:
    carried = carry(known, made) if not made.problems else []
    units = {unit.id: unit.name for unit in known.campaign.units}
    return desk.show(
        "opinions/preview.html",
        422 if made.problems else None,
        preview=made,
        carried=carried,
        units=units,
        campaign=known.campaign,
        sentences=PROBLEM_SENTENCES,
        note_sentences=NOTE_SENTENCES,
    )


@router.post("/campaigns/{campaign_id}/opinions/import")
def preview(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Show what an upload would add, masked, and every bad cell; nothing is saved yet."""

    def look() -> Response:
        known = _known(desk, campaign_id, form)
        return _preview_page(desk, known, preview_upload(known, form.file("workbook")))

    return desk.consider(look, lambda refused: _import_page(desk, campaign_id, refused))


@router.post("/campaigns/{campaign_id}/opinions/import/confirm")
def confirm(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save what the preview showed, checked anew: all of it or nothing."""

    def look() -> Response:
        known = _known(desk, campaign_id, form)
        made = preview_carried(known, form.several("rows[]"))
        if made.problems:
            return _preview_page(desk, known, made)
        if not made.rows:
            raise DomainError("file_missing")
        return desk.attempt(
            lambda: service.add_opinions(desk.acting, campaign_id, made.rows, known.hide),
            f"/campaigns/{campaign_id}/opinions",
        )

    return desk.consider(look, lambda refused: _import_page(desk, campaign_id, refused))
