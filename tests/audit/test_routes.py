"""The auditor's page."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.audit import service
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.audit.test_service import drop_guards
from tests.cast import MORNING, Desk, make_cast


@pytest.fixture
def at(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Callable[[str], Desk]:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        for number in range(60):
            service.record(session, MORNING, zhang, "round.open", title=f"第{number}轮<b>")
    folder = KeyFolder(settings.data / "keys")
    return lambda login: Desk(new_client(), database, folder, login)


def test_it_works(at: Callable[[str], Desk]) -> None:
    first = at("sunqi").get("/audit")
    assert first.status_code == 200
    assert "校验通过：60 条记录" in first.text
    assert "开始投票" in first.text
    assert "第59轮&lt;b&gt;" in first.text
    assert "第9轮" not in first.text
    assert "第9轮" in at("sunqi").get("/audit?page_number=2").text


@pytest.mark.parametrize("number", ["0", "-1", "99", "99999999999999999999"])
def test_any_page_number_is_answered(at: Callable[[str], Desk], number: str) -> None:
    assert at("sunqi").get(f"/audit?page_number={number}").status_code == 200


def test_a_broken_chain_is_told(at: Callable[[str], Desk], database: Database) -> None:
    drop_guards(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE number = 7")
    assert "第 7 条记录处断开" in at("sunqi").get("/audit").text


@pytest.mark.parametrize("login", ["zhangsan", "lisi", "zhaoliu"])
def test_it_refuses_everyone_but_the_auditor(at: Callable[[str], Desk], login: str) -> None:
    assert at(login).get("/audit").status_code == 403
