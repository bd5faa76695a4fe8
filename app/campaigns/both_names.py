"""Names as lists write them: as they are stored, or in their English."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from app.campaigns.names import english_of
from app.core.folding import folded


@dataclass(frozen=True)
class BothNames:
    """Names of one sort: ``known`` has each by what it may be written as, ``folded``."""

    known: Mapping[str, str]

    @classmethod
    def of(cls, own: Mapping[str, str], names: Iterable[str]) -> Self:
        """Return names with their English out of a campaign's own dictionary and the one that ships.

        English that several share means none of them.
        """
        stored = {folded(name): name for name in names}
        called = ((english_of(words, name), name) for words in (own, {}) for name in stored.values())
        said = {(folded(english), name) for english, name in called if english}
        times = Counter(english for english, _ in said)
        return cls({**{english: name for english, name in said if times[english] == 1}, **stored})

    def written(self, name: str, english: str) -> str:
        """Return what a file in English writes for a name: its English, where that is read as this name again."""
        return english if english and self.stored(english) == name else name

    def stored(self, text: str) -> str:
        """Return the name that a text means; the text where it means none of them."""
        return self.known.get(folded(text), text)


NO_NAMES = BothNames({})
