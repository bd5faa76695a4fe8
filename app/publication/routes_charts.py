"""The pictures of a published result."""

from hashlib import sha256

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.publication import charts
from app.publication.seen import ReadingDesk

router = APIRouter()


def picture(request: Request, svg: str) -> Response:
    """Send a picture that the reader's browser may keep, and asks about each time before it shows it again."""
    # No age, and vary by cookie: what is withdrawn, or handed on with the browser, is not shown from its store.
    tag = f'"{sha256(svg.encode()).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(svg, media_type="image/svg+xml", headers=headers)


@router.get("/results/{round_id}/charts/overall.svg")
def overall_chart(desk: ReadingDesk, round_id: str) -> Response:
    """Draw the overall figures of all units."""
    return picture(desk.request, charts.overall_chart(desk.result(round_id).document))


@router.get("/results/{round_id}/units/{unit_id}/chart.svg")
def unit_chart(desk: ReadingDesk, round_id: str, unit_id: str) -> Response:
    """Draw all items of a unit."""
    result, unit = desk.unit(round_id, unit_id)
    return picture(desk.request, charts.unit_chart(result.section, unit))


@router.get("/results/{round_id}/units/{unit_id}/rows/{place}.svg")
def row_chart(desk: ReadingDesk, round_id: str, unit_id: str, place: int) -> Response:
    """Draw one bar: place 0 is the overall figure, from 1 on the items."""
    result, unit = desk.unit(round_id, unit_id)
    return picture(desk.request, charts.row_chart(result.section, unit, place))


@router.get("/results/{round_id}/charts/units.svg")
def multiples_chart(desk: ReadingDesk, round_id: str) -> Response:
    """Draw all units as a grid of small bars."""
    return picture(desk.request, charts.multiples_chart(desk.result(round_id).document))


@router.get("/results/{round_id}/charts/returns.svg")
def return_chart(desk: ReadingDesk, round_id: str) -> Response:
    """Draw the return rates."""
    return picture(desk.request, charts.return_chart(desk.result(round_id).document))


@router.get("/results/{round_id}/charts/items/{item}.svg")
def item_chart(desk: ReadingDesk, round_id: str, item: str) -> Response:
    """Draw one item of all units."""
    return picture(desk.request, charts.item_chart(desk.result(round_id).document, item))


@router.get("/results/{round_id}/units/{unit_id}/groups/{place}.svg")
def groups_chart(desk: ReadingDesk, round_id: str, unit_id: str, place: int) -> Response:
    """Draw the voter groups of one figure of a unit: place 0 is the overall figure, from 1 on the items."""
    _, unit = desk.unit(round_id, unit_id)
    return picture(desk.request, charts.groups_chart(unit, place))
