"""Two languages: the msgids are the Chinese sentences, ``app/locale/en`` holds the English ones."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from babel.core import UnknownLocaleError, negotiate_locale
from babel.messages.pofile import read_po
from starlette.requests import Request

from app.core.chinese import day_in
from app.core.errors import Ours

LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
LANGUAGES = tuple(LANGUAGE_NAMES)
CATALOGUE = Path(__file__).parents[1] / "locale" / "en" / "LC_MESSAGES" / "messages.po"
COOKIE = "lang"


@cache
def english() -> Mapping[str, str]:
    """Return the English catalogue: Chinese sentence to English one."""
    if not CATALOGUE.exists():
        return {}
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string}


def translate(language: str, sentence: str) -> str:
    """Return the sentence in the language, or in Chinese where English has none."""
    if language == "en" and isinstance(sentence, Ours) and sentence.english:
        return sentence.english
    return english().get(sentence, sentence) if language == "en" else sentence


_COUNTED = re.compile(r"%\((\w+)\)s((?: [a-z]+)??) ([a-z]+s|people)\b(?: (are|have|were|do)\b)?")
_NO_PLURALS = frozenset({"is", "has", "was", "does", "its", "this", "as", "unless", "less", "makes", "asks", "repeats"})
_OF_ONE = {"are": "is", "have": "has", "were": "was", "do": "does"}


def as_it_is(_sentence: str, wording: str) -> str:
    """Return the wording."""
    return wording


def worded(
    language: str, sentence: str, params: Mapping[str, object], called: Callable[[str, str], str] = as_it_is
) -> str:
    """Return the sentence in the language with its values; ``called`` may reword it before they are put in.

    Of the values words of ours (``Ours``) and days are said in the language, and several of them as it parts words.
    """
    wording = called(sentence, translate(language, sentence))
    if not params:
        return wording
    told = {name: _told(language, value) for name, value in params.items()}
    return (counted(wording, told) if language == "en" else wording) % told


def _told(language: str, value: object) -> object:
    if isinstance(value, tuple | list):  # a list where it was stored as JSON
        return translate(language, "、").join(str(_told(language, each)) for each in value)
    if type(value) is date:  # a moment has an hour too
        return day_in(language, value)
    if isinstance(value, Ours):
        return worded(language, value.sentence, value.params) if value.params else translate(language, value)
    return value


SEVERAL: Final = "\x1f"
"""Between words of one text that are told one after the other: no form and no keyboard gives it."""


def several(words: Iterable[str]) -> str:
    """Return words as one text, of which a page tells one after the other as its reader parts words."""
    return SEVERAL.join(words)


def counted(wording: str, params: Mapping[str, object]) -> str:
    """Return an English sentence with places for values, in which what there is one of stands in the singular."""
    return _COUNTED.sub(lambda found: _of_one(found, params), wording)


def _of_one(found: re.Match[str], params: Mapping[str, object]) -> str:
    name, adjective, noun, verb = found.groups()
    if str(params.get(name)) != "1" or {noun, adjective.strip()} & _NO_PLURALS:
        return found[0]
    return f"%({name})s{adjective} {_singular(noun)}" + (f" {_OF_ONE[verb]}" if verb else "")


def _singular(noun: str) -> str:
    if noun == "people":
        return "person"
    for ending, one in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("xes", "x"), ("s", "")):
        if noun.endswith(ending):
            return noun.removesuffix(ending) + one
    return noun


def choose_language(request: Request) -> str:
    """Return the language asked for by ``?lang=``, else by the desk's cookie, else by the browser."""
    for asked in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return str(asked)
    return browser_language(request.headers.get("accept-language", ""))


def browser_language(header: str) -> str:
    """Return the language that a browser's Accept-Language prefers."""
    return _preferred(header[:200])


@lru_cache(maxsize=512)
def _preferred(header: str) -> str:
    preferred = [part.split(";")[0].strip().replace("-", "_") for part in header.split(",") if part.strip()]
    try:
        found = negotiate_locale(preferred, ["zh", "zh_CN", "zh_TW", "zh_HK", "en", "en_US", "en_GB"])
    except (UnknownLocaleError, ValueError):
        found = None
    return "en" if found and found.startswith("en") else "zh"
