"""Long lists: what a reader looks for in one, and the page of it that he is shown (no I/O)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from app.core.folding import folded

PAGE: Final = 50
LONGEST: Final = 60
"""Signs of what somebody looks for."""
FEW: Final = 10
"""A list of no more lines is looked over faster than it is searched."""
KEPT_FOLDED: Final = 16_384
_folded = lru_cache(maxsize=KEPT_FOLDED)(folded)
Row = TypeVar("Row")
Other = TypeVar("Other")


def every_word_stands(words: Collection[str], texts: Collection[str]) -> bool:
    """Whether every word stands in one of the texts, all of them folded."""
    return all(any(word in text for text in texts) for word in words)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants of a list: words that all stand in a line, a state, and the number of the page from 1.

    ``also`` holds what else the address of the list says; it is kept from page to page. ``prefix`` begins the names by
    which the address says these, so that a page has room for a second list.
    """

    text: str = ""
    state: str = ""
    part: int = 1
    also: tuple[tuple[str, str], ...] = ()
    prefix: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether lines may be left out."""
        return bool(self.text or self.state)

    def fits(self, *texts: str) -> bool:
        """Whether every word stands in one of the texts, however it is spelt."""
        words = self.text.split()
        return not words or every_word_stands([*map(_folded, words)], [*map(_folded, texts)])

    def within(self, total: int, size: int) -> "Wish":
        """Return the same wish for the last page of so many lines where there is none of its number."""
        return replace(self, part=min(self.part, -(-total // size) or 1))

    def address(self, part: int) -> str:
        """Return the query of another page of the same wish."""
        own = [("q", self.text), ("state", self.state), ("part", "" if part == 1 else str(part))]
        told = [*self.also, *((f"{self.prefix}{key}", value) for key, value in own)]
        return f"?{urlencode([(key, value) for key, value in told if value])}"

    @property
    def here(self) -> str:
        """The query of the page of the list that this wish is of; empty for the first of all."""
        return self.address(self.part).removesuffix("?")

    @property
    def everything(self) -> str:
        """The query of the first page of the list, whatever is looked for."""
        return Wish(also=self.also, prefix=self.prefix).address(1)


ANYTHING: Final = Wish()


def wish_of(asked: Mapping[str, str], states: Collection[str] = (), prefix: str = "") -> Wish:
    """Return the wish of an address; what is no state of the list, or no number, asks for nothing."""
    text, state, part = (asked.get(f"{prefix}{name}", "") for name in ("q", "state", "part"))
    number = int(part) if part.isascii() and part.isdigit() and len(part) <= len("999999") else 1
    return Wish(text.strip()[:LONGEST], state if state in states else "", max(number, 1), prefix=prefix)


def wishes_of(asked: Mapping[str, str], **lists: Collection[str]) -> dict[str, Wish]:
    """Return the wishes of a page of several lists, each of its name and states; each keeps what the others show."""
    wishes = {name: wish_of(asked, states, f"{name}-") for name, states in lists.items()}

    def beside(name: str) -> tuple[tuple[str, str], ...]:
        others = (wish for other, wish in wishes.items() if other != name)
        return tuple(pair for wish in others for pair in parse_qsl(wish.here.removeprefix("?")))

    return {name: replace(wish, also=beside(name)) for name, wish in wishes.items()}


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """One page of a list: its lines, how many there are on all pages, and what was wished for."""

    rows: Sequence[Row]
    total: int
    wish: Wish
    size: int = PAGE

    @property
    def parts(self) -> int:
        """How many pages there are; at least one."""
        return -(-self.total // self.size) or 1

    @property
    def is_searched(self) -> bool:
        """Whether a search box is of use."""
        return self.wish.is_narrow or self.total > FEW

    @property
    def is_empty(self) -> bool:
        """Whether the list has nothing, whatever is looked for."""
        return not self.total and not self.wish.is_narrow

    def told(self, told: Callable[[Sequence[Row]], Sequence[Other]]) -> "Listed[Other]":
        """Return the page with other lines in the place of its own."""
        return Listed(told(self.rows), self.total, self.wish, self.size)


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Row]):
    """The groups of lines that a page lies in, how many of their lines stand before it, and how many lines there are.

    A long list that comes in groups needs no more than their sizes to say so; then the lines of these alone are read.
    """

    groups: Sequence[Row]
    before: int
    total: int
    wish: Wish
    size: int = PAGE

    def listed(self, rows: Sequence[Other]) -> Listed[Other]:
        """Return the page, out of all lines of its groups in their order."""
        return Listed(rows[self.before : self.before + self.size], self.total, self.wish, self.size)


def stretch(counts: Sequence[tuple[Row, int]], wish: Wish, size: int = PAGE) -> Stretch[Row]:
    """Return where the page lies among groups of so many lines; the last page where there is none of its number."""
    total = sum(count for _, count in counts)
    wish = wish.within(total, size)
    start = (wish.part - 1) * size
    groups: list[Row] = []
    begin = before = 0
    for group, count in counts:
        if count and begin < start + size and begin + count > start:
            before = before if groups else start - begin
            groups.append(group)
        begin += count
    return Stretch(groups, before, total, wish, size)


def cut(found: Sequence[Row], wish: Wish, size: int = PAGE) -> Listed[Row]:
    """Return the page of what was found; the last one where there is none of that number."""
    wish = wish.within(len(found), size)
    return Listed(found[(wish.part - 1) * size : wish.part * size], len(found), wish, size)
