"""What was rated, over campaigns: matched by the register or by name, compared where it was made in one way."""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from types import FrameType

import pytest
from starlette.testclient import TestClient

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Formula, Item, Lines, Scheme
from app.campaigns.kinds import KINDS
from app.campaigns.lineage import By, same_objects
from app.core.db import Database
from app.core.errors import DomainError
from app.publication import years
from app.publication.agreement import differing
from app.publication.domain import Scope, Viewer
from app.publication.previous import previous_seen
from app.publication.trends import trends
from app.rounds.domain import Paper
from app.rounds.models import Round
from tests.found import some
from tests.publication import counted
from tests.publication.test_concluded import damage

UNITS = ("县文化馆", "县图书馆")
GROUPS = {"党代表": 40, "群众代表": 30}
YEAR = 365


def paper_of(year: int, groups: Mapping[str, int] | None = None, **changes: object) -> Paper:
    """Return a paper whose ids no other year's has; ``changes`` may hold a form of another key."""
    form = str(changes.pop("form", "t2"))
    paper = counted.make_paper(UNITS, groups or GROUPS, form, title=f"{year}年测评", campaign=f"{year}年活动")
    units = tuple(replace(unit, id=f"{unit.id}-{year}") for unit in paper.parts[0].units)
    part = replace(paper.parts[0], units=units)
    own = tuple(replace(group, id=f"{group.id}-{year}", left_out=()) for group in paper.groups)
    return replace(paper, parts=(part,), groups=own, **changes)  # type: ignore[arg-type]


def publish(database: Database, paper: Paper, days: int, *scopes: str) -> str:
    """Publish a round that was closed so many days after the first one, and return its id."""
    return publish_votes(database, counted.make_votes(paper, 1.0), days, *scopes)


def publish_votes(database: Database, votes: counted.Votes, days: int, *scopes: str) -> str:
    """Publish it with votes of its own."""
    round_id = counted.store_sealed(database, votes)
    with database.writing() as session:
        session.get_one(Round, round_id).closed_at = counted.AT + timedelta(days=days)
    counted.count(database, round_id)
    for scope in scopes or ("leaders",):
        counted.release(database, round_id, scope)
    return round_id


def found(database: Database, round_id: str, viewer: Viewer = counted.READER) -> list[years.Years]:
    with database.reading() as session:
        campaign_id = session.get_one(Round, round_id).campaign_id
    columns, _ = years.columns_of(database.reading, viewer, counted.AT, campaign_id)
    return years.years_of(database.reading, columns, campaign_id)


def rows(database: Database, round_id: str) -> list[tuple[str, str, str]]:
    """Return of the first unit title, by what it was matched, and why it is not compared."""
    return [(row.column.line.round.title, row.by, row.why) for row in found(database, round_id)[0].rows]


def test_it_works(database: Database) -> None:
    publish(database, paper_of(2025, {"党代表": 42, "群众代表": 30}), -YEAR)
    last = publish(database, paper_of(2026), 0)
    assert rows(database, last) == [("2025年测评", By.NAME, ""), ("2026年测评", By.ITSELF, "")]
    assert [each.name for each in found(database, last)] == list(UNITS)


def test_another_organisation_s_unit_of_the_same_name_is_another_unit(database: Database) -> None:
    publish(database, paper_of(2025, organisation="邻县文化局"), -YEAR)
    last = publish(database, paper_of(2026), 0)
    assert [title for title, _, _ in rows(database, last)] == ["2026年测评"]


SATISFACTION = SCALES["satisfaction"]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"form": "t3"}, "测评表"),
        ({"scheme": Scheme(SATISFACTION, formula=Formula(1))}, "计分口径"),
        ({"scheme": Scheme(SATISFACTION, lines=Lines(attention=Fraction(90, 100)))}, "判定规则"),
        ({"scheme": Scheme(replace(SATISFACTION, unknown=None))}, "等次"),
    ],
)
def test_it_says_what_differs(database: Database, changes: dict[str, object], what: str) -> None:
    publish(database, paper_of(2025, **changes), -YEAR)  # type: ignore[arg-type]
    last = publish(database, paper_of(2026), 0)
    title, _, why = rows(database, last)[0]
    assert (title, why) == ("2025年测评", f"两次测评的{what}不同，不作比较")


SUM = "两次测评的计入各项合计的指标不同，不作比较"
SERVICE = bytes([0] * 30 + [1] * 6 + [2] * 2 + [3] * 2)
MANY, FEW = (bytes([0] * 4 + [1] * high + [2] * low + [3] * worst) for high, low, worst in ((2, 4, 5), (0, 2, 3)))
"""Answers about 效率: 15, or 9, of which the sum holds none; it was 76.4% with them, and is 90% without."""


