"""Rounds of one campaign side by side."""

import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.campaigns.domain import Item
from app.core.db import Database
from app.core.errors import DomainError
from app.core.holding import held_here
from app.publication import stored, trends
from app.publication.domain import Scope, Viewer
from app.publication.models import ResultRead
from app.rounds.domain import Paper
from app.rounds.english import with_english
from app.rounds.models import Round
from app.tally import flat
from app.tally.document import Document, every_target
from tests.found import some
from tests.kept import forget_results
from tests.publication import counted, reading
from tests.statements import statements
from tests.tally.cast import section_of


def two_rounds(database: Database, more: int = 0, **changes: object) -> tuple[str, str, str]:
    """Publish two rounds of one campaign, the second with ``more`` people expected in its fifth group."""
    first = counted.make_paper(title="第一次")
    groups = tuple(replace(group, expected=group.expected + more * (group.id == "g4")) for group in first.groups)
    second: Paper = counted.make_paper(title="第二次", groups=None)
    second = replace(second, groups=groups, **changes)  # type: ignore[arg-type]
    campaign = one_campaign(database, [counted.make_votes(paper) for paper in (first, second)])
    return campaign, first.round_id, second.round_id


def one_campaign(database: Database, votes: list[counted.Votes]) -> str:
    """Publish two rounds of one campaign and return its id."""
    ids = [counted.store_counted(database, votes[0]), counted.store_sealed(database, votes[1])]
    with database.writing() as session:
        campaign = session.get_one(Round, ids[0]).campaign_id
        session.get_one(Round, ids[1]).campaign_id = campaign
        session.get_one(Round, ids[1]).created_at = counted.AT.replace(hour=9)
    counted.count(database, ids[1])
    for round_id in ids:
        counted.release(database, round_id)
    return campaign


def found(database: Database, campaign: str, viewer: Viewer = counted.READER) -> trends.Trends:
    return trends.trends(database.reading, viewer, counted.AT, campaign)


def test_it_works(database: Database) -> None:
    campaign, first, second = two_rounds(database)
    shown = found(database, campaign)
    assert [column.line.round.id for column in shown.columns] == [first, second]
    assert [unit.name for unit in shown.units] == list(counted.UNITS)
    for unit in shown.units:
        assert [cell.comparable for cell in unit.cells if cell] == [False, True]
    pair = trends.pair_of(shown, second, first)
    assert (pair.before.line.round.id, pair.after.line.round.id) == (first, second)
    assert all(not reason for _, _, reason in some(pair.rows))


@pytest.mark.parametrize(("more", "compared"), [(0, True), (1, False), (9, False), (10, True), (14, True)])
def test_it_refuses_to_compare_where_few_people_differ(database: Database, more: int, *, compared: bool) -> None:
    shown = found(database, two_rounds(database, more)[0])
    rows = trends.pair_of(shown, *(column.line.round.id for column in shown.columns)).rows
    assert {not reason for _, _, reason in rows} == {compared}
    assert {cell.comparable for unit in shown.units for cell in unit.cells[1:] if cell} == {compared}


def test_it_refuses_what_the_reader_may_not_see(database: Database) -> None:
    campaign, first, second = two_rounds(database)
    for viewer in (Viewer(Scope.UNIT, "wu", frozenset({"u1"})), Viewer(Scope.PARTICIPANTS)):
        with pytest.raises(DomainError, match="not_found"):
            found(database, campaign, viewer)
    counted.release(database, first, "unit")
    shown = found(database, campaign, Viewer(Scope.UNIT, "wu", frozenset({"u1"})))
    assert [unit.id for unit in shown.units] == ["u1"]
    with pytest.raises(DomainError, match="not_found"):
        trends.pair_of(shown, first, second)


def test_a_unit_of_one_round_has_a_gap(database: Database) -> None:
    paper = counted.make_paper()
    campaign, _, _ = two_rounds(database, parts=(replace(paper.parts[0], units=paper.units[3:4]),))
    shown = found(database, campaign)
    assert [unit.name for unit in shown.units] == list(counted.UNITS)
    assert [cell is not None for unit in shown.units for cell in unit.cells[1:]] == [
        name == counted.UNITS[3] for name in counted.UNITS
    ]


