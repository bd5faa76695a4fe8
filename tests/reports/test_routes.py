"""The page of all reports, and what a person adds to them."""

import pytest
from starlette.testclient import TestClient

from app.core.db import Database
from tests.publication import counted
from tests.reports.printed import open_word, text_of

TYPED = {"number": "县文发〔2026〕12号", "basis": "{{ 7*7 }}<b>办法", "place": "县礼堂\n二楼"}


@pytest.mark.parametrize("role", ["organiser", "leader"])
def test_what_a_person_adds_stands_in_the_reports(client: TestClient, database: Database, role: str) -> None:
    base = f"/results/{counted.store_published(database, counted.make_votes())}"
    counted.log_in(client, database, role)
    page = client.get(f"{base}/reports").text
    for name in ("report.docx", "scrutiny.docx", "letters.zip", "brief.pdf", "export.xlsx"):
        assert f"{base}/{name}" in page
    assert ('href="/templates"' in page) is (role == "organiser")
    assert 'value="2026年11月22日"' in page
    survey = text_of(open_word(client.get(f"{base}/report.docx", params={**TYPED, "time": "上午"}).content))
    assert "县文发〔2026〕12号" in survey.splitlines()
    assert "根据{{ 7*7 }}<b>办法，" in survey
    assert "测评时间：上午。测评地点：县礼堂 二楼。" in survey
    scrutiny = text_of(open_word(client.get(f"{base}/scrutiny.docx", params=TYPED).content))
    assert "时间：2026年11月22日。地点：县礼堂 二楼。" in scrutiny


def test_too_long_words_are_cut(client: TestClient, database: Database) -> None:
    base = f"/results/{counted.store_published(database, counted.make_votes())}"
    counted.log_in(client, database, "leader")
    text = text_of(open_word(client.get(f"{base}/report.docx", params={"basis": "长" * 5000}).content))
    assert f"根据{'长' * 120}，" in text