def of_items(database: Database, year: int, efficiency: bytes, days: int) -> str:
    """Publish a round of one object, asked two items and no overall one, and return its id."""
    items = Item("a", "服务"), Item("b", "效率")
    paper = paper_of(year, {"代表": 40})
    part = replace(paper.parts[0], items=items, units=paper.units[:1])
    round_id = counted.store_sealed(database, counted.make_votes(replace(paper, parts=(part,)), 1.0))
    sheets = zip(SERVICE, efficiency.ljust(len(SERVICE), bytes([4])), strict=True)
    counted.put_marks(database, round_id, bytes(mark for sheet in sheets for mark in sheet))
    with database.writing() as session:
        session.get_one(Round, round_id).closed_at = counted.AT + timedelta(days=days)
    counted.count(database, round_id)
    counted.release(database, round_id)
    return round_id


@pytest.mark.parametrize(("efficiency", "why"), [(MANY, ""), (FEW, SUM)])
def test_sums_over_other_items_are_not_compared(
    client: TestClient, database: Database, efficiency: bytes, why: str
) -> None:
    """An item of too few answers leaves the sum: what is without it stands beside no sum that it was a part of."""
    of_items(database, 2025, MANY, -YEAR)
    last = of_items(database, 2026, efficiency, 0)
    assert rows(database, last) == [("2025年测评", By.NAME, why), ("2026年测评", By.ITSELF, "")]
    with database.reading() as session:
        result = counted.result_for(session, last)
        assert bool(previous_seen(session, counted.READER, counted.AT, result)) is not bool(why)
        base = f"/results/campaigns/{session.get_one(Round, last).campaign_id}"
    english = {"accept-language": "en"}
    page = counted.log_in(client, database, "leader").get(f"{base}/years/u0-2026", headers=english).text
    assert ("differ in the items in the sum" in page) is bool(why)


@pytest.mark.parametrize(
    ("people", "days", "compared"), [(41, 30, False), (41, YEAR, True), (50, 30, True), (40, 30, True)]
)
def test_nearly_the_same_people_within_half_a_year_are_not_compared(
    database: Database, people: int, days: int, *, compared: bool
) -> None:
    publish(database, paper_of(2025, {"党代表": people, "群众代表": 30}), -days)
    last = publish(database, paper_of(2026), 0)
    assert (rows(database, last)[0][2] == "") is compared


def test_it_shows_what_each_release_shows_its_reader(database: Database) -> None:
    publish(database, paper_of(2025), -YEAR, "organisers")
    last = publish(database, paper_of(2026), 0, "leaders", "unit")
    assert [title for title, _, _ in rows(database, last)] == ["2026年测评"]
    liaison = Viewer(Scope.UNIT, "wu", frozenset({"u1-2026"}))
    assert [each.id for each in found(database, last, liaison)] == ["u1-2026"]
    assert found(database, last, Viewer(Scope.UNIT, "wu", frozenset({"u1-2025"}))) == []