def test_a_leader_reads_the_pages_and_is_noted(client: TestClient, database: Database) -> None:
    campaign, first, second = two_rounds(database)
    reader = counted.log_in(client, database, "leader")
    base = f"/results/campaigns/{campaign}"
    assert base in reader.get("/results").text
    page = reader.get(base).text
    with database.reading() as session:
        documents = [counted.result_for(session, one).document for one in (first, second)]
    rows = reading.tables_of(page)[0][1:]
    assert [row[0] for row in rows] == list(counted.UNITS)
    for row, units in zip(
        rows, zip(*(section_of(document)["targets"] for document in documents), strict=True), strict=True
    ):
        for text, unit in zip(row[1:], units, strict=True):
            assert text.startswith(f"{unit['verdict']['label']} {unit['overall']['total']['satisfied_rate']['text']}")
    for way in ("/units/u3", "/compare", f"/compare?before={second}&after={first}"):
        assert reader.get(base + way).status_code == 200, way
    chart = reader.get(f"{base}/compare.svg?before={first}&after={second}")
    assert chart.headers["content-type"] == "image/svg+xml"
    with database.reading() as session:
        assert set(session.execute(sa.select(ResultRead.round_id, ResultRead.what))) == {
            (first, "trend"),
            (second, "trend"),
        }


@pytest.mark.parametrize("page", ["", "/units/u3", "/compare", "/years"])
def test_all_rounds_of_a_page_are_noted_at_once(client: TestClient, database: Database, page: str) -> None:
    campaign, first, second = two_rounds(database)
    reader = counted.log_in(client, database, "leader")
    with statements() as asked:
        assert reader.get(f"/results/campaigns/{campaign}{page}").status_code == 200
    assert [sum(part in one for one in asked) for part in ("FROM result_read", "INSERT INTO result_read")] == [1, 1]
    with database.reading() as session:
        assert {*session.scalars(sa.select(ResultRead.round_id))} == {first, second}


def test_a_trend_is_told_where_two_rates_may_be_compared(database: Database) -> None:
    lower = tuple((1, 1, 8, 8, 1) for _ in counted.UNITS)
    first, second = counted.make_paper(title="第一次"), counted.make_paper(title="第二次")
    for opinions, told in ((counted.OPINIONS, "same"), (lower, "down")):
        campaign = one_campaign(database, [counted.make_votes(first), counted.make_votes(second, opinions=opinions)])
        shown = found(database, campaign)
        rows = [[cell.trend for cell in unit.cells if cell] for unit in shown.units]
        assert rows == [["", told]] * len(counted.UNITS)
        first, second = counted.make_paper(title="第一次"), counted.make_paper(title="第二次")
    campaign = one_campaign(database, [counted.make_votes(first, opinions=lower), counted.make_votes(second)])
    assert {unit.cells[1].trend for unit in found(database, campaign).units if unit.cells[1]} == {"up"}
    near = two_rounds(database, 1)[0]
    assert {cell.trend for unit in found(database, near).units for cell in unit.cells if cell} == {""}


def paper_called(title: str, items: tuple[str, str], english: Mapping[str, str]) -> Paper:
    paper = counted.make_paper(title=title)
    asked = tuple(Item(f"i{place}", label) for place, label in enumerate(items))
    return with_english(replace(paper, parts=(replace(paper.parts[0], items=asked),)), english)


@pytest.mark.parametrize(
    ("items", "english", "compared"),
    [
        (("服务", "效率"), {"服务": "Another name of its own"}, True),
        (("服务", "态度"), {"服务": "Service", "效率": "Manner", "态度": "Manner"}, False),
    ],
)
def test_what_is_compared_hangs_on_no_language(
    client: TestClient, database: Database, items: tuple[str, str], english: dict[str, str], *, compared: bool
) -> None:
    """Forms are the same by what was asked in Chinese, not by the English names that a paper gives it."""
    shared = {"服务": "Service", "效率": "Manner"}
    papers = paper_called("第一次", ("服务", "效率"), shared), paper_called("第二次", items, english)
    campaign = one_campaign(database, [counted.make_votes(paper) for paper in papers])
    reader, base = counted.log_in(client, database, "leader"), f"/results/campaigns/{campaign}"
    why = {"zh": "两次测评的测评表不同，不作比较", "en": "the two rounds differ in Form"}
    for language, path in product(why, ("", "/compare", "/units/u3")):
        page = reader.get(base + path, headers={"accept-language": language}).raise_for_status().text
        assert (why[language] in page) is not compared, (language, path)
        trend = {"zh": "与前一次基本持平", "en": "About the same as last time"}[language]
        assert (trend in page) is (compared and path != "/compare"), (language, path)
    assert english["服务"] in reader.get(f"{base}/units/u3", headers={"accept-language": "en"}).text


