"""The charts of a published result, each on a page with its numbers, as SVG and as PNG.

They are drawn in the workshop, once for each version and cut, and kept there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.nouns import called
from app.core.errors import DomainError
from app.office.ordering import picture_later
from app.office.workshop import Craft
from app.publication.domain import drawn_lines
from app.publication.editions import Published
from app.publication.seen import admitted_of, result_and_unit, result_of
from app.publication.spoken import spoken
from app.tally.document import overall_of, parts_of
from app.tally.shown import Cell
from app.web.desk import Desk, ResultDesk

router = APIRouter()
CHART: Final = Craft("app.publication.making:chart", seconds=60)
FORMS: Final = frozenset({"svg", "png"})
OVERALL, RETURNS, TOTAL = "各单位总体评价", "回收率和参评率", "合计"


def picture(desk: Desk, craft: Craft, arguments: Mapping[str, Any]) -> Response:
    """Send a picture that the reader's browser may keep, and asks about each time before it shows it again."""
    # No age, and vary by cookie: what is withdrawn, or handed on with the browser, is not shown from its store.
    return picture_later(
        desk.request, craft, desk.staff, arguments, {"cache-control": "private, no-cache", "vary": "cookie"}
    )


def _chart(desk: Desk, round_id: str, form: str, chart: str, **which: object) -> Response:
    if form not in FORMS:
        raise DomainError("not_found")
    told = admitted_of(desk, round_id)
    return picture(desk, CHART, {**told, "chart": chart, "form": form, **which})


@router.get("/results/{round_id}/charts/overall.{form}")
def overall_chart(desk: ResultDesk, round_id: str, form: str, section: str = "") -> Response:
    """Draw the overall figures of all units of a section."""
    return _chart(desk, round_id, form, "overall", section=section)


@router.get("/results/{round_id}/units/{unit_id}/chart.{form}")
def unit_chart(desk: ResultDesk, round_id: str, unit_id: str, form: str) -> Response:
    """Draw all items of a unit."""
    return _chart(desk, round_id, form, "unit", unit=unit_id)


@router.get("/results/{round_id}/charts/returns.{form}")
def return_chart(desk: ResultDesk, round_id: str, form: str) -> Response:
    """Draw the return rates."""
    return _chart(desk, round_id, form, "returns")


@router.get("/results/{round_id}/charts/items/{item}.{form}")
def item_chart(desk: ResultDesk, round_id: str, item: str, form: str, section: str = "") -> Response:
    """Draw one item of all units of a section."""
    return _chart(desk, round_id, form, "item", item=item, section=section)


@router.get("/results/{round_id}/units/{unit_id}/groups/{place}.{form}")
def groups_chart(desk: ResultDesk, round_id: str, unit_id: str, place: int, form: str) -> Response:
    """Draw the voter groups of one figure of a unit: place 0 is the overall figure, from 1 on the items."""
    return _chart(desk, round_id, form, "groups", unit=unit_id, place=place)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart on a page of its own.

    ``path``: its address without the form, ``query`` what goes behind that. ``rows``: the figures it draws by name;
    none for those of the chain. ``lines``: what it holds them against. ``back``: the page it belongs to.
    """

    path: str
    back: str
    title: str
    rows: Sequence[tuple[str, Cell]] = ()
    lines: Sequence[tuple[int, str]] = ()
    query: str = ""


def _page(desk: Desk, result: Published, picture: Picture) -> Response:
    told = {"result": result, "document": result.document, "section": result.parts[0].section, "picture": picture}
    return desk.show("publication/chart.html", **told)


@router.get("/results/{round_id}/charts/overall")
def overall_page(desk: ResultDesk, round_id: str, section: str = "") -> Response:
    """Show the chart of the overall figures of all units of a section with its numbers."""
    result, back = spoken(desk, result_of(desk, round_id)).part(section), f"/results/{round_id}"
    rows = [(unit["name"], overall_of(unit)["total"]) for unit in result.section["targets"]]
    lines, title = drawn_lines(result.section), called(result.section["objects"], OVERALL)
    return _page(desk, result, Picture(f"{back}/charts/overall", back, title, rows, lines, _query(section)))


def _query(section: str) -> str:
    return f"?{urlencode({'section': section})}" if section else ""


@router.get("/results/{round_id}/charts/returns")
def returns_page(desk: ResultDesk, round_id: str) -> Response:
    """Show the chart of the return rates with its numbers."""
    result, back = spoken(desk, result_of(desk, round_id)), f"/results/{round_id}"
    return _page(desk, result, Picture(f"{back}/charts/returns", back, RETURNS))


@router.get("/results/{round_id}/charts/items/{item}")
def item_page(desk: ResultDesk, round_id: str, item: str, section: str = "") -> Response:
    """Show the chart of one item of all units of a section with its numbers."""
    result, back = spoken(desk, result_of(desk, round_id)).part(section), f"/results/{round_id}"
    units = result.section["targets"]
    asked = [(unit["name"], part) for unit in units for part in unit["items"] if part["key"] == item]
    if not asked:
        raise DomainError("not_found")
    rows, lines = [(name, part["total"]) for name, part in asked], drawn_lines(result.section, item)
    path, title = f"{back}/charts/items/{item}", asked[0][1]["label"]
    return _page(desk, result, Picture(path, back, title, rows, lines, _query(section)))


@router.get("/results/{round_id}/units/{unit_id}/chart")
def unit_page(desk: ResultDesk, round_id: str, unit_id: str) -> Response:
    """Show the chart of all items of a unit with its numbers."""
    result, unit = result_and_unit(desk, round_id, unit_id)
    back = f"/results/{round_id}/units/{unit_id}"
    rows = [(part["label"], part["total"]) for part in parts_of(unit)]
    return _page(desk, result, Picture(f"{back}/chart", back, unit["name"], rows, drawn_lines(result.section)))


@router.get("/results/{round_id}/units/{unit_id}/groups/{place}")
def groups_page(desk: ResultDesk, round_id: str, unit_id: str, place: int) -> Response:
    """Show the chart of the voter groups of one figure of a unit with its numbers."""
    result, unit = result_and_unit(desk, round_id, unit_id)
    back, parts = f"/results/{round_id}/units/{unit_id}", [overall_of(unit), *unit["items"]]
    if not 0 <= place < len(parts):
        raise DomainError("not_found")
    part = parts[place]
    rows = [(TOTAL, part["total"]), *((group["name"], group["cell"]) for group in part["groups"])]
    return _page(desk, result, Picture(f"{back}/groups/{place}", back, f"{unit['name']} {part['label']}", rows))
