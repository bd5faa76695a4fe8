"""Sentences that are stored with their values, as inboxes and histories keep them, told in English (no I/O).

What is stored is Chinese and stays so: a sentence is found again by the words that it was written with. What people
typed into it stays as it is; days, words of ours and names that have English ones are told in English.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from app.core.chinese import day_however_written, english_day, has_chinese

TYPED: Final = frozenset({"name", "login", "problem", "issue", "reason"})
"""Places for what people typed, which may look like words of ours."""
_PLACE: Final = re.compile(r"\{(\w+)\}")


class Letters:
    """Knows the sentences by which texts were written, with places like ``{unit}``."""

    def __init__(self, sentences: Iterable[str]) -> None:
        # What has more words of its own is tried first: a place takes any text.
        ordered = sorted(set(sentences), key=lambda each: (-len(_PLACE.sub("", each)), each))
        self._compiled = tuple((sentence, _pattern(sentence)) for sentence in ordered)

    def told_if_ours(self, text: str, english: Mapping[str, str], say: Callable[[str], str]) -> str:
        """Return a text in English where a sentence with values wrote it; what people typed whole is left alone."""
        ours = any(_PLACE.search(sentence) and pattern.fullmatch(text) for sentence, pattern in self._compiled)
        return self.told(text, english, say) if ours else text

    def told(self, text: str, english: Mapping[str, str], say: Callable[[str], str]) -> str:
        """Return a text in English by the catalogue ``english``; ``say`` speaks names and words, else all it is."""
        found = ((sentence, pattern.fullmatch(text)) for sentence, pattern in self._compiled)
        sentence, match = next(((sentence, match) for sentence, match in found if match), ("", None))
        if match is None or sentence not in english:
            return _day_or(say, text)
        places = match.groupdict()
        values = {name: value if name in TYPED else self.told(value, english, say) for name, value in places.items()}
        return english[sentence].format_map(values)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = _PLACE.split(sentence)
    escaped = (f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(escaped), re.DOTALL)


def _day_or(say: Callable[[str], str], text: str) -> str:
    day = day_however_written(text) if has_chinese(text) else None
    return english_day(day) if day else say(text)
