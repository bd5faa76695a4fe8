"""Whether the service can serve, and which of its threads stand still."""

import re
from typing import cast

from starlette.testclient import TestClient

from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.core.watch import Pulse, Watch
from app.web.edge import Edge
from tests.cast import MORNING, Desk, make_cast, make_draft
from tests.found import some


def watch_behind(client: TestClient) -> Watch:
    watch: Watch = cast("Edge", client.app)._api.state.watch  # type: ignore[attr-defined]
    return watch


def stopped(name: str) -> Pulse:
    """A thread that should have been heard of a minute ago."""
    seconds = iter((0.0, *(100.0 for _ in range(20))))
    pulse = Pulse(name, 30.0, lambda: next(seconds))
    pulse.beat()
    return pulse


def test_it_works(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_it_names_what_stands_still(client: TestClient) -> None:
    watch_behind(client).add(stopped("schedule"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "stands still: schedule")


def test_the_page_of_a_round_tells_it(client: TestClient, database: Database, settings: Settings) -> None:
    with database.writing() as session:
        round_id = make_draft(Acting(session, MORNING, make_cast(session)["zhangsan"]))
    desk = Desk(client, database, KeyFolder(settings.data / "keys"), "zhangsan")
    assert "已停止工作" not in desk.get(f"/rounds/{round_id}").text
    watch = watch_behind(client)
    watch.add(stopped("schedule"))
    watch.add(Pulse("box")).failed(ValueError("a secret"))
    text = desk.get(f"/rounds/{round_id}").text
    assert "“定时开始和截止”已停止工作" in text
    assert "“选票入箱”最近一次出错（ValueError）" in text
    assert "a secret" not in text


def test_whatever_stands_still_has_a_name_that_its_reader_knows(
    client: TestClient, database: Database, settings: Settings
) -> None:
    with database.writing() as session:
        round_id = make_draft(Acting(session, MORNING, make_cast(session)["zhangsan"]))
    desk, watch = Desk(client, database, KeyFolder(settings.data / "keys"), "zhangsan"), watch_behind(client)
    assert {"schedule", "box", "codes", "shelf", "workshop-0"} <= set(watch._signs)
    for name in some(list(watch._signs)):
        watch.add(stopped(name))
    told = re.findall("“([^”]*)”已停止工作", desk.get(f"/rounds/{round_id}").text)
    assert len(told) == len(watch._signs)
    assert not [name for name in told if re.search("[a-z]", name)]
