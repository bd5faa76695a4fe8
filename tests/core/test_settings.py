"""Settings that could do harm refuse the start."""

import traceback
from pathlib import Path
from urllib.parse import unquote

import pytest
from pydantic import ValidationError
from sqlalchemy.engine import make_url

from app.core.audiences import EVERYONE, Audience
from app.core.settings import EXAMPLES, Settings, complaints, hosts_of, unknown_settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "DATABASE_URL", "BASE_URL", "DESK_URL", "ALLOW_HTTP", "POOL_SIZE", "LOG_DAYS"):
        monkeypatch.delenv(f"MANYIDU_{name}", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANYIDU_DATA", "elsewhere")
    monkeypatch.setenv("MANYIDU_BASE_URL", "HTTPS://Vote.Example.CN/")
    settings = Settings()
    assert settings.base_url == "https://vote.example.cn"
    assert settings.https
    assert hosts_of(settings.base_url) == {"vote.example.cn"}
    assert settings.sqlalchemy_url == f"sqlite:///{Path('elsewhere/manyidu.sqlite3')}"


@pytest.mark.parametrize("given", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_the_driver_is_named(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert Settings().sqlalchemy_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    "address",
    ["", "vote.example.cn", "ftp://vote.example.cn", "https://", "https://vote.example.cn/sub", "https://x.cn/?a=1",
     "javascript:alert(1)"],
)  # fmt: skip
def test_it_refuses_what_is_no_address(address: str) -> None:
    with pytest.raises(ValidationError):
        Settings(base_url=address)


def test_it_refuses_plain_http_on_a_network_by_accident() -> None:
    with pytest.raises(ValidationError, match="plain http"):
        Settings(base_url="http://192.168.1.5:8000")
    assert not Settings(base_url="http://192.168.1.5:8000", allow_http=True).https


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_all_names_of_this_machine_are_answered(host: str) -> None:
    assert {"127.0.0.1:8000", "localhost:8000", "[::1]:8000"} <= hosts_of(Settings(base_url=f"http://{host}").base_url)


def test_staff_may_have_an_address_of_their_own() -> None:
    settings = Settings(base_url="https://vote.example.cn", desk_url="http://127.0.0.1:8001")
    assert settings.addresses({Audience.BOOTH}) == {"https://vote.example.cn"}
    assert settings.addresses({Audience.DESK}) == {settings.desk_address} == {"http://127.0.0.1:8001"}
    assert (settings.https, settings.desk_https) == (True, False)
    assert Settings(base_url="https://vote.example.cn").addresses(EVERYONE) == {"https://vote.example.cn"}
    with pytest.raises(ValidationError, match="plain http"):
        Settings(base_url="https://vote.example.cn", desk_url="http://192.168.1.5:8001")
    with pytest.raises(ValidationError, match="desk_url"):
        Settings(desk_url="staff.example.cn")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().pool_size = 3  # type: ignore[misc]


WRONG = [
    ("MANYIDU_BASE_URL", "vote.example.cn", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "https://vote.example.cn:99999", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "https://vote.example.cn:0", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "https://vote.example.cn:", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "https://vote.example.cn/#x", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "https://zhang@vote.example.cn", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "https://vote example.cn", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "http://0.0.0.0:8000", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "http://[::]:8000", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "http://[::1:8000", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "http://192.168.1.5:8000", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "https://a..b", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "https://-vote.cn", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", f"https://{'a' * 64}.cn", "https://vote.example.cn"),
    ("MANYIDU_BASE_URL", "", "https://vote.example.cn"),
    ("MANYIDU_ARCHIVE_DAYS", "-1", "60"),
    ("MANYIDU_DESK_URL", "staff.example.cn", "http://127.0.0.1:8001"),
    ("MANYIDU_DATA", " ", "/srv/manyidu/data"),
    ("MANYIDU_ALLOW_HTTP", "ja", "1"),
    ("MANYIDU_THREE_ROLES", "2", "1"),
    ("MANYIDU_ORGANISER_TOTP", "", "1"),
    ("MANYIDU_POOL_SIZE", "0", "20"),
    ("MANYIDU_POOL_SIZE", "-3", "20"),
    ("MANYIDU_POOL_SIZE", "many", "20"),
    ("MANYIDU_LOG_DAYS", "179", "365"),
    ("MANYIDU_LOG_DAYS", "0", "365"),
    ("MANYIDU_LOG_DAYS", "36501", "365"),
    ("MANYIDU_LOG_DAYS", "half a year", "365"),
    ("MANYIDU_SMTP_PORT", "70000", "587"),
    ("MANYIDU_SMTP_SECURITY", "ssl", "starttls"),
    ("MANYIDU_SMTP_HOST", "mail example", "mail.example.cn"),
    ("MANYIDU_SMTP_USER", "manyidu", "manyidu"),
]


@pytest.mark.parametrize(("name", "value", "example"), WRONG)
def test_what_can_never_work_is_told_with_name_value_and_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, example: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    [told] = complaints(refused.value)
    assert told.startswith((f"{name}={value}", f"{name}={value!r}"))
    assert f"{name}={example}" in told.split("for example")[1]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:geheim@h/d",
        "postgresql+asyncpg://u:geheim@h/d",
        "h/geheim",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://u:geheim@h:port/d",
        "postgresql://u:geheim@h:99999/d",
        "postgresql://u:geheim@h:0/d",
        "postgresql://u:geheim@h:-1/d",
        "postgresql://u:geheim@h:/d",
        "postgresql://u:geheim／@h:port/d",
        "postgresql://u:ge/heim[geheim@h:99999/d",
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("MANYIDU_DATABASE_URL", url)
    with pytest.raises(ValidationError) as refused:
        Settings()
    [told] = complaints(refused.value)
    assert told.endswith("for example MANYIDU_DATABASE_URL=postgresql://manyidu@127.0.0.1/manyidu")
    assert "geheim" not in told
    assert "geheim" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("password", ["a/b", "a#b", "a?b", "a[b", "a]b", "a:b", "a／b", "a：b#/?[", "%2F%40"])
def test_a_password_may_hold_any_sign_that_the_database_takes(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    """Browsers read an address otherwise: they end the host at the first of these signs."""
    monkeypatch.setenv("MANYIDU_DATABASE_URL", f"postgresql://u:{password}@h:5432/d")
    url = make_url(Settings().sqlalchemy_url)
    assert (url.password, url.host, url.port) == (unquote(password), "h", 5432)


def test_yes_and_no_are_told_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANYIDU_THREE_ROLES", "maybe")
    with pytest.raises(ValidationError) as refused:
        Settings()
    told = "MANYIDU_THREE_ROLES=maybe: must be 1 (yes) or 0 (no); for example MANYIDU_THREE_ROLES=1"
    assert list(complaints(refused.value)) == [told]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(base_url="x", pool_size=0, smtp_port=0)
    assert len(list(complaints(refused.value))) == 3


def test_a_misspelt_setting_is_no_setting() -> None:
    """Else a typing error would silently leave the default."""
    [told] = unknown_settings(["PATH", "MANYIDU_DATA", "MANYIDU_BASEURL", "DATABASE_URL"])
    assert told == (
        "MANYIDU_BASEURL is no setting; perhaps you mean MANYIDU_BASE_URL, for example "
        "MANYIDU_BASE_URL=https://vote.example.cn"
    )
    assert {name.upper() for name in Settings.model_fields} == set(EXAMPLES)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("https://Vote.Example.cn:443/", "https://vote.example.cn"),
        ("http://[::1]:80", "http://[::1]"),
        ("https://投票.example.cn:8443", "https://xn--oruz12c.example.cn:8443"),
    ],
)
def test_an_address_is_printed_in_the_form_that_browsers_send(given: str, sent: str) -> None:
    assert Settings(base_url=given).base_url == sent
