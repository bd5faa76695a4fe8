"""Reading what a phone sends: the sealed ballot as JSON or as the review page's form, and the answers for a review.

The ballot comes as a JSON object of exactly the known keys, or in fields of the same names; never with a mark. Its
sealed bytes are written in the signs of base64 for addresses: a form makes three signs of each ``+`` and ``/``, and so
no two ballots would have one length on the wire (SEC-12).
"""

import json
import re
from base64 import b64decode, urlsafe_b64encode
from binascii import Error
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from app.booth.domain import CastRequest, Filled, marks_from_text
from app.core.errors import DomainError
from app.web.forms import TOKEN_FIELD, PostedForm

MAX_BODY: Final = 256 * 1024
FORM: Final = b"application/x-www-form-urlencoded"
_HEAD: Final = ("code", "round", "paper", "group")
_KEYS: Final = frozenset({*_HEAD, "sealed"})
_REMARK: Final = re.compile(r"r(0|[1-9][0-9]{0,3})", re.ASCII)
_MARK: Final = re.compile(r"[mp][0-9]{1,4}-[0-9]{1,4}", re.ASCII)
_CAST_FIELDS: Final = frozenset({*_KEYS, "lang", "large", "kiosk", TOKEN_FIELD})
_REVIEW_FIELDS: Final = frozenset({*_HEAD, "marks", "lang", "large", "kiosk", "switch", "back", TOKEN_FIELD})
MAX_SHORT: Final = 128


async def read_body(receive: Receive) -> bytes:
    """Return the body of a request; DomainError ``body_too_large``."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise DomainError("body_too_large")
    return body


class Malformed(DomainError):  # noqa: N818 - the request is what is malformed
    """A request that no page of ours can have sent."""

    def __init__(self) -> None:
        super().__init__("cast_malformed")


def from_json(body: bytes) -> CastRequest:
    """Return the ballot that a script sends; DomainError ``cast_malformed``."""
    fields = _parse(body)
    if type(fields) is not dict or fields.keys() != _KEYS or {*map(type, fields.values())} != {str}:
        raise Malformed
    return _cast(fields)


def from_form(form: PostedForm) -> CastRequest:
    """Return the ballot that the review page posts without scripts; DomainError ``cast_malformed``."""
    if not set(form) <= _CAST_FIELDS:
        raise Malformed
    return _cast({name: form.sent(name, MAX_BODY) for name in _KEYS})


def filled_from_form(form: PostedForm) -> Filled:
    """Return the answers of a posted paper, but for marks in fields of their own; ``cast_malformed``."""
    remarks = []
    for name in form:
        found = _REMARK.fullmatch(name)
        if found:
            remarks.append((int(found[1]), form.sent(name, MAX_BODY)))
        elif name not in _REVIEW_FIELDS and not _MARK.fullmatch(name):
            raise Malformed
    head = _short({name: form.sent(name, MAX_BODY) for name in _HEAD})
    written = sorted((place, text.strip()) for place, text in remarks)
    marks = marks_from_text(form.sent("marks", MAX_BODY))
    return Filled(*head, marks, tuple((place, text) for place, text in written if text))


def _parse(body: bytes) -> Any:  # noqa: ANN401 - the caller finds out what it is
    try:
        fields = orjson.loads(body)
        if orjson.dumps(fields) != body:
            # Not the one plain way to write it: it may name a key twice, which orjson passes over.
            json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError, TypeError):
        raise Malformed from None
    return fields


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed
    return found


def _cast(fields: dict[str, str]) -> CastRequest:
    return CastRequest(*_short(fields), _unpacked(fields["sealed"]))


def _short(fields: dict[str, str]) -> tuple[str, str, str, str]:
    head = fields["code"], fields["round"], fields["paper"], fields["group"]
    if max(map(len, head)) > MAX_SHORT:
        raise Malformed
    return head


def _unpacked(text: str) -> bytes:
    """Return the bytes of the one base64 text that there is for them: else one ballot would have many bodies."""
    try:
        sealed = b64decode(text, b"-_", validate=True)
    except (Error, ValueError):
        raise Malformed from None
    if urlsafe_b64encode(sealed).decode() != text:
        raise Malformed
    return sealed


def packed(request: CastRequest) -> dict[str, str]:
    """Return a ballot as ``from_json`` and ``from_form`` read it."""
    sealed = urlsafe_b64encode(request.sealed).decode()
    head = {"code": request.code, "round": request.round_id, "paper": request.paper_hash, "group": request.group_id}
    return {**head, "sealed": sealed}
