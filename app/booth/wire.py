"""Reading what a phone sends to cast: a JSON object of exactly the known keys, or the review page's form."""

import json
import re
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from app.booth.domain import NONCE_SIGNS, CastRequest, marks_from_text
from app.core.errors import DomainError
from app.web.forms import TOKEN_FIELD, PostedForm

MAX_BODY: Final = 256 * 1024
FORM: Final = b"application/x-www-form-urlencoded"
_KEYS: Final = frozenset({"code", "round", "paper", "group", "nonce", "marks", "remarks", "pad"})
_TEXTS: Final = _KEYS - {"remarks"}
_NONCE: Final = re.compile(rf"[0-9a-f]{{{NONCE_SIGNS}}}", re.ASCII)
_PLACE: Final = re.compile(r"0|[1-9][0-9]{0,3}", re.ASCII)
_REMARK: Final = re.compile(r"r(0|[1-9][0-9]{0,3})", re.ASCII)
_MARK: Final = re.compile(r"m[0-9]{1,4}-[0-9]{1,4}", re.ASCII)
_FORM_FIELDS: Final = frozenset(
    {"code", "round", "paper", "group", "nonce", "marks", "lang", "large", "switch", "back", TOKEN_FIELD}
)
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
    """Return the request of a script; DomainError ``cast_malformed``."""
    fields = _parse(body)
    if type(fields) is not dict or fields.keys() != _KEYS or type(fields["remarks"]) is not dict:
        raise Malformed
    if any(type(fields[key]) is not str for key in _TEXTS):
        raise Malformed
    return _request(fields, [_remark(place, text) for place, text in fields["remarks"].items()])


def from_form(form: PostedForm) -> CastRequest:
    """Return what the pages post without scripts, but for marks in fields of their own; ``cast_malformed``."""
    remarks = []
    for name in form:
        found = _REMARK.fullmatch(name)
        if found:
            remarks.append((int(found[1]), form.text(name, MAX_BODY, needed=False)))
        elif name not in _FORM_FIELDS and not _MARK.fullmatch(name):
            raise Malformed
    names = ("code", "round", "paper", "group", "nonce", "marks")
    return _request({name: form.text(name, MAX_BODY, needed=False) for name in names}, remarks)


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


def _remark(place: str, text: object) -> tuple[int, str]:
    if type(text) is not str or not _PLACE.fullmatch(place):
        raise Malformed
    return int(place), text


def _request(fields: dict[str, Any], remarks: list[tuple[int, str]]) -> CastRequest:
    short = ("code", "round", "paper", "group", "nonce")
    if any(len(fields[name]) > MAX_SHORT for name in short) or not _NONCE.fullmatch(fields["nonce"]):
        raise Malformed
    written = sorted((place, text.strip()) for place, text in remarks)
    return CastRequest(
        code=fields["code"],
        round_id=fields["round"],
        paper_hash=fields["paper"],
        group_id=fields["group"],
        nonce=bytes.fromhex(fields["nonce"]),
        marks=marks_from_text(fields["marks"]),
        remarks=tuple((place, text) for place, text in written if text),
    )
