"""What files of a result say in the language that they are written in; names have the English of the round's paper."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from app.campaigns.nouns import calls, noun
from app.core.printable import NO_GLYPH, lacking
from app.office.language import _, date_of, language_of_file, listed, reworded, said
from app.office.language import written_in as written_by
from app.publication.composite_rows import Row
from app.publication.editions import Edition
from app.publication.previous import Before
from app.publication.spoken import speaker
from app.reports.naming import round_in_campaign
from app.tally.sums import Sums
from app.tally.wording import COUNT_WORDS


@contextmanager
def written_in(language: str, names: Mapping[str, str]) -> Iterator[None]:
    """Write what is written inside in a language, with these English names beside those that ship."""
    speaks = speaker(names)
    with written_by(language, speaks.say, speaks.document):
        yield


def about(objects: str, sentence: str, **params: object) -> str:
    """Return a sentence of ours about units as one about another sort of object."""
    return reworded(calls(objects, language_of_file()), sentence, **params)


def award_of(row: Row) -> str:
    """Return what the body decided on an object, with who entered it and on which day; empty where it did not."""
    award = row.award
    if award is None:
        return ""
    return _("%(value)s（%(name)s，%(day)s）", value=said(award.value), name=award.by, day=date_of(award.at))


def footer_of(result: Edition) -> str:
    """Return what stands in the footer of whatever quotes a result: its code and the signs of its box."""
    return coded(result.code, result.signs if result.root else "")


def coded(code: str, signs: str) -> str:
    """Return a code with the signs of a box, where there are some."""
    return _("%(code)s（票箱指纹 %(signs)s）", code=code, signs=signs) if signs else code


def meeting_lines(result: Edition) -> Iterator[tuple[str, str]]:
    """Yield what was typed to stand beside a result, with its label."""
    for label, text in result.meeting.lines(language_of_file()):
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


def round_named(campaign: str, title: str) -> str:
    """Return campaign and round as one name."""
    return f"{campaign} – {title}" if language_of_file() == "en" else round_in_campaign(campaign, title)
