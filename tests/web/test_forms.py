"""Posted forms: what is doubtful is refused, never guessed."""

import contextlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.web.forms import MAX_FIELDS, TOKEN_FIELD, PostedForm, form_token, parse_urlencoded
from tests.conftest import BASE_URL

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"))


def test_it_works() -> None:
    form = parse_urlencoded(b"title=%E5%8A%A8%E5%91%98%20&k=7&on=1&row[]=a&row[]=b&empty=")
    assert form.text("title", label="标题") == "动员"
    assert form.integer("k", 1, 9, label="份数") == 7
    assert (form.flag("on"), form.flag("off")) == (True, False)
    assert form.several("row[]") == ["a", "b"]
    assert form.several("none[]") == []
    assert form.text("empty", label="空", needed=False) == ""
    assert form.as_dict()["k"] == "7"
    assert list(form) == ["title", "k", "on", "row[]", "empty"]


def test_a_name_holds_what_is_seen_of_it() -> None:
    fields = {"name": "\u200b张\u3000\u202e三", "unseen": "\u2060", "none": ""}
    form = parse_urlencoded(urlencode(fields).encode())
    assert form.name("name", 40, label="姓名") == "张 三"
    assert form.name("none", 40, label="姓名", needed=False) == ""
    with pytest.raises(DomainError, match="field_missing"):
        form.name("unseen", 40, label="姓名")


@given(st.dictionaries(TEXT.filter(bool), TEXT))
def test_what_was_typed_comes_through(fields: dict[str, str]) -> None:
    form = parse_urlencoded(urlencode(fields).encode())
    assert form.as_dict() == fields


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("form_malformed", b"title=%ff%fe"),
        ("form_malformed", "title=动员".encode()),
        ("form_malformed", b"title=a%00b"),
        ("form_malformed", b"ti%00tle=a"),
        ("form_malformed", b"&".join(b"f%d=1" % number for number in range(MAX_FIELDS + 1))),
        ("form_duplicate_field", b"title=a&title=b"),
        ("form_duplicate_field", b"title=a&title=a"),
    ],
)
def test_it_refuses_malformed_bodies(code: str, body: bytes) -> None:
    with pytest.raises(DomainError, match=f"^{code}$"):
        parse_urlencoded(body)


@given(st.binary(max_size=200))
def test_no_bytes_are_a_fault_of_ours(body: bytes) -> None:
    with contextlib.suppress(DomainError):
        parse_urlencoded(body)


@pytest.mark.parametrize("typed", ["７", "\u3000７ ", "0７"])
def test_a_chinese_keyboard_writes_digits_at_full_width(typed: str) -> None:
    assert PostedForm({"k": [typed]}, {}).integer("k", 1, 9, label="人数") == 7


@pytest.mark.parametrize(
    "typed", [*("", " ", "x", "7.0", "+7", "--7", "-", "0x7"), *("²", "①", "7 0", "1e3", "0", "10"), "9" * 30]
)
def test_it_refuses_what_is_no_number_in_range(typed: str) -> None:
    form = PostedForm({"k": [typed]}, {})
    with pytest.raises(DomainError) as refused:
        form.integer("k", 1, 9, label="人数")
    assert refused.value.code in {"field_missing", "field_not_a_number", "field_too_long"}
    assert refused.value.params["field"] == "人数"


def test_it_refuses_missing_and_overlong_fields() -> None:
    form = PostedForm({"title": ["长" * 11]}, {})
    with pytest.raises(DomainError, match="field_too_long"):
        form.text("title", 10, label="标题")
    with pytest.raises(DomainError, match="field_missing") as refused:
        form.text("other", label="其他")
    assert refused.value.params == {"field": "其他", "at": "other"}, "the page leads to the field"
    with pytest.raises(DomainError, match="file_missing"):
        form.file("workbook")


def test_what_pages_put_into_their_own_fields_is_refused_without_a_name() -> None:
    """Nobody typed it, so there is no name that a reader would know."""
    form = PostedForm({"kind": ["k" * 65], "seen": ["x"], "unit": [" u1 "]}, {})
    assert form.sent("unit") == "u1"
    assert form.sent("none") == ""
    assert form.is_filled("unit")
    assert not form.is_filled("none")
    for ask in (
        lambda: form.sent("kind"),
        lambda: form.sent("none", needed=True),
        lambda: form.sent_number("seen", 0, 9),
    ):
        with pytest.raises(DomainError) as refused:
            ask()
        assert (refused.value.code, refused.value.params) == ("form_malformed", {})


def test_a_token_belongs_to_one_browser() -> None:
    tokens = {form_token(secret, owner) for secret in (b"a", b"b") for owner in ("anyone", "session")}
    assert len(tokens) == 4


class Multipart:
    """Posts to the log-in page as a form with files."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client, self.token = client, token

    def send(self, *parts: tuple[str, bytes], kind: str = "multipart/form-data; boundary=cut") -> int:
        body = b"".join(
            b"--cut\r\n" + f'content-disposition: form-data; name="{name}"'.encode() + b"\r\n\r\n" + value + b"\r\n"
            for name, value in ((TOKEN_FIELD, self.token.encode()), *parts)
        )
        headers = {"content-type": kind, "origin": BASE_URL}
        answer = self.client.post("/login", content=body + b"--cut--\r\n", headers=headers)
        return int(answer.status_code)


@pytest.fixture
def multipart(client: TestClient, settings: Settings) -> Multipart:
    """A browser that sends forms with files."""
    return Multipart(client, form_token(KeyFolder(settings.data / "keys").form_secret(), "anyone"))


def test_a_form_with_files_is_read(multipart: Multipart) -> None:
    assert multipart.send(("login", b"nobody"), ("password", b"wrong")) == 401
    large = ('workbook"; filename="a.xlsx', b"x" * 2_000_000)
    assert multipart.send(("login", b"nobody"), ("password", b"wrong"), large) == 401


@pytest.mark.parametrize(
    "parts",
    [
        [("login", b"a"), ("login", b"b")],
        [("login", b"a\0b")],
        [("login", b"\xff\xfe")],
        [(f"f{number}", b"") for number in range(MAX_FIELDS + 1)],
        [(f'file{number}"; filename="a', b"x") for number in range(3)],
    ],
)
def test_it_refuses_a_malformed_form_with_files(multipart: Multipart, parts: list[tuple[str, bytes]]) -> None:
    assert multipart.send(*parts) == 400


@pytest.mark.parametrize("rest", ["", "; boundary=", "; boundary=other", "; boundary=cut; charset=nothing"])
def test_it_refuses_an_odd_envelope(multipart: Multipart, rest: str) -> None:
    assert multipart.send(("login", b"a"), ("password", b"b"), kind=f"multipart/form-data{rest}") in {400, 401, 403}
