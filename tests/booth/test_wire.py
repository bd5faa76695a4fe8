"""What phones send is read strictly."""

import json
from typing import Any

import pytest

from app.booth.domain import CastRequest
from app.booth.wire import from_form, from_json
from app.core.errors import DomainError
from app.web.forms import parse_urlencoded

FIELDS: dict[str, Any] = {
    "code": "ABC", "round": "r1", "paper": "ff", "group": "g", "nonce": "0f" * 16, "marks": "01-", "remarks": {},
    "pad": "...",
}  # fmt: skip
TEXT = json.dumps(FIELDS)


def changed(**values: object) -> bytes:
    return json.dumps({**FIELDS, **values}).encode()


def test_it_works() -> None:
    expected = CastRequest("ABC", "r1", "ff", "g", b"\x0f" * 16, bytes([0, 1, 255]), ((0, "一"), (12, "二")))
    assert from_json(changed(remarks={"12": "二 ", "0": "一", "3": "  "})) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"1", b'"text"', b"\xff\xfe", TEXT.encode("utf-16"), b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000, changed(extra=1), json.dumps({"code": "x"}).encode(),
        changed(code=1), changed(code=None), changed(marks=["0"]), changed(marks=0), changed(nonce="0f"),
        changed(nonce="0F" * 16), changed(nonce="0f" * 17), changed(nonce="٠" * 32), changed(remarks=[]),
        changed(remarks={"0": 1}), changed(remarks={"00": "x"}), changed(remarks={"-1": "x"}),
        changed(remarks={"٣": "x"}),
        changed(remarks={"0": {"0": "x"}}), changed(code="x" * 500), changed(round="x" * 500), changed(pad={}),
        TEXT.replace('"code"', '"marks": "0", "code"').encode(), TEXT.replace("{}", '{"1": "a", "1": "b"}').encode(),
        TEXT.replace('"..."', "NaN").encode(), TEXT.replace('"..."', "9" * 6_000).encode(),
        TEXT.replace('"..."', '"\\ud800"').encode(), TEXT.encode() + b" x",
    ],
)  # fmt: skip
def test_it_refuses_malformed_json(body: bytes) -> None:
    with pytest.raises(DomainError, match="cast_malformed"):
        from_json(body)


def test_a_form_says_the_same_as_json() -> None:
    body = (
        b"code=ABC&round=r1&paper=ff&group=g&nonce=" + b"0f" * 16 + b"&marks=01-&r12=%E4%BA%8C&r0=+%E4%B8%80+&lang=zh"
    )
    expected = from_json(changed(remarks={"12": "二", "0": "一"}))
    assert from_form(parse_urlencoded(body)) == expected


@pytest.mark.parametrize(
    "extra", [b"admin=1", b"r=1", b"r01=x", b"r99999=x", b"m1=0", b"code%00=1", b"code=2", b"%ff=1"]
)
def test_it_refuses_a_form_with_other_fields(extra: bytes) -> None:
    body = b"code=ABC&round=r1&paper=ff&group=g&nonce=" + b"0f" * 16 + b"&marks=01-&"
    with pytest.raises(DomainError, match=r"malformed|duplicate"):
        from_form(parse_urlencoded(body + extra))