def test_rounds_are_matched_once_for_all_that_they_rated(database: Database) -> None:
    publish(database, paper_of(2025), -YEAR)
    last = publish(database, paper_of(2026), 0)
    calls = 0

    def count(frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code is same_objects.__code__

    sys.setprofile(count)
    try:
        assert len(found(database, last)) == len(UNITS)
    finally:
        sys.setprofile(None)
    assert calls == 2  # the two rounds beside the newest one, however many units they rated


def test_two_results_of_one_way_agree(database: Database) -> None:
    one = publish(database, paper_of(2025), -YEAR)
    other = publish(database, paper_of(2026), 0)
    sections = [found(database, round_id)[0].rows[0].column.result.section for round_id in (one, other)]
    assert differing(*sections) == ()


def test_results_of_two_kinds_stand_by_themselves_with_their_words(client: TestClient, database: Database) -> None:
    """An announced vote of a congress beside a protected one of a campaign: both are shown, and why they are apart."""
    kinds = KINDS["congress"], KINDS["campaign"]
    groups = {"全体组成人员": 60}
    papers = [
        replace(paper_of(year, groups, form=kind.form, scheme=kind.scheme), remarks=False, remark_bytes=0)
        for year, kind in zip((2025, 2026), kinds, strict=True)
    ]
    first, last = (publish(database, paper, days) for paper, days in zip(papers, (-YEAR, 0), strict=True))
    why = "两次测评的测评表、等次、计分口径、判定规则不同，不作比较"
    assert rows(database, last)[0] == ("2025年测评", By.NAME, why)
    with database.reading() as session:
        base = f"/results/campaigns/{session.get_one(Round, last).campaign_id}"
        told = [
            counted.result_for(session, round_id).document["sections"][0]["targets"][0]["verdict"]["label"]
            for round_id in (first, last)
        ]
    page = counted.log_in(client, database, "leader").get(f"{base}/years/u0-2026").text
    assert why in page
    assert all(f">{word}<" in page for word in some(told))
    assert told[0] not in {"达标", "提醒", "需补课"}


def test_a_leader_reads_the_pages(client: TestClient, database: Database) -> None:
    publish(database, paper_of(2025, form="t3"), -YEAR)
    publish(database, paper_of(2024), -2 * YEAR)
    last = publish(database, paper_of(2026), 0)
    with database.reading() as session:
        base = f"/results/campaigns/{session.get_one(Round, last).campaign_id}"
    reader = counted.log_in(client, database, "leader")
    assert f"{base}/years" in reader.get(base).text
    page = reader.get(f"{base}/years").text
    assert "两次测评的测评表不同，不作比较" in page
    assert "2024年活动 · 2024年测评" in page
    shown = re.findall(r'<th scope="rowgroup"[^>]*><a [^>]*>([^<]+)<', page)
    assert shown == list(UNITS)
    one = reader.get(f"{base}/years?q={UNITS[1]}&part=9").text
    assert re.findall(r'<th scope="rowgroup"[^>]*><a [^>]*>([^<]+)<', one) == [UNITS[1]]
    assert "没有符合的" in reader.get(f"{base}/years?q=没有").text
    page = reader.get(f"{base}/years/u0-2026").text
    assert "名称相同" in page
    assert "本活动的同一对象" in page
    english = reader.get(f"{base}/years/u0-2026", headers={"accept-language": "en"}).text
    assert "not compared: the two rounds differ in Form" in english
    assert reader.get(f"{base}/years/u9").status_code == 404
    assert reader.get("/results/campaigns/nothing/years").status_code == 404


def test_a_damaged_result_is_not_told_as_none(client: TestClient, database: Database) -> None:
    """With a sound round of another campaign beside it, the pages of its own said that there was nothing."""
    publish(database, paper_of(2025), -YEAR)
    last = publish(database, paper_of(2026), 0)
    damage(database, last)
    with database.reading() as session:
        base = f"/results/campaigns/{session.get_one(Round, last).campaign_id}"
    reader = counted.log_in(client, database, "leader")
    told = [reader.get(f"{base}{path}") for path in ("/years", "/years/u0-2026", "/units/u0-2026")]
    assert [answer.status_code for answer in told] == [500] * 3
    assert all("指纹不符" in answer.text for answer in some(told))
    for path in ("/years/invented", "/units/invented", "/years/u0-2025", "/units/u0-2025"):
        assert reader.get(f"{base}{path}").status_code == 404, path


@pytest.mark.parametrize("own", [True, False])
def test_damage_is_told_of_what_a_damaged_round_would_show_alone(
    client: TestClient, database: Database, *, own: bool
) -> None:
    """Every invented unit answered 500 once any round beside the campaign was damaged."""
    first, last = publish(database, paper_of(2025), -YEAR), publish(database, paper_of(2026), 0)
    for round_id in (first, last) if own else (first,):
        damage(database, round_id)
    if not own:
        counted.withdraw(database, last)
    with database.reading() as session:
        base = f"/results/campaigns/{session.get_one(Round, last).campaign_id}"
    reader, status = counted.log_in(client, database, "leader"), 500 if own else 404
    for path, expected in {
        "": status, "/years": status, "/years/u0-2026": status, "/units/u0-2026": status,
        "/years/invented": 404, "/units/invented": 404, "/years/u0-2025": 404,
    }.items():  # fmt: skip
        assert reader.get(f"{base}{path}").status_code == expected, path


def test_a_unit_is_told_of_damage_to_what_it_would_see_alone(database: Database) -> None:
    """Another unit of the same damaged round is as little there for it as in a sound one."""
    round_id = publish(database, paper_of(2026), 0, "unit")
    damage(database, round_id)
    own, other = Viewer(Scope.UNIT, "wu", frozenset({"u0-2026"})), Viewer(Scope.UNIT, "li", frozenset({"u9"}))
    with database.reading() as session:
        campaign_id = session.get_one(Round, round_id).campaign_id
    for viewer, unit_id, code in (
        (own, "u0-2026", "result_damaged"), (own, "u1-2026", "not_found"), (other, "u0-2026", "not_found"),
    ):  # fmt: skip
        with pytest.raises(DomainError, match=code):
            trends(database.reading, viewer, counted.AT, campaign_id, unit_id)


def test_an_announced_result_stands_beside_that_of_last_time(client: TestClient, database: Database) -> None:
    """Only beside one that was made in the same way, and neither stands there for a reader who may not see it."""
    scheme = Scheme(SATISFACTION, disclosure=Disclosure(Kind.ANNOUNCED, Extent.COUNTS))
    own = {"remarks": False, "remark_bytes": 0, "scheme": scheme}
    first = publish(database, paper_of(2024, {"组成人员": 33}, **own), -2 * YEAR)
    other = publish(database, paper_of(2025, {"组成人员": 33}, **{**own, "form": "t3"}), -YEAR, "organisers")
    last = publish(database, paper_of(2026, {"组成人员": 32}, **own), 0)
    reader = counted.log_in(client, database, "leader")
    page = reader.get(f"/results/{last}").text
    assert page.index("各单位总体评价") < page.index("与上次结果"), "the answer first"
    assert f'href="/results/{first}">2024年活动 · 2024年测评</a>' in page
    assert other not in page
    assert "与上次结果" not in reader.get(f"/results/{first}").text
