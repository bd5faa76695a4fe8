"""Composite scores from the page where their parts are chosen to the result page, with what is entered by name."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import docx
import openpyxl
import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.audit.service import entries as log
from app.campaigns.composite import Composite, Part, Points, Source, points_text
from app.campaigns.disclosure import PROTECTED, Disclosure, Extent, Kind
from app.campaigns.reads import get_campaign
from app.campaigns.scheme_service import set_scheme
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.publication.admission import admission
from app.publication.composite_rows import Composites, Row
from app.publication.composites import (
    AWARD,
    Other,
    composites_beside,
    composites_from,
    composites_told,
    enter,
    entries_of,
    others_of,
)
from app.publication.domain import Scope
from app.reports.brief import brief
from app.reports.language import award_of
from app.reports.notice import notice
from app.reports.scrutiny import Particulars
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.checklist import freeze_problems
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper
from app.tally.composite import points_of
from app.tally.document import Document
from tests.cast import Desk, Desks, make_campaign, make_cast
from tests.found import some
from tests.papers import asked
from tests.publication import counted
from tests.publication.test_announcing import post
from tests.publication.test_api import program
from tests.reports.test_brief import text_of

F = Fraction
NewClient = Callable[[], TestClient]
COMPOSITE = Composite((
    Part("p1", "服务对象测评", Source.VOTE, F(60), "g4"),
    Part("p2", "主要领导评分", Source.SCORE, F(40)),
    Part("p3", "附加分", Source.EXTRA, most=F(5)),
))  # fmt: skip


def paper(composite: Composite | None = COMPOSITE) -> Paper:
    made = counted.make_paper()
    return replace(made, scheme=replace(made.scheme, composite=composite))


def acting(database: Database, round_id: str, typed: dict[tuple[str, str], str]) -> None:
    with database.writing() as session:
        enter(Acting(session, counted.AT, counted.ZHANG), round_id, typed)


def composites_out_of(session: Session, round_id: str, document: Document, other: Other) -> Composites | None:
    """Work out what stands beside the votes of a document, whoever may read it."""
    rated, _ = frozen_paper(session, round_id)
    return composites_from(rated, entries_of(session, round_id), document, others_of(rated, other))


def test_it_works(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes(paper()))
    acting(database, round_id, {("u1", "p2"): "92.5", ("u1", "p3"): "3", ("u1", AWARD): "优秀"})
    counted.release(database, round_id)
    with database.reading() as session:
        document = counted.result_for(session, round_id).document
        found = composites_out_of(session, round_id, document, lambda _: None)
    assert found is not None
    group = points_of(document, "u1", "g4", by_top=False)
    assert isinstance(group, Points)
    expected = F(60, 100) * group.low + F(40, 100) * F(925, 10) + 3
    rows = {row.id: row for row in found.rows}
    assert rows["u1"].score == points_text(replace(group, low=expected, high=expected), 2)
    assert [label for label, _ in rows["u1"].parts] == [
        "服务对象测评",
        "主要领导评分（非无记名）",
        "附加分（非无记名）",
    ]
    assert rows["u1"].award is not None
    assert (rows["u1"].award.value, rows["u1"].award.by) == ("优秀", "张三")
    assert (rows["u0"].score, rows["u0"].why) == ("", "还没有填写计名的部分")
    assert found.formula.startswith("综合评价得分 = 服务对象测评 × 60% + 主要领导评分（非无记名） × 40%")


def test_an_object_is_weighed_as_its_class_is(database: Database) -> None:
    parts = (
        Part("p1", "测评", Source.VOTE, F(60), by_class={"党群": F(20)}),
        Part("p2", "督查评分", Source.SCORE, F(40), by_class={"党群": F(80)}),
    )
    made = paper(Composite(parts))
    [part] = made.parts
    units = tuple(replace(unit, object_class="党群" if unit.id == "u1" else "") for unit in part.units)
    round_id = counted.store_counted(database, counted.make_votes(replace(made, parts=(replace(part, units=units),))))
    acting(database, round_id, {("u1", "p2"): "90", ("u2", "p2"): "90"})
    counted.release(database, round_id)
    with database.reading() as session:
        result = counted.result_for(session, round_id)
        found = composites_beside(session, result, counted.READER, counted.AT)
    assert found is not None
    rows = {row.id: row.score for row in found.rows}
    for unit, weight in (("u1", F(20, 100)), ("u2", F(60, 100))):
        vote = points_of(result.document, unit, "", by_top=False)
        assert isinstance(vote, Points)
        whole = weight * vote.low + (1 - weight) * 90
        assert rows[unit] == points_text(replace(vote, low=whole, high=whole), 2)


def test_files_hold_what_the_page_shows(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes(paper()))
    acting(database, round_id, {("u1", "p2"): "92.5", ("u1", "p3"): "3", ("u1", AWARD): "优秀"})
    counted.release(database, round_id)
    with database.reading() as session:
        result = counted.result_for(session, round_id)
        found = composites_beside(session, result, counted.READER, counted.AT)
    assert found is not None
    row = found.rows[1]
    book = openpyxl.load_workbook(io.BytesIO(result_workbook(result, found)))
    assert [cell.value for cell in book["综合评价"][3]] == [row.name, row.score, row.parts_text, award_of(row)]
    assert award_of(row) == "优秀（张三，2026年11月22日）"
    assert found.formula in [cell.value for line in book["综合评价"] for cell in line]
    word = docx.Document(io.BytesIO(survey_report(result, None, paper(), Particulars(composites=found), counted.AT)))
    cells = [cell.text for table in word.tables for line in table.rows for cell in line.cells]
    assert {row.score, row.parts_text, award_of(row)} <= set(cells)
    assert found.formula in [paragraph.text for paragraph in word.paragraphs]
    plain = openpyxl.load_workbook(io.BytesIO(result_workbook(result)))
    assert "综合评价" not in plain.sheetnames


def test_a_file_is_made_anew_once_something_else_was_entered(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(paper()))
    told = []
    for word in ("", "优秀", "称职"):
        acting(database, round_id, {("u1", AWARD): word})
        with database.reading() as session:
            told.append(admission(session, round_id, counted.READER, counted.AT).as_arguments())
    assert "entered" not in told[0]
    assert told[1]["entered"] != told[2]["entered"]


def test_a_file_is_made_anew_once_another_round_that_counts_was_published(database: Database) -> None:
    first = counted.store_counted(database, counted.make_votes(paper(None)))
    both = Composite((
        Part("p1", "这次", Source.VOTE, F(50)), Part("p2", "上半年", Source.ROUND, F(50), round_id=first),
    ))  # fmt: skip
    round_id = counted.store_published(database, counted.make_votes(paper(both)))
    told = []
    for publishes in (False, True):
        if publishes:
            counted.release(database, first)
        with database.reading() as session:
            told.append(admission(session, round_id, counted.READER, counted.AT).as_arguments())
    assert told[0]["entered"] != told[1]["entered"]


def test_an_announced_result_tells_its_scores_to_everybody(client: TestClient, database: Database) -> None:
    whole = Composite((Part("p1", "测评", Source.VOTE, F(80)), Part("p2", "督查评分", Source.SCORE, F(20))))
    for disclosure in (Disclosure(Kind.ANNOUNCED, Extent.COUNTS), Disclosure(Kind.ANNOUNCED, Extent.WORDS), PROTECTED):
        made = counted.make_paper(("养老服务中心", "农村公路"), {"全体组成人员": 46})
        scheme = replace(made.scheme, composite=whole, disclosure=disclosure)
        of_all = replace(made, scheme=scheme, remarks=False, remark_bytes=0)
        round_id = counted.store_counted(database, counted.make_votes(of_all))
        acting(database, round_id, {("u0", "p2"): "90", ("u1", "p2"): "70"})
        counted.release(database, round_id, "public")
        with database.reading() as session:
            bands = counted.bands_for(session, round_id)
            told = composites_told(session, bands, counted.AT)
        if disclosure.extent is not Extent.COUNTS or not disclosure.announced:
            assert told is None
            continue
        assert told is not None
        assert all(row.score for row in some(told.rows))
        words = "".join(text_of(notice(bands, "http://127.0.0.1:8000", told)).split())
        assert all(f"{row.name}{row.score}" in words for row in some(told.rows))
        assert "".join(told.formula.split()) in words
        page = client.get(f"/notices/{round_id}").text
        assert all(row.score in page for row in some(told.rows))
        assert told.formula in page
        organiser = counted.log_in(client, database, "organiser")
        assert post(organiser, f"/rounds/{round_id}/announce", to="1") == 303
        screen = organiser.get(f"/rounds/{round_id}/announce/screen").text
        assert f"综合评价得分 {told.rows[0].score}" in screen
        assert told.rows[1].score not in screen


def of_two(database: Database, scope: str) -> tuple[str, str]:
    """Publish a round to everybody of which half is one that was announced in a scope; return that, and itself."""

    def announced(composite: Composite | None) -> Paper:
        made = counted.make_paper(("养老服务中心",), {"全体组成人员": 46})
        disclosure = Disclosure(Kind.ANNOUNCED, Extent.COUNTS)
        scheme = replace(made.scheme, composite=composite, disclosure=disclosure)
        return replace(made, scheme=scheme, remarks=False, remark_bytes=0)

    first = counted.store_published(database, counted.make_votes(announced(None)), scope)
    both = Composite((
        Part("p1", "这次", Source.VOTE, F(50)), Part("p2", "上半年", Source.ROUND, F(50), round_id=first),
    ))  # fmt: skip
    return first, counted.store_published(database, counted.make_votes(announced(both)), "public")


def score_of(database: Database, round_id: str) -> Row:
    with database.reading() as session:
        found = composites_told(session, counted.bands_for(session, round_id), counted.AT)
    assert found is not None
    return found.rows[0]


@pytest.mark.parametrize(("scope", "told"), [("participants", False), ("public", True)])
def test_what_was_shown_by_its_link_alone_counts_in_no_public_score(
    database: Database, scope: str, *, told: bool
) -> None:
    assert bool(score_of(database, of_two(database, scope)[1]).score) is told


def test_programs_and_the_brief_are_told_what_the_page_shows(client: TestClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes(paper()))
    acting(database, round_id, {("u1", "p2"): "92.5", ("u1", "p3"): "3", ("u1", AWARD): "优秀"})
    counted.release(database, round_id)
    counted.release(database, round_id, "public")
    with database.reading() as session:
        result = counted.result_for(session, round_id)
        found = composites_beside(session, result, counted.READER, counted.AT)
    assert found is not None
    told = program(client, database, Scope.LEADERS).read(f"/{round_id}")["composites"]
    row = told["rows"][1]
    assert told["formula"] == found.formula
    assert (row["score"], row["award"]["value"]) == (found.rows[1].score, "优秀")
    assert row["parts"] == [list(part) for part in found.rows[1].parts]
    assert program(client, database, Scope.PUBLIC).read(f"/{round_id}")["composites"] is None
    pages = "".join(text_of(brief(result, found)).split())
    assert found.rows[1].score in pages
    assert "优秀（张三" in pages


def test_each_entry_is_kept_with_who_and_when_and_logged(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes(paper()))
    acting(database, round_id, {("u1", "p2"): "90"})
    acting(database, round_id, {("u1", "p2"): "91", ("u2", "p2"): ""})
    with database.reading() as session:
        entries = entries_of(session, round_id)
        logged = [entry for entry in log(session).rows if entry.action == "round.named"]
    assert {key: (entry.value, entry.by, entry.at) for key, entry in entries.items()} == {
        ("u1", "p2"): ("91", "张三", counted.AT)
    }
    assert len(logged) == 2
    acting(database, round_id, {("u1", "p2"): ""})
    with database.reading() as session:
        assert entries_of(session, round_id) == {}


@pytest.mark.parametrize(("typed", "code"), [
    ({("u1", "p2"): "101"}, "composite_entry"), ({("u1", "p2"): "-1"}, "composite_entry"),
    ({("u1", "p3"): "6"}, "composite_entry"), ({("u1", "p2"): "9.123"}, "composite_entry"),
    ({("u1", "p9"): "9"}, "field_not_a_choice"), ({("nobody", "p2"): "9"}, "field_not_a_choice"),
    ({("u1", AWARD): "好"}, "field_not_a_choice"),
    ({(f"u{at}", AWARD): "优秀" for at in range(3)}, "award_limit"),
])  # fmt: skip
def test_it_refuses(database: Database, typed: dict[tuple[str, str], str], code: str) -> None:
    round_id = counted.store_counted(database, counted.make_votes(paper()))
    with pytest.raises(DomainError, match=code):
        acting(database, round_id, typed)


def test_scores_are_fixed_once_the_result_is_read_and_awards_come_after_the_count(database: Database) -> None:
    sealed = counted.store_sealed(database, counted.make_votes(paper()))
    with pytest.raises(DomainError, match="composite_closed"):
        acting(database, sealed, {("u1", AWARD): "优秀"})
    acting(database, sealed, {("u1", "p2"): "80"})
    published = counted.store_published(database, counted.make_votes(paper()))
    with pytest.raises(DomainError, match="composite_closed"):
        acting(database, published, {("u1", "p2"): "80"})
    acting(database, published, {("u1", AWARD): "称职"})


def test_nothing_stands_beside_a_result_without_parts_and_awards(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(paper(None)))
    with database.reading() as session:
        document = counted.result_for(session, round_id).document
        assert composites_out_of(session, round_id, document, lambda _: None) is None


def test_another_round_counts_as_far_as_its_reader_may_see_it(database: Database) -> None:
    first = counted.store_published(database, counted.make_votes(paper(None)))
    both = Composite((
        Part("p1", "这次", Source.VOTE, F(50)), Part("p2", "上半年", Source.ROUND, F(50), round_id=first),
    ))  # fmt: skip
    round_id = counted.store_published(database, counted.make_votes(paper(both)))
    with database.reading() as session:
        documents = {each: counted.result_for(session, each).document for each in (first, round_id)}
        seen = composites_out_of(session, round_id, documents[round_id], documents.get)
        unseen = composites_out_of(session, round_id, documents[round_id], lambda _: None)
    assert seen is not None
    assert unseen is not None
    halves = [points_of(documents[each], "u1", "", by_top=False) for each in (first, round_id)]
    total = sum((half.low for half in halves if isinstance(half, Points)), F(0)) / 2
    assert seen.rows[1].score == points_text(Points(total, total), 2)
    assert (unseen.rows[1].score, unseen.rows[1].why) == ("", "另一轮的结果没有公布，不计算")


ROWS = {
    "label-1": "群众", "source-1": "composite", "weight-1": "80",
    "label-2": "全体", "source-2": "vote:", "weight-2": "70", "under-2": "1",
    "label-3": "领导评分", "source-3": "score", "weight-3": "30", "under-3": "1",
    "label-4": "扣分", "source-4": "points", "weight-4": "20", "most-4": "20",
    "label-5": "加分", "source-5": "extra", "most-5": "5", "decimals": "1", "by_top": "1",
}  # fmt: skip


def test_a_group_that_was_deleted_hinders_the_freeze() -> None:
    whole = paper()
    without = replace(whole, groups=tuple(group for group in whole.groups if group.id != "g4"))
    steps = [
        {step.code: step for step in freeze_problems(each)}.get("composite") for each in (whole, without, paper(None))
    ]
    assert [step.done if step else None for step in steps] == [True, False, None]
    assert steps[1] is not None
    assert steps[1].detail == "服务对象测评"


def test_a_class_that_no_object_is_of_any_more_hinders_the_freeze() -> None:
    parts = (
        Part("a", "群众", Source.VOTE, F(60), by_class={"党群": F(40)}),
        Part("b", "领导评分", Source.SCORE, F(40), by_class={"党群": F(60)}),
    )
    whole = paper(Composite(parts))
    units = whole.parts[0].units
    of_class = asked(whole, units=(replace(units[0], object_class="党群"), *units[1:]))
    renamed = asked(whole, units=(replace(units[0], object_class="党群部门"), *units[1:]))
    steps = [{step.code: step for step in freeze_problems(each)}["composite"] for each in (of_class, renamed)]
    assert [step.done for step in steps] == [True, False]
    assert steps[1].detail == "群众（党群）、领导评分（党群）"


class OfCampaign:
    """An organiser at the pages of a campaign, and the composite score that it keeps."""

    @pytest.fixture
    def desk(self, new_desk: Desks, database: Database) -> Desk:
        with database.writing() as session:
            self.campaign_id = make_campaign(session, make_cast(session)["zhangsan"])
        return new_desk("zhangsan")

    def kept(self, database: Database) -> Composite | None:
        with database.reading() as session:
            return get_campaign(session, self.campaign_id).scheme.composite


class TestPages(OfCampaign):
    """From the campaign's page to the result page."""

    def test_parts_are_typed_shown_and_kept(self, desk: Desk, database: Database) -> None:
        path = f"/campaigns/{self.campaign_id}/composite"
        assert desk.post(path, **ROWS).status_code == 303
        stored = self.kept(database)
        assert stored is not None
        assert [part.label for part in stored.parts] == ["群众", "扣分", "加分"]
        assert [part.label for part in stored.parts[0].parts] == ["全体", "领导评分"]
        assert (stored.decimals, stored.by_top) == (1, True)
        page = desk.get(path).text
        assert "综合评价得分 = 群众（全体 × 70% + 领导评分（非无记名） × 30%） × 80%" in page
        again = dict(re.findall(r'name="((?:label|weight|most)-\d)"[^>]*value="([^"]*)"', page))
        assert [again[f"label-{row}"] for row in range(1, 6)] == ["群众", "全体", "领导评分", "扣分", "加分"]
        empty = {name: "" for name in ROWS if name != "by_top"}
        assert desk.post(path, **{**empty, "decimals": "2"}).status_code == 303
        with database.reading() as session:
            assert get_campaign(session, self.campaign_id).scheme.composite is None

    def test_classes_of_objects_have_weights_of_their_own(self, desk: Desk, database: Database) -> None:
        root = f"/campaigns/{self.campaign_id}"
        with database.reading() as session:
            units = get_campaign(session, self.campaign_id).units
        rows: dict[str, str | list[str]] = {
            "id[]": [unit.id for unit in units],
            "place[]": [str(place) for place, _ in enumerate(units, 1)],
            "name[]": [unit.name for unit in units],
            "duty[]": ["" for _ in units],
            "responsible[]": ["县文化局" for _ in units],
            "class[]": ["党群", *["政府" for _ in units[1:]]],
        }
        assert desk.post(f"{root}/units", **rows).status_code == 303
        with database.reading() as session:
            kept = get_campaign(session, self.campaign_id).units
        assert [(unit.responsible, unit.object_class) for unit in kept][:2] == [
            ("县文化局", "党群"),
            ("县文化局", "政府"),
        ]
        assert 'value="党群"' in desk.get(f"{root}/units").text
        parts = {
            "label-1": "群众", "source-1": "vote:", "weight-1": "60", "classes-1": "党群 40",
            "label-2": "领导评分", "source-2": "score", "weight-2": "40", "classes-2": "党群 60", "decimals": "1",
        }  # fmt: skip
        refused = desk.post(f"{root}/composite", **{**parts, "classes-1": "垂管 40"})
        assert refused.status_code == 422
        assert "没有一个对象属于这一类" in refused.text
        assert desk.post(f"{root}/composite", **{**parts, "classes-2": "党群 50"}).status_code == 422
        assert desk.post(f"{root}/composite", **parts).status_code == 303
        page = desk.get(f"{root}/composite").text
        assert 'value="党群 40"' in page
        assert "党群：群众 × 40% + 领导评分 × 60%" in page

    def test_weights_that_make_no_hundred_are_refused_with_their_sum(self, desk: Desk) -> None:
        rows = {f"{name}-{row}": value for row, weight in enumerate(("60", "30", "20"), 1)
                for name, value in (("label", f"部分{row}"), ("source", "score"), ("weight", weight))}  # fmt: skip
        answer = desk.post(f"/campaigns/{self.campaign_id}/composite", **rows, decimals="2")
        assert answer.status_code == 422
        assert "合计 110，应为 100" in answer.text
        assert 'value="部分3"' in answer.text

    @pytest.mark.parametrize("changes", [
        {"under-2": "4"}, {"under-2": "9"}, {"source-2": "composite"}, {"source-2": "nothing"}, {"most-4": ""},
        {"weight-3": "dreißig"}, {"source-2": "vote:nobody"}, {"source-2": "round:nobody"},
    ])  # fmt: skip
    def test_it_refuses_rows_that_cannot_be(self, desk: Desk, changes: dict[str, str]) -> None:
        answer = desk.post(f"/campaigns/{self.campaign_id}/composite", **(ROWS | changes))
        assert answer.status_code == 422, answer.text

    def test_a_new_scheme_keeps_them(self, desk: Desk, database: Database) -> None:
        desk.post(f"/campaigns/{self.campaign_id}/composite", **ROWS)
        zhang = Principal("idzhangsan", "张三", "organiser")
        with database.writing() as session:
            plain = replace(get_campaign(session, self.campaign_id).scheme, remark_k=11, composite=None)
            set_scheme(session, counted.AT, zhang, self.campaign_id, plain, two_person=True)
        with database.reading() as session:
            scheme = get_campaign(session, self.campaign_id).scheme
        assert scheme.remark_k == 11
        assert scheme.composite is not None

    def test_named_scores_stand_beside_the_votes(self, desk: Desk, database: Database) -> None:
        round_id = counted.store_counted(database, counted.make_votes(paper()))
        path = f"/rounds/{round_id}/composite"
        assert path in desk.get(f"/rounds/{round_id}").text
        assert "主要领导评分" in desk.get(path).text
        assert "综合评价得分 = 服务对象测评 × 60%" in desk.get(f"/rounds/{round_id}/paper").text
        for page in (path, f"/rounds/{round_id}/paper"):
            told = desk.client.get(page, headers={"accept-language": "en"}).text
            assert re.search(r"Composite score = .* × 60% \+ .* \(named\) × 40%", told)
        assert desk.post(path, **{"p2-u1": "88", "p3-u1": "2", "award-u1": "优秀"}).status_code == 303
        assert 'value="88"' in desk.get(path).text
        refused = desk.post(path, **{"p2-u1": "880"})
        assert refused.status_code == 422
        assert 'value="880"' in refused.text
        counted.release(database, round_id)
        page = desk.get(f"/results/{round_id}").text
        assert "非无记名" in page
        assert "组织评定" in page
        assert re.search(r"主要领导评分（非无记名） 88\.00", page)

    def test_a_draft_has_no_such_page(self, desk: Desk) -> None:
        answer = desk.post(f"/campaigns/{self.campaign_id}/rounds/new", title="一", form_key="t2", key_needed="1",
                           key_holders="1")  # fmt: skip
        assert answer.status_code == 303
        assert desk.get(f"{answer.headers['location']}/composite").status_code == 409
