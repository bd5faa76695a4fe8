"""Kinds of lists: by which titles their columns are known, in two languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from app.core.asides import plain_title
from app.core.chinese import has_chinese
from app.core.errors import Ours
from app.office.workbook import Row
from app.web.i18n import english


def in_both(words: Sequence[str]) -> Ours:
    """Return the first of several words for a thing, with the first of those without Chinese as its English."""
    return Ours(words[0], next((word for word in words if not has_chinese(word)), ""))


@dataclass(frozen=True)
class Listing:
    """A kind of list: the titles of its columns, and which it needs.

    Of each the first is what the template prints, and the first without Chinese what the English one prints, or else
    what the catalogue says. ``unsaved`` columns are read and not kept; their notes say what for.
    """

    titles: Mapping[str, Sequence[str]]
    needed: tuple[str, ...]
    unsaved: Mapping[str, str] = field(default_factory=dict)

    def key(self, title: str) -> tuple[str, int]:
        """Return the column that a title stands for and how far down the list of its titles; "" where it is none."""
        return self._known.get(plain_title(title), ("", 0))

    @cached_property
    def headings(self) -> Mapping[str, Ours]:
        """What the columns are called."""
        return {key: in_both(titles) for key, titles in self.titles.items()}

    @cached_property
    def _known(self) -> dict[str, tuple[str, int]]:
        both = {key: (*titles, english().get(titles[0], "")) for key, titles in self.titles.items()}
        every = [(key, place, title) for key, titles in both.items() for place, title in enumerate(titles) if title]
        return {plain_title(title): (key, place) for key, place, title in reversed(every)}

    def matches(self, row: Row) -> set[str]:
        """Return the columns whose titles stand in a row."""
        return {key for text in row.cells.values() if (key := self.key(text)[0])}
