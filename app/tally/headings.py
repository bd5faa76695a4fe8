"""The headings that items stand under, for whatever lists items with their figures (no I/O)."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from app.tally.document import FormItem
from app.tally.shown import ItemTable, Overall

Part = TypeVar("Part", ItemTable, ItemTable | Overall, FormItem)
INDENT = "\u3000"


def heading_of(part: ItemTable | Overall | FormItem) -> str:
    """Return what an item stands under; nothing for most, nor for all items pooled."""
    return str(part.get("heading", ""))


def headed(parts: Iterable[Part]) -> Iterator[tuple[str, Part]]:
    """Yield items in their order, each with the heading that begins with it, empty where none does."""
    before = ""
    for part in parts:
        heading = heading_of(part)
        yield "" if heading == before else heading, part
        before = heading


def label_under(part: ItemTable | Overall) -> str:
    """Return an item's label as it stands in a table below the row of its heading."""
    return f"{INDENT if heading_of(part) else ''}{part['label']}"


def full_label(part: ItemTable | Overall | FormItem) -> str:
    """Return an item's label with its heading, for where no row of the heading stands above."""
    return f"{heading_of(part)} {part['label']}".strip()
