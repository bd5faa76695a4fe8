"""The language that a file is written in: that of its reader, like the page from which he takes it.

A file is of one language from its first word to its last, so that is said once, to all that write it. What people typed
stands as they typed it; names have the English that the round's paper gives them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.campaigns.nouns import calls
from app.core.chinese import date_in, time_in
from app.publication.editions import Edition
from app.publication.spoken import speaker
from app.web.i18n import worded


@dataclass(frozen=True, slots=True)
class _Voice:
    language: str = "zh"
    say: Callable[[str], str] = str


_CHINESE: Final = _Voice()
_VOICE: Final = ContextVar("voice", default=_CHINESE)


@contextmanager
def written_in(language: str, names: Mapping[str, str]) -> Iterator[None]:
    """Write what is written inside in a language, with these English names beside those that ship."""
    before = _VOICE.set(_Voice(language, speaker(names).say) if language == "en" else _CHINESE)
    try:
        yield
    finally:
        _VOICE.reset(before)


def _(sentence: str, **params: object) -> str:
    """Return a sentence of ours with its values."""
    return worded(_VOICE.get().language, sentence, params)


def about(objects: str, sentence: str, **params: object) -> str:
    """Return a sentence of ours about units as one about another sort of object."""
    language = _VOICE.get().language
    return worded(language, sentence, params, calls(objects, language))


def said(text: str) -> str:
    """Return a name or a sentence that is stored with a result."""
    return _VOICE.get().say(text)


def listed(words: Iterable[str]) -> str:
    """Return words one after the other."""
    return _("、").join(words)


def clauses(parts: Iterable[str]) -> str:
    """Return the parts of a sentence one after the other."""
    return _("；").join(parts)


def run_on(sentences: Iterable[str]) -> str:
    """Return sentences one after the other; in English a space parts them."""
    return (" " if _VOICE.get().language == "en" else "").join(filter(None, sentences))


def date_of(moment: datetime) -> str:
    """Return the day of a moment."""
    return date_in(_VOICE.get().language, moment)


def time_of(moment: datetime) -> str:
    """Return day, hour and minute of a moment."""
    return time_in(_VOICE.get().language, moment)


def footer_of(result: Edition) -> str:
    """Return what stands in the footer of whatever quotes a result: its code and the signs of its box."""
    if not result.root:
        return result.code
    return _("%(code)s（票箱指纹 %(signs)s）", code=result.code, signs=result.signs)


def meeting_lines(result: Edition) -> Iterator[tuple[str, str]]:
    """Yield what was typed to stand beside a result, with its label."""
    for label, text in result.meeting.lines(_VOICE.get().language):
        yield _(label), text