def test_two_rounds_are_drawn_in_the_language_of_the_page(client: TestClient, database: Database) -> None:
    paper = counted.make_paper()
    names = {name: f"Name {place}" for place, name in enumerate((*paper.names, "第一次", "第二次"))}
    papers = [with_english(counted.make_paper(title=title), names) for title in ("第一次", "第二次")]
    campaign = one_campaign(database, [counted.make_votes(paper) for paper in papers])
    path = f"/results/campaigns/{campaign}/compare.svg?before={papers[0].round_id}&after={papers[1].round_id}"
    reader = counted.log_in(client, database, "leader")
    drawn = {language: reader.get(f"{path}&lang={language}").raise_for_status().text for language in ("zh", "en")}
    assert ("县文工团" in drawn["zh"], names["县文工团"] in drawn["en"]) == (True, True)
    assert re.findall("[^<>]*[\u4e00-\u9fff][^<>]*", drawn["en"]) == []


def test_the_chart_speaks_the_language_of_its_page(client: TestClient, database: Database) -> None:
    english = {"第一次": "First of ours", "第二次": "Second of ours", "养老服务中心": "Care centre of ours"}
    units = ("养老服务中心", "供水公司")
    papers = [with_english(counted.make_paper(units, title=title), english) for title in ("第一次", "第二次")]
    campaign = one_campaign(database, [counted.make_votes(paper) for paper in papers])
    reader, (first, second) = counted.log_in(client, database, "leader"), (paper.round_id for paper in papers)
    base = f"/results/campaigns/{campaign}"
    told = f"{base}/compare.svg?before={first}&after={second}"
    drawn = {
        language: reader.get(told, headers={"accept-language": language}).raise_for_status().text
        for language in ("en", "zh", "en")
    }
    for chinese, name in english.items():
        assert (chinese in drawn["zh"], name in drawn["zh"]) == (True, False)
        assert (chinese in drawn["en"], name in drawn["en"]) == (False, True)
    for path in ("", "/compare", "/units/u0"):
        page = reader.get(base + path, headers={"accept-language": "en"}).text
        assert "Second of ours" in page, path
        assert "第二次" not in page, path


def test_it_refuses_unknown_places(client: TestClient, database: Database) -> None:
    campaign, first, _ = two_rounds(database)
    reader = counted.log_in(client, database, "leader")
    for path in (
        "/results/campaigns/nothing",
        f"/results/campaigns/{campaign}/units/u99",
        f"/results/campaigns/{campaign}/compare?before=nothing",
        f"/results/campaigns/{campaign}/compare?before={first}&after={first}",
        f"/results/campaigns/{campaign}/compare.svg?before={first}&after=x",
    ):
        assert reader.get(path).status_code == 404, path


def test_no_result_is_parsed_while_a_transaction_is_held(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Forty results take seconds, for which nobody could write: a session that reads ends its own before (SEC-72)."""
    held, lift = list[int](), flat.lifted

    def lifted(document: dict[str, Any]) -> Document:
        held.append(held_here())
        return lift(document)

    campaign, *_ = two_rounds(database)
    forget_results()
    monkeypatch.setattr(stored, "lifted", lifted)
    with database.reading() as session:
        assert trends.trends(lambda: nullcontext(session), counted.READER, counted.AT, campaign)
    assert held == [0, 0]
    forget_results()
    with database.reading() as other:
        other.execute(sa.select(1))
        with pytest.raises(RuntimeError, match="while a transaction is held"):
            found(database, campaign)


def test_of_a_result_that_is_kept_no_group_and_no_remark_is_there(database: Database) -> None:
    campaign, first, _ = two_rounds(database)
    with database.reading() as session:
        whole = counted.result_for(session, first).document
    [column, _] = found(database, campaign).columns
    kept = column.result.document
    assert [unit["overall"]["total"] for unit in every_target(kept)] == [
        unit["overall"]["total"] for unit in every_target(whole)
    ]
    assert any(unit["overall"]["groups"] for unit in every_target(whole))
    assert any(unit["remarks"]["texts"] for unit in every_target(whole))
    for unit in every_target(kept):
        assert not unit["remarks"]["texts"]
        assert not any(part["groups"] for part in (unit["overall"], *unit["items"]))
