"""The pages of the booth. None of them knows who reads it; those that carry answers have one length (SEC-12)."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Send

from app.booth import domain, privacy, wire
from app.booth.domain import CastRequest, Sheet
from app.booth.views import section_view
from app.box.envelope import group_place
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.rounds.domain import Paper, Section
from app.rounds.english import spoken
from app.rounds.limits import Limit, limits_of
from app.rounds.promise import points_of
from app.slips.codes import CODE_LENGTH
from app.web import i18n
from app.web.edge import FRAMED
from app.web.errors import RETRY_AFTER_SECONDS, sentence
from app.web.forms import PostedForm
from app.web.marked import mark_chinese
from app.web.pages import page
from app.web.spliced import Spliced, splice

HTML: Final = "text/html; charset=utf-8"
_HEADERS: Final = (
    (b"content-type", HTML.encode()), (b"vary", b"accept-encoding"), (b"cache-control", b"no-store")
)  # fmt: skip
_LAYOUT_SCRIPT: Final = re.compile(rb'src="([^"]+)" data-layout-script')
_BETWEEN_TAGS: Final = re.compile(rb">\s*\n\s*<")
_PAD_HERE: Final = b"<!--pad-->"
_ESCAPED: Final = 5
"""Bytes that one byte of a remark can take in HTML."""
_PER_CELL: Final = 80
"""Bytes of markup that an item takes beside its words: the most is that of one still open, in English."""
_PER_POINTS: Final = 64
"""Bytes that points take beside: what was typed, however many bytes its signs have."""
_PER_REMARK: Final = 160
"""Bytes of markup that a remark takes on the review page, beside the unit's name."""
_OWN: Final = {"code": CODE_LENGTH, "seed": domain.SEED_SIGNS}
"""What differs from voter to voter on an empty paper, and how many signs it always has."""
_ROOM: Final = 2_048
"""For a sentence that names what is missing, and for the large-type switch."""


def speak(request: Request, form: PostedForm | None = None) -> None:
    """Settle language and kind of machine by the address, the form, or the browser; the booth reads no cookie."""
    asked = form.sent("lang", 8) if form else request.query_params.get("lang")
    if asked not in i18n.LANGUAGES:
        asked = i18n.browser_language(request.headers.get("accept-language", ""))
    request.state.language = asked
    request.state.kiosk = form.flag("kiosk") if form else "kiosk" in request.query_params


def packed(request: Request, response: Response) -> Response:
    """Compress a page that carries no answers."""
    if "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(bytes(response.body), 6, mtime=0)
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    response.headers["vary"] = "accept-encoding"
    return response


async def send_packed(request: Request, body: bytes, send: Send, ahead: bytes = b"") -> None:
    """Send a gzipped page that carries no answers, unpacked to a browser that wants it so.

    ``ahead``: a script that the page will ask for; whoever reads the page by a script can ask for it meanwhile.
    """
    headers = [*_HEADERS, (b"x-ahead", ahead)] if ahead else [*_HEADERS]
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers.append((b"content-encoding", b"gzip"))
    else:
        body = gzip.decompress(body)
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def tight(html: bytes) -> bytes:
    """Leave out the lines and blanks between tags, where the booth's pages show none."""
    return _BETWEEN_TAGS.sub(b"><", html)


def entry_page(request: Request, code: str, error: DomainError) -> Response:
    """Return the page that asks for the code, with what is wrong with the one that was given."""
    return packed(request, entry_markup(request, code, error))


def entry_markup(request: Request, code: str = "", error: DomainError | None = None) -> Response:
    """Return the page that asks for the code, not compressed."""
    status, message = said(request, error)
    for_staff = "staff" in request.query_params
    return page(request, "booth/entry.html", status=status, code=code, message=message, for_staff=for_staff)


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """An empty paper, the same for every voter of a group, with room for what is his own."""

    page: Spliced
    fields: tuple[str, ...]
    """What each hole of the page is for."""
    ahead: bytes = b""
    """See ``send_packed``."""

    def handed_to(self, own: Mapping[str, str]) -> bytes:
        """Return the page of one voter, who has ``code`` and ``seed`` of his own, gzipped."""
        return self.page.fill([own[field].encode() for field in self.fields])


def in_language(request: Request, sheet: Sheet) -> Sheet:
    """Return the sheet with its paper's names in the reader's language."""
    return replace(sheet, paper=spoken(sheet.paper, request.state.language))


def print_paper(request: Request, sheet: Sheet) -> PrintedPaper:
    """Render a paper with holes where code and seed of ``sheet`` would stand."""
    stand_ins: dict[str, Any] = {field: token_bytes(16).hex() for field in _OWN}
    html = tight(bytes(_render(request, "booth/paper.html", replace(sheet, **stand_ins), 200).body))
    pieces = re.split(f"({'|'.join(stand_ins.values())})", html.decode())
    by_text = {text: field for field, text in stand_ins.items()}
    fields = tuple(by_text[piece] for piece in pieces[1::2])
    page = splice([piece.encode() for piece in pieces[::2]], [_OWN[field] for field in fields])
    layout = _LAYOUT_SCRIPT.search(html)
    return PrintedPaper(page, fields, layout[1] if layout else b"")


def filled_paper_page(request: Request, sheet: Sheet, error: DomainError | None = None) -> Response:
    """Return the paper with the answers so far, and what is wrong with them."""
    status, message = said(request, error)
    return _constant(request, "booth/paper.html", replace(sheet, message=message), status)


