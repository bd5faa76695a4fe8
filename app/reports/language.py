"""The language that a file is written in: that of its reader, like the page from which he takes it.

A file is of one language from its first word to its last, so that is said once, to all that write it. What people typed
stands as they typed it; names have the English that the round's paper gives them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from app.campaigns.nouns import calls, noun
from app.core.chinese import date_in, time_in
from app.core.printable import NO_GLYPH, lacking
from app.publication.composite_rows import Row
from app.publication.editions import Edition
from app.publication.previous import Before
from app.publication.spoken import speaker
from app.reports.naming import round_in_campaign
from app.tally.sums import Sums
from app.tally.wording import COUNT_WORDS
from app.web.i18n import worded

T = TypeVar("T")


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - anything that a chart is drawn from
    return value


BLANK: Final = "＿＿＿＿＿＿"


@dataclass(frozen=True, slots=True)
class _Voice:
    language: str = "zh"
    say: Callable[[str], str] = str
    told: Callable[[Any], Any] = _as_it_is


_CHINESE: Final = _Voice()
_VOICE: Final = ContextVar("voice", default=_CHINESE)


@contextmanager
def written_in(language: str, names: Mapping[str, str]) -> Iterator[None]:
    """Write what is written inside in a language, with these English names beside those that ship."""
    speaks = speaker(names)
    before = _VOICE.set(_Voice(language, speaks.say, speaks.document) if language == "en" else _CHINESE)
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


def award_of(row: Row) -> str:
    """Return what the body decided on an object, with who entered it and on which day; empty where it did not."""
    award = row.award
    if award is None:
        return ""
    return _("%(value)s（%(name)s，%(day)s）", value=said(award.value), name=award.by, day=date_of(award.at))


def footer_of(result: Edition) -> str:
    """Return what stands in the footer of whatever quotes a result: its code and the signs of its box."""
    if not result.root:
        return result.code
    return _("%(code)s（票箱指纹 %(signs)s）", code=result.code, signs=result.signs)


def meeting_lines(result: Edition) -> Iterator[tuple[str, str]]:
    """Yield what was typed to stand beside a result, with its label."""
    for label, text in result.meeting.lines(_VOICE.get().language):
        yield _(label), text


def lines_of_meeting(result: Edition) -> Iterator[str]:
    """Yield what was typed to stand beside a result, each with its label in a line of its own."""
    return (_("%(label)s：%(text)s", label=label, text=text) for label, text in meeting_lines(result))


def counted(objects: str, count: int) -> str:
    """Return how many of them there are, with their word."""
    if language_of_file() == "en":
        return noun(objects, "en").counted(count)
    return f"{count} {COUNT_WORDS[objects]}"


def signs_missing(texts: Iterable[str]) -> str:
    """Return the sentence that says which signs of these texts no font has; empty where there are none."""
    words = [_("%(text)s（%(code)s）", text=text, code=code) for code, text in lacking(texts).items()]
    return _("%(sign)s 代替任何字库都没有的字：%(words)s", sign=NO_GLYPH, words=listed(words)) if words else ""


def notes_of_sums(sums: Sums) -> list[str]:
    """Say what printed shares add up to where that is not the whole, one a line."""
    return [_("%(note)s：%(names)s。", note=said(note), names=listed(map(said, names))) for note, names in sums]


def before_cells(row: Before) -> list[str]:
    """Return what stands in a row that tells of last time, under ``PREVIOUS_HEADS``."""
    return [row.name, row.now_text, row.last.text, row.where, date_of(row.day)]


def told(value: T) -> T:
    """Return what a chart is drawn from, its words in the language."""
    return cast("T", _VOICE.get().told(value))


def language_of_file() -> str:
    """Return the language that is written in."""
    return _VOICE.get().language


def titled(title: str) -> str:
    """Return what a document is called."""
    return f"“{title}”" if language_of_file() == "en" else f"《{title}》"


def blank() -> str:
    """Return room for what is filled in by hand."""
    return "______" if language_of_file() == "en" else BLANK


def round_named(campaign: str, title: str) -> str:
    """Return campaign and round as one name."""
    return f"{campaign} – {title}" if language_of_file() == "en" else round_in_campaign(campaign, title)
