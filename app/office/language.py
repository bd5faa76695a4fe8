"""The language that a file is written in: that of its reader, like the page from which he takes it.

A file is of one language from its first word to its last, so that is said once, to all that write it. What people typed
stands as they typed it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar, cast

from app.core.chinese import date_in, day_in, time_in
from app.web.i18n import as_it_is, worded

T = TypeVar("T")
BLANK: Final = "＿＿＿＿＿＿"


def _same(value: Any) -> Any:  # noqa: ANN401 - anything that a file is made of
    return value


@dataclass(frozen=True, slots=True)
class _Voice:
    language: str = "zh"
    say: Callable[[str], str] = str
    told: Callable[[Any], Any] = _same


_CHINESE: Final = _Voice()
_VOICE: Final = ContextVar("voice", default=_CHINESE)


@contextmanager
def written_in(language: str, say: Callable[[str], str] = str, tells: Callable[[Any], Any] = _same) -> Iterator[None]:
    """Write what is written inside in a language; ``say`` knows names in it, ``tells`` whole documents."""
    before = _VOICE.set(_Voice(language, say, tells) if language == "en" else _CHINESE)
    try:
        yield
    finally:
        _VOICE.reset(before)


def language_of_file() -> str:
    """Return the language that is written in."""
    return _VOICE.get().language


def reworded(called: Callable[[str, str], str], sentence: str, **params: object) -> str:
    """Return a sentence of ours with its values, which ``called`` may reword before."""
    return worded(_VOICE.get().language, sentence, params, called)


def _(sentence: str, **params: object) -> str:
    """Return a sentence of ours with its values."""
    return reworded(as_it_is, sentence, **params)


def said(text: str) -> str:
    """Return a name, or a sentence that is stored."""
    return _VOICE.get().say(text)


def told(value: T) -> T:
    """Return what a file or a chart is made of, its words in the language."""
    return cast("T", _VOICE.get().told(value))


def listed(words: Iterable[str]) -> str:
    """Return words one after the other."""
    return _("、").join(words)


def clauses(parts: Iterable[str]) -> str:
    """Return the parts of a sentence one after the other."""
    return _("；").join(parts)


def run_on(sentences: Iterable[str]) -> str:
    """Return sentences one after the other; in English a space parts them."""
    return (" " if language_of_file() == "en" else "").join(filter(None, sentences))


def date_of(moment: datetime) -> str:
    """Return the day of a moment."""
    return date_in(language_of_file(), moment)


def time_of(moment: datetime) -> str:
    """Return day, hour and minute of a moment."""
    return time_in(language_of_file(), moment)


def day_of(day: date) -> str:
    """Return a day."""
    return day_in(language_of_file(), day)


def titled(title: str) -> str:
    """Return what a document is called."""
    return f"“{title}”" if language_of_file() == "en" else f"《{title}》"


def blank() -> str:
    """Return room for what is filled in by hand."""
    return "______" if language_of_file() == "en" else BLANK
