"""Charts of a published result: the shown shares of the document, nothing worked out anew."""

from dataclasses import replace

from app.charts.distribution import Bar, distribution_svg, row_svg
from app.charts.palette import Kind
from app.core.errors import DomainError
from app.publication.domain import Document


def _shares(cell: Document) -> tuple[float, ...]:
    """Return the shares as parts of 1; none for a cell that is hidden or shown as a band."""
    return tuple(part["share"]["tenths"] / 1000 for part in cell.get("distribution", ()))


def _counts(cell: Document) -> tuple[int, ...] | None:
    counts = tuple(part["count"] for part in cell.get("distribution", ()))
    return None if not counts or None in counts else counts


def _bar(label: str, cell: Document) -> Bar:
    texts = tuple(part["share"]["text"] for part in cell.get("distribution", ()))
    return Bar(label, _shares(cell), _counts(cell), texts or None)


def _words(cell: Document) -> str:
    """Describe a cell for those who do not see the bar."""
    if not cell["shown"]:
        return str(cell["text"])
    parts = [f"{part['label']} {part['share']['text']}" for part in cell["distribution"]]
    return "，".join(parts or [f"满意率 {cell['satisfied_rate']['text']}"])


def _grades(document: Document) -> tuple[str, ...]:
    return tuple(grade["label"] for grade in document["scale"]["grades"])


def _kinds(options: tuple[str, ...]) -> tuple[str, ...]:
    return (Kind.GRADE.value,) * len(options)


def row_chart(document: Document, unit: Document, place: int) -> str:
    """Draw one slim bar of a unit: place 0 is its overall figure, from 1 on its items; DomainError ``not_found``."""
    parts = [unit["overall"], *unit["items"]]
    if not 0 <= place < len(parts):
        raise DomainError("not_found")
    part = parts[place]
    options = tuple(row["label"] for row in part["total"].get("distribution", ())) or _grades(document)
    title = f"{unit['name']} {part['label']}"
    bar = replace(_bar("", part["total"]), counts=None)
    return row_svg(bar, options, title, _words(part["total"]), _kinds(options))


def unit_chart(document: Document, unit: Document) -> str:
    """Draw all items of a unit."""
    parts = [unit["overall"], *unit["items"]] if unit["overall"]["key"] is None else unit["items"]
    named = [(part["label"], part["total"]) for part in parts]
    return _chart(document, named, f"{unit['name']} 各项评价")


def overall_chart(document: Document) -> str:
    """Draw the overall figure of all units in official order."""
    named = [(unit["name"], unit["overall"]["total"]) for unit in document["units"]]
    return _chart(document, named, f"{document['round']['title']} 各单位总体评价")


def _chart(document: Document, named: list[tuple[str, Document]], title: str) -> str:
    options = _grades(document)
    bars = tuple(_bar(name, cell) for name, cell in named)
    description = "；".join(f"{name}：{_words(cell)}" for name, cell in named)
    return distribution_svg(bars, options, title, description, kinds=_kinds(options))
