"""Reading figures back out of pages and workbooks, to compare them with the document."""

import re
from html.parser import HTMLParser

from tests.tally.cast import Json

PERCENT = re.compile(r"[≥≤]?\d+(?:\.\d)?(?:–\d+)?%")

PLACED = re.compile(r' (?:x|x1|x2|width)="[0-9.]+%"')
DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)


class _Tables(HTMLParser):
    """Collects the texts of every table's body rows."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def tables_of(html: str) -> list[list[list[str]]]:
    """Return tables, rows and cells of a page as texts; of a cell with a drawing what stands beside the drawing."""
    parser = _Tables()
    parser.feed(DRAWING.sub("", html))
    return parser.tables


def shown_figures(cell: Json, scale: Json) -> list[str]:
    """Return the texts that a page's row shows of a cell, in their order."""
    if not cell["shown"]:
        return [cell["text"]]
    rows = cell["distribution"]
    shares = [_share(row, grade) for row, grade in zip(rows, scale["grades"], strict=True)] if rows else []
    rates = [cell[key]["text"] for key in ("satisfied_rate", "dissatisfied_rate", "valid")]
    others = [cell[key]["rate"]["text"] for key in ("unknown", "abstain") if scale[key] is not None]
    return [*(shares or ["—"] * len(scale["grades"])), *rates, *others]


def _share(row: Json, grade: Json) -> str:
    own = "" if row["label"] == grade["label"] else f"{row['label']} "
    return f"{own}{row['share']['text']}"


def texts_of(value: object) -> set[str]:
    """Return every text that stands anywhere in a document."""
    if isinstance(value, dict):
        return set().union(*map(texts_of, value.values()))
    if isinstance(value, list):
        return set().union(*map(texts_of, value))
    return {value} if isinstance(value, str) else set()


def percents(text: str) -> set[str]:
    """Return every percentage in a text; where a bar or a line is drawn is none."""
    return set(PERCENT.findall(PLACED.sub("", text)))
