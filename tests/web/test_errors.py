"""What the database refuses is told as what it is: only what passes is "busy, try again" (SEC-83)."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from fastapi import FastAPI, Request
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InternalError, OperationalError, ProgrammingError
from starlette.testclient import TestClient

from app.core.chinese import has_chinese
from app.core.errors import Ours
from app.core.settings import Settings
from app.main import build_api, wrap
from app.web.errors import ALL_SENTENCES, TABLES, sentence
from tests.conftest import BASE_URL, TestClock


def full_disk() -> sqlite3.Error:
    """Return what SQLite says where no page more can be had."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA max_page_count=1").close()
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("CREATE TABLE room (filler BLOB)")
    return caught.value


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OperationalError("", {}, full_disk()), 507, "磁盘已满"),
        (OperationalError("", {}, psycopg.errors.DiskFull("no space left")), 507, "磁盘已满"),
        (OperationalError("", {}, sqlite3.OperationalError("database is locked")), 503, "系统正忙"),
        (IntegrityError("", {}, sqlite3.IntegrityError("FOREIGN KEY x")), 409, "再试一次也不会成功"),
        (InternalError("", {}, psycopg.errors.RaiseException("frozen")), 409, "再试一次也不会成功"),
        (DataError("", {}, psycopg.errors.NumericValueOutOfRange("9")), 422, "超出了可以保存的范围"),
        (ProgrammingError("", {}, sqlite3.ProgrammingError("x")), 500, ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_works(settings: Settings, clock: TestClock, error: DBAPIError, status: int, words: str) -> None:
    api: FastAPI = build_api(settings, clock)

    @api.get("/fails")
    def fails(_request: Request) -> None:
        raise error

    client = TestClient(wrap(api, settings), base_url=BASE_URL)
    answer = client.get("/fails")
    assert answer.status_code == status
    assert words in answer.text
    assert ("retry-after" in answer.headers) is (status == 503)


@pytest.mark.parametrize("params", [{}, {"field": "x"}])
def test_a_sentence_without_values_says_percent_once(params: dict[str, object]) -> None:
    for code, (_, text) in ALL_SENTENCES.items():
        if "%(" not in text:
            for language in ("zh-CN", "en"):
                assert "%%" not in sentence(language, code, params)[1], code


def test_no_code_has_two_sentences() -> None:
    assert sum(map(len, TABLES)) == len(ALL_SENTENCES)


def test_a_name_that_was_put_together_is_told_in_the_reader_s_language() -> None:
    step = Ours.filled("第 %(number)s 档", number=3)
    params: dict[str, object] = {"field": Ours.filled("%(label)s的判定用语", label=step), "limit": 12}
    assert "“第 3 档的判定用语”" in sentence("zh", "field_too_long", params)[1]
    told = sentence("en", "field_too_long", params)[1]
    assert "Step 3: word" in told
    assert not has_chinese(told)
    typed: dict[str, object] = {"field": Ours.filled("%(unit)s的联络员", unit="其余"), "limit": 12}
    assert "Liaisons of 其余" in sentence("en", "field_too_long", typed)[1]
