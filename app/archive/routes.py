"""The page on which a published round is packed up and put away."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from app.archive import service
from app.archive.domain import ARCHIVED, KEPT, WIPED, wiped_words
from app.audit.service import last_at, last_detail
from app.campaigns.reads import get_campaign
from app.core.errors import DomainError
from app.office.ordering import file_later
from app.office.workshop import Craft
from app.publication.reads import READABLE
from app.rounds.allowed import powers
from app.rounds.archive_day import archive_by
from app.rounds.ports import ports_of
from app.rounds.reads import get_round
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form
from app.web.proof import ProvenForm
from app.web.requests import database

router = APIRouter()
PACKAGE = Craft("app.archive.making:package", "archive.zip", seconds=300)


def _page(desk: Desk, round_id: str, refused: Refused | None = None) -> Response:
    db, row = desk.session, get_round(desk.session, round_id)
    if row.state not in READABLE:
        raise DomainError("round_wrong_state")
    context = {
        "round": row,
        "campaign": get_campaign(db, row.campaign_id),
        "can": powers(desk.staff.roles, row.state, is_rehearsal=row.is_rehearsal),
        "packaged": service.is_packaged(desk.acting, round_id),
        "wipes": list(WIPED.values()),
        "keeps": KEPT,
        "log_days": desk.settings.log_days,
        "archive_by": archive_by(row.counted_at, desk.settings.archive_days),
        "archived_at": last_at(db, ARCHIVED, round_id),
        "wiped": wiped_words(last_detail(db, ARCHIVED, round_id)),
    }
    return desk.show("archive/show.html", refused, **context)


@router.get("/rounds/{round_id}/archive")
def archive_page(desk: OrganiserDesk, round_id: str) -> Response:
    """Say what a package holds and for whom it is, what archiving wipes and keeps, and afterwards what it wiped."""
    return _page(desk, round_id)


@router.post("/rounds/{round_id}/package")
def make_package(desk: OrganiserDesk, round_id: str, _form: Form) -> Response:
    """Have the workshop make the package; once it is made that is noted."""

    def later(version: int) -> Response:
        told = {"round": round_id, "version": version}
        noted = partial(service.note_made, database(desk.request), desk.now, desk.staff, (round_id, version))
        return file_later(desk.request, desk.staff, PACKAGE, told, noted)

    return desk.attempt(
        lambda: service.version_to_pack(desk.session, desk.now, round_id),
        later,
        lambda refused: _page(desk, round_id, refused),
    )


@router.post("/rounds/{round_id}/archive")
def archive(desk: OrganiserDesk, round_id: str, _form: ProvenForm) -> Response:
    """Put the round away and wipe what the rule says."""
    ports = ports_of(desk.request)
    return desk.attempt(
        lambda: service.archive(desk.acting, desk.keys, ports, round_id),
        f"/rounds/{round_id}/archive",
        lambda refused: _page(desk, round_id, refused),
    )
