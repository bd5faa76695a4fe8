"""A result in the language of its reader; what is stored, signed or read by programs stays Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from app.publication.editions import Published, PublishedBands
from app.publication.reads import PublishedLine
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper
from app.tally.own_words import with_own_words
from app.tally.spoken import Speaker
from app.web.desk import OpenDesk
from app.web.i18n import choose_language, english

Result = TypeVar("Result", Published, PublishedBands)


def spoken(desk: OpenDesk, result: Result) -> Result:
    """Return the result as its reader is shown it on a page."""
    language = choose_language(desk.request)
    if language != "en":
        return result
    paper, _ = frozen_paper(desk.session, result.round_id)
    desk.leave()
    return in_language(language, result, paper)


def in_language(language: str, result: Result, paper: Paper) -> Result:
    """Return the result in the language, with the English names of its paper."""
    if language != "en":
        return result
    document = speaker(paper.english).document(with_own_words(result.document))
    return replace(result, document=document, language=language)


def speaker(names: Mapping[str, str]) -> Speaker:
    """Return what says names and sentences of ours in English, with these names beside those that ship."""
    return Speaker(names, english())


def speak(names: Mapping[str, str], text: str) -> str:
    """Return a name or a sentence of ours in English, with these names beside those that ship."""
    return speaker(names).say(text)


def english_on(lines: Sequence[PublishedLine]) -> dict[str, str]:
    """Return the English of names on a list of results."""
    return {name: english for line in lines for name, english in line.english.items()}
