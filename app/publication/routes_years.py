"""Pages of what was rated through the rounds of several campaigns: all of a campaign at a glance, and one object."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from app.core.lists import cut, wish_of
from app.publication import reads, years
from app.publication.read_log import note_reads
from app.publication.reads import PublishedLine
from app.publication.spoken import in_language
from app.publication.trends import absent
from app.publication.years import Years
from app.web.desk import Desk, ResultDesk
from app.web.i18n import choose_language

router = APIRouter()
PATH = "/results/campaigns/{campaign_id}/years"


def _years(desk: Desk, campaign_id: str, unit_id: str = "") -> tuple[Sequence[Years], Sequence[PublishedLine]]:
    """Return what a campaign rated, or one unit of it, through all rounds, with the damaged ones.

    Without any, an error as ``absent``: ids are those of the campaign's own rounds.
    """
    viewer = reads.viewer_of(desk.session, desk.staff)
    columns, damaged = years.columns_of(desk.reading, viewer, desk.now, campaign_id)
    found = years.years_of(desk.reading, columns, campaign_id, unit_id)
    if not found:
        raise absent((line for line in damaged if line.round.campaign_id == campaign_id), unit_id)
    note_reads(desk, desk.staff, [(column.line.round.id, "trend") for column in columns])
    language = choose_language(desk.request)
    if language != "en":
        return found, damaged
    desk.leave()
    shown = {row.column.line.round.id: row.column for each in found for row in each.rows}
    told = {
        round_id: replace(column, result=in_language(language, column.result, column.paper))
        for round_id, column in shown.items()
    }
    return [years.retold(each, told) for each in found], damaged


@router.get(PATH)
def years_page(desk: ResultDesk, campaign_id: str) -> Response:
    """Show what a campaign rated, in official order, each with its rounds in all campaigns, as it is looked for."""
    (every, damaged), wish = _years(desk, campaign_id), wish_of(desk.request.query_params)
    found = cut([each for each in every if wish.fits(each.name)], wish)
    return desk.show("publication/years.html", found=found, campaign=every[0], damaged=damaged)


@router.get(PATH + "/{unit_id}")
def unit_years_page(desk: ResultDesk, campaign_id: str, unit_id: str) -> Response:
    """Show one object through the rounds of all campaigns."""
    [found], damaged = _years(desk, campaign_id, unit_id)
    return desk.show("publication/years_of_unit.html", found=found, damaged=damaged)
