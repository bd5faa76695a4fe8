"""The pictures of a published result: drawn in the workshop, once for each version and cut, and kept there."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from app.office.ordering import picture_later
from app.office.workshop import Craft
from app.publication.seen import admitted_of
from app.web.desk import Desk, ResultDesk

router = APIRouter()
CHART: Final = Craft("app.publication.making:chart", seconds=60)


def picture(desk: Desk, craft: Craft, arguments: Mapping[str, Any]) -> Response:
    """Send a picture that the reader's browser may keep, and asks about each time before it shows it again."""
    # No age, and vary by cookie: what is withdrawn, or handed on with the browser, is not shown from its store.
    return picture_later(
        desk.request, craft, desk.staff, arguments, {"cache-control": "private, no-cache", "vary": "cookie"}
    )


def _chart(desk: Desk, round_id: str, chart: str, **which: object) -> Response:
    told = admitted_of(desk, round_id)
    return picture(desk, CHART, {**told, "chart": chart, **which})


@router.get("/results/{round_id}/charts/overall.svg")
def overall_chart(desk: ResultDesk, round_id: str) -> Response:
    """Draw the overall figures of all units."""
    return _chart(desk, round_id, "overall")


@router.get("/results/{round_id}/units/{unit_id}/chart.svg")
def unit_chart(desk: ResultDesk, round_id: str, unit_id: str) -> Response:
    """Draw all items of a unit."""
    return _chart(desk, round_id, "unit", unit=unit_id)


@router.get("/results/{round_id}/charts/units.svg")
def multiples_chart(desk: ResultDesk, round_id: str) -> Response:
    """Draw all units as a grid of small bars."""
    return _chart(desk, round_id, "units")


@router.get("/results/{round_id}/charts/returns.svg")
def return_chart(desk: ResultDesk, round_id: str) -> Response:
    """Draw the return rates."""
    return _chart(desk, round_id, "returns")


@router.get("/results/{round_id}/charts/items/{item}.svg")
def item_chart(desk: ResultDesk, round_id: str, item: str) -> Response:
    """Draw one item of all units."""
    return _chart(desk, round_id, "item", item=item)


@router.get("/results/{round_id}/units/{unit_id}/groups/{place}.svg")
def groups_chart(desk: ResultDesk, round_id: str, unit_id: str, place: int) -> Response:
    """Draw the voter groups of one figure of a unit: place 0 is the overall figure, from 1 on the items."""
    return _chart(desk, round_id, "groups", unit=unit_id, place=place)
