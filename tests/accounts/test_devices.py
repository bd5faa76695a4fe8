"""The cookie of a known device."""

import re
from datetime import timedelta
from typing import cast

from starlette.testclient import TestClient

from app.accounts.devices import LIFE, cookie_value, read_cookie
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.web.edge import Edge
from tests.cast import MORNING, PASSWORD, Desk, make_cast


def test_it_works() -> None:
    value = cookie_value(b"s" * 32, "device", MORNING)
    assert read_cookie(b"s" * 32, value, MORNING + LIFE) == "device"


def test_it_refuses_what_is_forged_or_too_old() -> None:
    value = cookie_value(b"s" * 32, "device", MORNING)
    device, made, mac = value.split(".")
    assert read_cookie(b"t" * 32, value, MORNING) is None
    assert read_cookie(b"s" * 32, value, MORNING + LIFE + timedelta(seconds=1)) is None
    for broken in ("", "device", f"other.{made}.{mac}", f"{device}.{int(made) + 1}.{mac}", f"{device}.².{mac}"):
        assert read_cookie(b"s" * 32, broken, MORNING) is None


def test_a_device_that_logged_in_before_finds_a_place(
    client: TestClient, database: Database, settings: Settings
) -> None:
    with database.writing() as session:
        make_cast(session)
    desk = Desk(client, database, KeyFolder(settings.data / "keys"))
    passwords = cast("Edge", client.app)._api.state.passwords  # type: ignore[attr-defined]
    passwords._patience = 0.01
    with passwords.place(known=False):
        stranger = desk.post("/login", login="zhangsan", password=PASSWORD)
    assert stranger.status_code == 503
    assert stranger.headers["retry-after"]
    assert "登录的人较多" in stranger.text
    assert desk.post("/login", login="zhangsan", password=PASSWORD).status_code == 303
    with passwords.place(known=False):
        assert desk.post("/login", login="zhangsan", password=PASSWORD).status_code == 303


def test_only_the_log_in_page_is_told_which_device_asks(
    client: TestClient, database: Database, settings: Settings
) -> None:
    with database.writing() as session:
        make_cast(session)
    answer = Desk(client, database, KeyFolder(settings.data / "keys")).post(
        "/login", login="zhangsan", password=PASSWORD
    )
    cookies = [one for one in answer.headers.get_list("set-cookie") if one.startswith("manyidu-device=")]
    assert [re.findall(r"Path=([^;]+)", cookie) for cookie in cookies] == [["/login"], ["/welcome"]]
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
