"""The ledger of releases and who read the result, both looked through; and withdrawing a release."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.people import all_names
from app.core.errors import DomainError
from app.core.lists import ANYTHING, Listed, Wish, cut, wishes_of
from app.publication import reads, service
from app.publication.domain import Release
from app.publication.models import ResultRead
from app.publication.read_log import reads_of
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper, get_round
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.proof import ProvenForm

router = APIRouter()
REASON = "理由"
ACTIVE, EXPIRED, WITHDRAWN = "active", "expired", "withdrawn"
"""States of releases by which the ledger is looked through."""


def _state(release: Release, now: datetime) -> str:
    if release.withdrawn_at is not None:
        return WITHDRAWN
    return ACTIVE if release.is_active(now) else EXPIRED


def _listed(desk: Desk, ledger: Sequence[Release], names: Mapping[str, str], wish: Wish) -> Listed[Release]:
    """Return a page of the ledger, the last release first, looked for by unit, reader, person and reason."""

    def texts(one: Release) -> list[str]:
        told = [names.get(named, "") for named in (*(one.unit_ids or ()), *(one.reader_ids or ()))]
        return [*told, one.released_by, one.withdrawn_by, one.withdrawn_reason]

    found = [one for one in reversed(ledger) if wish.state in {"", _state(one, desk.now)} and wish.fits(*texts(one))]
    return cut(found, wish)


def _reads(desk: Desk, round_id: str, wish: Wish) -> Listed[ResultRead]:
    """Return a page of who read the result, looked for by name."""
    return cut([each for each in reads_of(desk.session, round_id) if wish.fits(each.staff_name)], wish)


def _show(
    desk: Desk, round_id: str, page: str, paper: Paper, staff_names: Mapping[str, str],
    refused: Refused | None = None, **context: object,
) -> Response:  # fmt: skip
    """Show a page with lines of the ledger, and what it says of them."""
    versions, row = reads.versions_of(desk.session, round_id), get_round(desk.session, round_id)
    known = {"round": row, "paper": paper, "versions": versions, "staff_names": staff_names, "now": desk.now}
    return desk.show(f"publication/{page}.html", refused, **known, **context)


@router.get("/rounds/{round_id}/releases")
def releases_page(desk: OrganiserDesk, round_id: str) -> Response:
    """Show all releases and who read the result, as they are looked for; no figure is on this page."""
    wishes = wishes_of(desk.request.query_params, ledger={ACTIVE, EXPIRED, WITHDRAWN}, reads=())
    (paper, _), staff_names = frozen_paper(desk.session, round_id), all_names(desk.session)
    names = {**staff_names, **{unit.id: unit.name for unit in paper.units}}
    listed = _listed(desk, reads.ledger_of(desk.session, round_id), names, wishes["ledger"])
    found = _reads(desk, round_id, wishes["reads"])
    return _show(desk, round_id, "releases", paper, staff_names, listed=listed, reads=found)


def _withdraw_page(desk: Desk, round_id: str, release_id: str, refused: Refused | None = None) -> Response:
    found = [one for one in reads.ledger_of(desk.session, round_id) if one.id == release_id]
    if not found:
        raise DomainError("release_unknown")
    (paper, _), staff_names = frozen_paper(desk.session, round_id), all_names(desk.session)
    return _show(desk, round_id, "withdraw", paper, staff_names, refused, listed=cut(found, ANYTHING))


@router.get("/rounds/{round_id}/releases/{release_id}/withdraw")
def withdraw_page(desk: OrganiserDesk, round_id: str, release_id: str) -> Response:
    """Show a release, and ask why it is withdrawn."""
    return _withdraw_page(desk, round_id, release_id)


@router.post("/rounds/{round_id}/releases/{release_id}/withdraw")
def withdraw(desk: OrganiserDesk, round_id: str, release_id: str, form: ProvenForm) -> Response:
    """Withdraw a release, with a reason, and lead back to the ledger."""

    def act() -> None:
        service.withdraw(desk.acting, round_id, release_id, form.text("reason", 200, label=REASON))

    return desk.attempt(
        act, f"/rounds/{round_id}/publish#ledger", lambda refused: _withdraw_page(desk, round_id, release_id, refused)
    )
