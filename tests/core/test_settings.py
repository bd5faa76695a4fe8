"""Settings that could do harm refuse the start."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.core.audiences import EVERYONE, Audience
from app.core.settings import Settings, hosts_of


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "DATABASE_URL", "BASE_URL", "DESK_URL", "ALLOW_HTTP", "POOL_SIZE"):
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
    with pytest.raises(ValidationError, match="MANYIDU_DESK_URL"):
        Settings(desk_url="staff.example.cn")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().pool_size = 3  # type: ignore[misc]
