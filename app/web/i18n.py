"""Two languages: the msgids are the Chinese sentences, ``app/locale/en`` holds the English ones."""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from babel.core import UnknownLocaleError, negotiate_locale
from babel.messages.pofile import read_po
from starlette.requests import Request

LANGUAGES = ("zh", "en")
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
    return english().get(sentence, sentence) if language == "en" else sentence


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
