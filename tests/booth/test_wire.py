"""What phones send is read strictly."""

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest

from app.booth.domain import CastRequest, Filled
from app.booth.wire import filled_from_form, from_form, from_json, packed
from app.core.errors import DomainError
from app.web.forms import parse_urlencoded

SEALED = bytes(range(99, 256))
TEXT64 = urlsafe_b64encode(SEALED).decode()
FIELDS: dict[str, Any] = {"code": "ABC", "round": "r1", "paper": "ff", "group": "g", "sealed": TEXT64}
TEXT = json.dumps(FIELDS)
EXPECTED = CastRequest("ABC", "r1", "ff", "g", SEALED)
FORM = b"code=ABC&round=r1&paper=ff&group=g&"


def changed(**values: object) -> bytes:
    return json.dumps({**FIELDS, **values}).encode()


def test_it_works() -> None:
    assert from_json(TEXT.encode()) == EXPECTED
    assert packed(EXPECTED) == FIELDS


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"1", b'"text"', b"\xff\xfe", TEXT.encode("utf-16"), b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000, changed(extra=1), json.dumps({"code": "x"}).encode(),
        changed(code=1), changed(code=None), changed(sealed=["0"]), changed(sealed=0), changed(sealed={}),
        changed(sealed=TEXT64 + "="), changed(sealed=TEXT64.replace("=", "")), changed(sealed=TEXT64 + "\n"),
        changed(sealed="٠" * 32), changed(sealed="aa/+"), changed(sealed="QQ=="[:1] + "R=="),
        changed(sealed=b64encode(SEALED).decode()),
        changed(marks="01"), changed(remarks={}), changed(code="x" * 500), changed(round="x" * 500),
        TEXT.replace('"code"', '"sealed": "", "code"').encode(), TEXT.replace(f'"{TEXT64}"', "NaN").encode(),
        TEXT.replace(f'"{TEXT64}"', "9" * 6_000).encode(), TEXT.replace("ABC", "\\ud800").encode(),
        TEXT.encode() + b" x",
    ],
)  # fmt: skip
def test_it_refuses_malformed_json(body: bytes) -> None:
    with pytest.raises(DomainError, match="cast_malformed"):
        from_json(body)


def test_one_ballot_has_one_text() -> None:
    """Base64 has spare bits at its end: a text that uses them is another spelling of the same bytes."""
    assert from_json(changed(sealed="QQ==")).sealed == b"A"
    with pytest.raises(DomainError, match="cast_malformed"):
        from_json(changed(sealed="QR=="))


def test_a_form_says_the_same_as_json() -> None:
    body = FORM + b"lang=zh&large=1&sealed=" + TEXT64.encode()
    assert from_form(parse_urlencoded(body)) == EXPECTED


@pytest.mark.parametrize("extra", [b"admin=1", b"marks=01-", b"r1=x", b"m0-0=1", b"back=1", b"code=2", b"%ff=1"])
def test_it_refuses_a_form_with_other_fields_and_so_with_marks(extra: bytes) -> None:
    with pytest.raises(DomainError, match=r"malformed|duplicate"):
        from_form(parse_urlencoded(FORM + b"sealed=" + TEXT64.encode() + b"&" + extra))


def test_answers_for_a_review_are_read_in_order() -> None:
    body = FORM + b"marks=01-&r12=%E4%BA%8C&r0=+%E4%B8%80+&r3=++&lang=zh"
    expected = Filled("ABC", "r1", "ff", "g", bytes([0, 1, 255]), ((0, "一"), (12, "二")))
    assert filled_from_form(parse_urlencoded(body)) == expected


@pytest.mark.parametrize(
    "extra", [b"admin=1", b"sealed=AA", b"r=1", b"r01=x", b"r99999=x", b"m1=0", b"code%00=1", b"code=2", b"%ff=1"]
)
def test_it_refuses_answers_with_other_fields(extra: bytes) -> None:
    with pytest.raises(DomainError, match=r"malformed|duplicate"):
        filled_from_form(parse_urlencoded(FORM + b"marks=01-&" + extra))
