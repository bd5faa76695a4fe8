"""Rendering Jinja templates: autoescape on, no template from a string, language and staff in every context."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.core.chinese import date_in, day_in, time_in
from app.core.errors import Ours
from app.core.holding import hold_nothing
from app.core.settings import Settings
from app.web import i18n
from app.web.forms import TOKEN_FIELD, form_owner, form_token
from app.web.joined import served, tag
from app.web.letters import Letters
from app.web.marked import ended, mark_chinese
from app.web.menu import ROLE_WORDS, menu, role_names, settings_of

APP = Path(__file__).parents[1]
Calls = Callable[[Mapping[str, object], str], Callable[[str, str], str]]
"""Says sentences about units of whatever the page's context is about."""
OWN_ACCOUNT = "/account"
"""Where somebody looks after his own log-in."""


def static_hashes(folder: Path) -> Mapping[str, str]:
    """Return the path of every static file below ``folder`` with the first 10 signs of the SHA-256 of what goes out."""
    return {path: tag(body) for path, body in served(folder).items()}


@dataclass(frozen=True)
class Pages:
    """The template environment of one application."""

    environment: Environment
    settings: Settings

    def render(self, request: Request, template: str, context: Mapping[str, object]) -> str:
        """Return a page's text in the reader's language; never while a transaction is held (SEC-72)."""
        hold_nothing("rendering")
        staff = getattr(request.state, "staff", None)
        language = getattr(request.state, "language", None) or i18n.choose_language(request)
        calls_of = cast("Calls", self.environment.globals["calls_of"])
        called = calls_of(context, language)
        values = {
            "language": language,
            "language_names": i18n.LANGUAGE_NAMES,
            "_": _worder(language, called),
            "speak": self._speaker(language, context),
            "staff": staff,
            "menu": menu(staff),
            "settings": settings_of(staff),
            "unread_count": getattr(request.state, "unread", 0),
            "path": request.url.path,
            "here": _here(request),
            "token_field": TOKEN_FIELD,
            "form_token": form_token(request.app.state.key_folder.form_secret(), form_owner(request)),
            "plain_http": not self.settings.https and not self.settings.loopback,
            "base_url": self.settings.base_url,
            "kiosk": getattr(request.state, "kiosk", False),
        }  # fmt: skip
        html = self.environment.get_template(template).render({**values, **context})
        return mark_chinese(html) if language == "en" else html

    def _speaker(self, language: str, context: Mapping[str, object]) -> Callable[[str], str]:
        """Return what says names and stored sentences, by the English names of the page's campaign or paper."""
        if language != "en":
            return str
        of_page = getattr(context.get("campaign") or context.get("paper"), "english", None)
        own = cast("Mapping[str, str]", context.get("english") or of_page or {})
        speak = cast("Callable[[Mapping[str, str], str], str]", self.environment.globals["speak_with"])
        return partial(speak, own)


def _worder(language: str, called: Callable[[str, str], str]) -> Callable[..., str]:
    """Return what says a sentence of ours with its values in the language of the page."""
    finish = ended if language == "en" else str
    return lambda sentence, **params: finish(i18n.worded(language, sentence, params, called))


def _here(request: Request) -> str:
    """Return the way back to this page; where a form was answered, to the page that it stood on."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.url.netloc:
        return "/"
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def make_pages(settings: Settings) -> Pages:
    """Return the pages of an application."""
    return Pages(_environment(), settings)


@cache
def _environment() -> Environment:
    """Return the template environment with its filters and the ``static()`` function: templates are compiled once."""
    environment = Environment(
        loader=FileSystemLoader(APP / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    hashes = static_hashes(APP / "static")
    environment.globals["static"] = lambda name: f"/static/{name}?v={hashes[name]}"
    environment.globals["role_words"] = ROLE_WORDS
    for name, written in (("date", date_in), ("time", time_in), ("day", day_in)):
        environment.filters[name] = _for_reader(written)
    environment.filters["said"] = _said
    environment.filters["listed"] = _listed
    environment.filters["headline"] = _headline
    environment.filters["told"] = _told
    environment.filters["duties"] = _duties
    return environment


@pass_context
def _headline(context: Context, cell: Mapping[str, Any]) -> str:
    """Return the figure by which a cell is known, as the reader says it."""
    headline = cast("Callable[[Mapping[str, Any]], str]", context.resolve("headline_of"))
    return _said(context, headline(cell))


@pass_context
def _said(context: Context, text: str) -> str:
    """Return a name or a sentence of ours as the reader says it."""
    speak: Callable[[str], str] = context.resolve("speak")
    if isinstance(text, Ours) and text.params:
        say: Callable[..., str] = context.resolve("_")
        values = {name: _said(context, value) if type(value) is str else value for name, value in text.params.items()}
        return say(text.sentence, **values)
    if isinstance(text, str) and i18n.SEVERAL in text:
        return _listed(context, [_said(context, word) for word in text.split(i18n.SEVERAL)])
    return _parted(text, speak(text))


@pass_context
def _listed(context: Context, words: Iterable[str]) -> str:
    """Return words one after the other as the reader parts them."""
    say: Callable[[str], str] = context.resolve("_")
    return say("、").join(words)


@pass_context
def _told(context: Context, text: str, *, typed: bool = False) -> str:
    """Return a sentence that was stored with its values as the reader says it; ``typed``: people write there too."""
    if context.get("language") != "en":
        return text
    letters = cast("Letters", context.resolve("letters"))
    tell = letters.told_if_ours if typed else letters.told
    return _parted(text, tell(text, i18n.english(), context.resolve("speak")))


def _parted(text: str, told: str) -> str:
    """Return what a text is told as, parted from what follows unless it is as somebody typed it."""
    return told if told == text else ended(told)


@pass_context
def _duties(context: Context, roles: str | Iterable[str]) -> str:
    """Return what the roles of somebody are called, of a text with blanks between them too."""
    say: Callable[[str], str] = context.resolve("_")
    return _listed(context, map(say, role_names(roles.split() if isinstance(roles, str) else roles)))


def _for_reader(written: Callable[[str, Any], str]) -> Callable[[Context, Any], str]:
    """Return a filter that writes a value down in the language of the page."""

    @pass_context
    def write(context: Context, value: Any) -> str:  # noqa: ANN401 - a template may hand anything in
        return written(context.get("language", "zh"), value)

    return write


def page(request: Request, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
    """Render ``template`` for the reader of ``request``."""
    pages: Pages = request.app.state.pages
    return HTMLResponse(pages.render(request, template, context), status_code=status)


def see_other(path: str) -> RedirectResponse:
    """Send the browser on to one of our own pages after a post."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        path = "/"
    return RedirectResponse(path, status_code=303)