def preview_page(request: Request, sheet: Sheet, language: str, other_language: str) -> Response:
    """Return an empty paper to be looked at in a frame, which can send nothing; ``other_language``: where it is so."""
    request.state.language, request.state.kiosk = language, False
    response = _render(request, "booth/preview.html", sheet, 200, other_language=other_language)
    response.headers["content-security-policy"] = FRAMED
    return response


def rules_page(request: Request, paper: Paper) -> Response:
    """Return what a frozen paper obeys: the same for every voter of its round, so that its length tells nothing."""
    limits = _limits(spoken(paper, request.state.language))
    return packed(request, page(request, "booth/rules.html", frozen=paper, limits=limits))


def review_page(request: Request, sheet: Sheet, sealed: CastRequest) -> Response:
    """Return the answers to be looked over once more, with the envelope in which they are sealed already."""
    return _constant(request, "booth/review.html", sheet, 200, wire.packed(sealed))


def again_page(request: Request, form: PostedForm, sealed: CastRequest, error: DomainError) -> Response:
    """Return the envelope to be sent again, when the box could not take it now."""
    status, message = said(request, error)
    fields, large = wire.packed(sealed), form.flag("large")
    response = page(request, "booth/again.html", status=status, message=message, sealed=fields, large=large)
    response.headers["retry-after"] = RETRY_AFTER_SECONDS
    return response


def done_page(request: Request, form: PostedForm, receipt: str, headers: Mapping[str, str]) -> Response:
    """Return the thanks with the receipt; nothing of the ballot is on it."""
    round_id = form.as_dict()["round"]
    response = page(request, "booth/done.html", receipt=receipt, round_id=round_id, large=form.flag("large"))
    response.headers.update(headers)
    return response


def said(request: Request, error: DomainError | None) -> tuple[int, str]:
    """Return the status and the reader's sentence."""
    if error is None:
        return 200, ""
    return sentence(request.state.language, error.code, error.params)


def _constant(
    request: Request, template: str, sheet: Sheet, status: int, sealed: Mapping[str, str] | None = None
) -> Response:
    """Render and fill up to a length that the answers do not change."""
    response = _render(request, template, sheet, status, sealed)
    empty = replace(sheet, answers=domain.blank(sheet.paper), message="", missing=(), large=False)
    bare = _render(request, template, empty, status, sealed)
    length = len(bare.body) + _ROOM + _room_of_answers(request, sheet) + _ESCAPED * sheet.paper.remark_bytes
    missing = length - len(response.body)
    response.body = bytes(response.body).replace(_PAD_HERE, b"<!--" + b"." * (missing + len(_PAD_HERE) - 7) + b"-->")
    response.headers["content-length"] = str(len(response.body))
    return response


def _room_of_answers(request: Request, sheet: Sheet) -> int:
    """Return how many bytes the answers can take, whatever they are: an English word may be twenty times a Chinese."""
    paper = in_language(request, sheet).paper
    remarked = sum(_PER_REMARK + len(escape(unit.name).encode()) for unit in paper.units) if paper.remarks else 0
    return remarked + sum(len(section.units) * _room_of_items(section) for section in paper.sections)


def _room_of_items(section: Section) -> int:
    choices = [domain.options(section.scheme.scale, item, self_cell=section.self_cell) for item in section.items]
    words = [[option.label for option in each] or [""] for each in choices]
    longest = [max(len(mark_chinese(f"<b>{escape(word)}").encode()) for word in each) for each in words]
    points = sum(item.score is not None for item in section.items)
    return points * _PER_POINTS + sum(_PER_CELL + words for words in longest)


def _render(
    request: Request,
    template: str,
    sheet: Sheet,
    status: int,
    sealed: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    context: dict[str, Any] = {**_paper_context(request, sheet), "sealed": sealed or {}, **more}
    return page(request, template, status=status, **context)


def _paper_context(request: Request, sheet: Sheet) -> dict[str, object]:
    chinese_only = request.state.language == "en" and bool(sheet.paper.untranslated)
    frozen, sheet = sheet.paper, in_language(request, sheet)
    paper, settings = sheet.paper, request.app.state.settings
    asks_points = bool(points_of(paper))
    cells = sum(1 for _ in domain.asked_cells(paper, sheet.group_id))
    place = settings.https, settings.loopback
    told = {by: replace(privacy.setting_of(paper, by, *place), kiosk=request.state.kiosk) for by in privacy.SealedBy}
    return {
        "sheet": sheet,
        "paper": paper,
        "frozen": frozen,
        "group": paper.group(sheet.group_id),
        "shape": domain.shape(paper),
        "sections": [view for section in paper.sections if (view := section_view(sheet, section)).units],
        "cells": cells,
        "minutes": domain.minutes(cells),
        "chinese_only": chinese_only,
        "marks": domain.marks_to_text(sheet.answers.marks, points=asks_points),
        "asks_points": asks_points,
        "limits": _limits(paper),
        "promises": privacy.told_once({by: privacy.promises(setting) for by, setting in told.items()}),
        "viewers": privacy.viewers_told_once(told),
        "remark_room": domain.remark_room(paper),
        "place": group_place(paper, sheet.group_id),
        "key": sheet.key.hex(),
        "message": sheet.message,
        "large": sheet.large,
    }


def _limits(paper: Paper) -> list[tuple[Section, Limit]]:
    return [(section, limit) for section in paper.sections for limit in limits_of(section)]
