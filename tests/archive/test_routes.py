"""The page of a round's archive: the package as a file, then the act, and what it wiped."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.db import Database
from app.publication.models import ResultVersion
from tests.archive.packages import is_right, opened
from tests.cast import Desk, Desks, make_cast
from tests.publication import counted


@pytest.fixture
def organiser(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


def test_it_works(organiser: Desk, database: Database, tmp_path: Path) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    here = f"/rounds/{round_id}/archive"
    assert here in organiser.get(f"/rounds/{round_id}").text
    page = organiser.get(here).text
    assert "供组织单位存档" in page
    assert "请先生成归档包" in page
    assert f'href="{here}">归档包已经存好' in page
    assert "确认归档本轮" not in page
    assert organiser.post(here).status_code == 409
    answer = organiser.post(f"/rounds/{round_id}/package")
    while answer.status_code == 303:
        answer = organiser.get(answer.headers["location"])
    assert answer.headers["content-type"] == "application/zip"
    assert is_right(tmp_path, answer.content)
    assert json.loads(opened(answer.content)["MANIFEST.json"])["made_by"] == "张三"
    page = organiser.get(here).text
    assert "找不回来" in page.partition('<details class="confirm">')[2].partition("确认归档本轮")[0]
    assert organiser.post(here).headers["location"] == here
    page = organiser.get(here).text
    assert "归档时清除了" in page
    assert "开箱得到的全部意见原文" in page
    assert organiser.get(f"/results/{round_id}").status_code == 200
    assert "已归档" in organiser.get("/results").text
    assert organiser.post(here).status_code == 409


def test_a_package_that_cannot_be_made_unlocks_nothing(organiser: Desk, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    with database.writing() as session:
        session.execute(sa.update(ResultVersion).values(digest="0" * 64))
    assert organiser.post(f"/rounds/{round_id}/package").status_code >= 400
    assert "请先生成归档包" in organiser.get(f"/rounds/{round_id}/archive").text
    assert organiser.post(f"/rounds/{round_id}/archive").status_code == 409


def test_it_refuses_what_is_not_published(organiser: Desk, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    assert organiser.get(f"/rounds/{round_id}/archive").status_code == 409
    assert organiser.post(f"/rounds/{round_id}/package").status_code in {404, 409}
    assert organiser.post(f"/rounds/{round_id}/archive").status_code == 409
    assert organiser.get("/rounds/nothing/archive").status_code == 404


def test_an_archived_round_is_packed_again(organiser: Desk, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    organiser.post(f"/rounds/{round_id}/package")
    organiser.post(f"/rounds/{round_id}/archive")
    assert organiser.post(f"/rounds/{round_id}/package").status_code in {200, 303}
