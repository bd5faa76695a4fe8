"""Pages of a campaign for leaders: all rounds at a glance, one unit through the rounds, two rounds side by side."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from app.office.workshop import Craft
from app.publication import reads, trends, years
from app.publication.read_log import note_reads
from app.publication.routes_charts import picture
from app.publication.spoken import english_on, in_language
from app.publication.trends import Column, Trends, absent
from app.web.desk import Desk, ResultDesk
from app.web.i18n import choose_language

router = APIRouter()
PATH = "/results/campaigns/{campaign_id}"
COMPARISON = Craft("app.publication.making:comparison", seconds=60)


def _stored(desk: Desk, campaign_id: str, unit_id: str = "") -> Trends:
    viewer = reads.viewer_of(desk.session, desk.staff)
    return trends.trends(desk.reading, viewer, desk.now, campaign_id, unit_id)


def _told(desk: Desk, found: Trends) -> Trends:
    """Return the rounds as their reader is shown them on a page."""
    language = choose_language(desk.request)
    if language != "en":
        return found
    desk.leave()
    columns = tuple(replace(each, result=in_language(language, each.result, each.paper)) for each in found.columns)
    return trends.retold(found, columns)


def _english(found: Trends) -> Mapping[str, str]:
    """Return the English of names of campaign and rounds."""
    return english_on([column.line for column in found.columns])


def _note(desk: Desk, *columns: Column) -> None:
    note_reads(desk, desk.staff, [(column.line.round.id, "trend") for column in columns])


@router.get(PATH)
def overview(desk: ResultDesk, campaign_id: str) -> Response:
    """Show all units of a campaign, in official order, through its rounds."""
    viewer = reads.viewer_of(desk.session, desk.staff)
    more = years.has_years(desk.session, viewer, desk.now, campaign_id)
    found = _told(desk, _stored(desk, campaign_id))
    _note(desk, *found.columns)
    return desk.show("publication/overview.html", found=found, has_years=more, english=_english(found))


@router.get(PATH + "/units/{unit_id}")
def history(desk: ResultDesk, campaign_id: str, unit_id: str) -> Response:
    """Show one unit through the rounds, item by item."""
    found = _told(desk, _stored(desk, campaign_id, unit_id))
    unit = found.unit(unit_id)
    if unit is None:
        raise absent(found.damaged, unit_id)
    _note(desk, *found.columns)
    rated = [pair for pair in zip(found.columns, unit.cells, strict=True) if pair[1] is not None]
    return desk.show("publication/history.html", found=found, unit=unit, rated=rated, english=_english(found))


@router.get(PATH + "/compare")
def compare(desk: ResultDesk, campaign_id: str, before: str = "", after: str = "") -> Response:
    """Show two rounds side by side; without a choice the last two."""
    found = _stored(desk, campaign_id)
    rounds = [column.line.round.id for column in found.columns]
    pair = trends.pair_of(found, before or rounds[max(0, len(rounds) - 2)], after or rounds[-1])
    _note(desk, pair.before, pair.after)
    told = _told(desk, found)
    context = {"found": told, "pair": trends.pair_retold(pair, told.columns), "english": _english(told)}
    return desk.show("publication/compare.html", **context)


@router.get(PATH + "/compare.svg")
def compare_chart(desk: ResultDesk, campaign_id: str, before: str, after: str) -> Response:
    """Draw two rounds side by side."""
    pair = trends.pair_of(_stored(desk, campaign_id), before, after)
    _note(desk, pair.before, pair.after)
    told: dict[str, object] = {"campaign": campaign_id, "before": pair.before.cut, "after": pair.after.cut}
    return picture(desk, COMPARISON, told)
