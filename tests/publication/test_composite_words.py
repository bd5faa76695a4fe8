"""The word of a composite score, from the page where its rule is typed to whatever tells of a result."""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.campaigns.composite import Composite, Part, Points, Source, Total
from app.campaigns.composite_rule import outcome_of
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.rule import Condition, Flag, Meaning, Quantity, Rule, Sign, Step, Word
from app.core.db import Database
from app.publication.composite_rows import Composites, Conclusion, row_of
from app.publication.composites import composites_beside, composites_told
from app.publication.domain import Scope
from app.publication.editions import Published
from app.reports.beside import said_of_each
from app.reports.brief import brief
from app.reports.letters import feedback_letters
from app.reports.notice import notice
from app.reports.scrutiny import Particulars
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.domain import Paper
from app.tally.verdict import Verdict
from tests.campaigns.test_routes import SCHEME
from tests.cast import Desk
from tests.found import some
from tests.publication import counted
from tests.publication.test_announcing import post
from tests.publication.test_api import program
from tests.publication.test_composites import COMPOSITE, OfCampaign, acting, composites_out_of, paper
from tests.reports.test_brief import text_of

F = Fraction
NewClient = Callable[[], TestClient]
SENTENCE = "综合评价得分达到 85 分（含）的，为“优秀”；综合评价得分达到 60 分（含）的，为“合格”；其余的为“不合格”。"


def at_least(points: int) -> Condition:
    return Condition(Quantity.COMPOSITE, Sign.AT_LEAST, F(points))


RULE = Rule(
    (
        Step((at_least(85),), Word("优秀", Meaning.MET)),
        Step((at_least(60),), Word("合格", Meaning.ATTENTION)),
        Step((), Word("不合格", Meaning.FAILED, "限期整改")),
    ),
    (Flag((Condition(Quantity.COMPOSITE, Sign.BELOW, F(59)),), "须作说明"),),
)


def judged(rule: Rule = RULE) -> Composite:
    return replace(COMPOSITE, rule=rule)


def stored(database: Database, made: Paper, scores: dict[str, str], *scopes: str) -> str:
    round_id = counted.store_counted(database, counted.make_votes(made))
    acting(database, round_id, {(unit, "p2"): score for unit, score in scores.items()} | {
        (unit, "p3"): "0" for unit in scores})  # fmt: skip
    for scope in scopes or ("leaders",):
        counted.release(database, round_id, scope)
    return round_id


def beside(database: Database, round_id: str) -> Composites:
    with database.reading() as session:
        found = composites_beside(session, counted.result_for(session, round_id), counted.READER, counted.AT)
    assert found is not None
    return found


def judged_result(database: Database) -> tuple[str, Published, Composites]:
    """Store a round with a score of each word; return its id, its result and what stands beside the votes."""
    round_id = stored(database, paper(judged()), {"u1": "100", "u2": "0"})
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    return round_id, result, beside(database, round_id)


def test_it_works(database: Database) -> None:
    found = beside(database, stored(database, paper(judged()), {"u1": "100", "u2": "0"}))
    third, first, second = found.rows[:3]
    assert F(first.score) > 85
    assert F(second.score) < 59
    assert first.conclusion == Conclusion("优秀", Verdict.MET)
    assert second.conclusion == Conclusion("不合格", Verdict.REMEDIAL, "限期整改", ("须作说明",))
    assert (third.score, third.conclusion) == ("", None)
    assert found.rule.startswith(SENTENCE)
    assert found.given == [("优秀", 1), ("不合格", 1)]
    assert beside(database, stored(database, paper(), {"u0": "100"})).rule == ""


def test_files_and_programs_tell_the_word_of_the_page(client: TestClient, database: Database) -> None:
    round_id, result, found = judged_result(database)
    row = found.rows[2]
    assert row.conclusion_text == "不合格；限期整改；须作说明"
    book = openpyxl.load_workbook(io.BytesIO(result_workbook(result, found)))["综合评价"]
    assert [cell.value for cell in book[4]][:4] == [row.name, row.score, row.conclusion_text, row.parts_text]
    cells = [cell.value for line in book for cell in line]
    assert {found.rule, "优秀 1；不合格 1"} <= {*cells}
    word = docx.Document(io.BytesIO(survey_report(result, None, paper(), Particulars(composites=found), counted.AT)))
    assert row.conclusion_text in [cell.text for table in word.tables for line in table.rows for cell in line.cells]
    told = {found.rule, "综合评价结论：优秀 1 个；不合格 1 个。", f"综合评价结论为“不合格”的：{row.name}。限期整改。"}
    assert told <= {paragraph.text for paragraph in word.paragraphs}
    pages = "".join(text_of(brief(result, found)).split())
    assert row.conclusion_text in pages
    assert "".join(found.rule.split()) in pages
    assert "。。" not in pages
    answered = program(client, database, Scope.LEADERS).read(f"/{round_id}")["composites"]
    assert answered["rule"] == found.rule
    assert answered["rows"][2]["conclusion"] == {
        "word": "不合格", "code": "remedial", "consequence": "限期整改", "flags": ["须作说明"], "why": "",
    }  # fmt: skip
    assert answered["rows"][0]["conclusion"] is None


def test_a_unit_reads_its_own_score_on_its_page_and_in_its_letter(client: TestClient, database: Database) -> None:
    round_id, result, found = judged_result(database)
    row = found.rows[2]
    letters = zipfile.ZipFile(io.BytesIO(feedback_letters(result, None, counted.AT, said_of_each(found))))
    own = [docx.Document(io.BytesIO(letters.read(name))) for name in sorted(letters.namelist())][2]
    said = [paragraph.text for paragraph in own.paragraphs]
    assert f"综合评价结论：{row.conclusion_text}。" in said
    assert f"综合评价得分：{row.score}（{found.formula}）。" in said
    assert sum("综合评价结论" in text for text in said) == 1
    organiser = counted.log_in(client, database, "organiser")
    page = organiser.get(f"/results/{round_id}/units/u2").text
    assert f'<span class="verdict verdict-remedial">{row.conclusion.word if row.conclusion else ""}</span>' in page
    assert f">{row.score}<" in page
    assert f">{found.rows[1].score}<" not in page


def test_everybody_is_told_the_word_of_an_announced_round(client: TestClient, database: Database) -> None:
    made = counted.make_paper(("养老服务中心", "菜市场改造"), {"全体组成人员": 46})
    mine = replace(judged().parts[0], group="g0")
    scheme = replace(
        made.scheme,
        composite=replace(judged(), parts=(mine, *judged().parts[1:])),
        disclosure=Disclosure(Kind.ANNOUNCED, Extent.COUNTS),
    )
    round_id = stored(
        database, replace(made, scheme=scheme, remarks=False, remark_bytes=0), {"u0": "100", "u1": "0"}, "public"
    )
    with database.reading() as session:
        bands = counted.bands_for(session, round_id)
        told = composites_told(session, bands, counted.AT)
    assert told is not None
    words = [row.conclusion.word if row.conclusion else "" for row in told.rows]
    assert words == ["优秀", "不合格"]
    printed = "".join(text_of(notice(bands, "http://127.0.0.1:8000", told)).split())
    assert all(f"{row.name}{row.score}{row.conclusion_text}" in printed for row in some(told.rows))
    assert "".join(told.rule.split()) in printed
    page = client.get(f"/notices/{round_id}").text
    assert all(text in page for text in (*words, "限期整改", "综合评价结论", told.rule))
    organiser = counted.log_in(client, database, "organiser")
    assert post(organiser, f"/rounds/{round_id}/announce", to="2") == 303
    screen = organiser.get(f"/rounds/{round_id}/announce/screen").text
    assert f"综合评价得分 {told.rows[1].score}" in screen
    assert f"<strong>{told.rows[1].conclusion_text}</strong>" in screen


def test_a_score_across_a_line_has_no_word(client: TestClient, database: Database) -> None:
    """A group of fewer than ten is not shown by itself, so that what it gave may be anything."""
    made = counted.make_paper(groups={"服务对象": 60, "下属单位": 9})
    few = replace(judged().parts[0], group="g1")
    scheme = replace(made.scheme, composite=replace(judged(), parts=(few, *judged().parts[1:])))
    round_id = stored(database, replace(made, scheme=scheme), {"u0": "100", "u1": "0"})
    found = beside(database, round_id)
    assert "–" in found.rows[0].score
    assert found.rows[0].conclusion is not None
    assert (found.rows[0].conclusion.word, found.rows[0].conclusion.code) == ("", None)
    organiser = counted.log_in(client, database, "organiser")
    assert "得分只能确定到一个范围，跨过判定的线，不作结论" in organiser.get(f"/results/{round_id}").text


def test_two_readers_of_one_score_are_each_told_what_theirs_says(database: Database) -> None:
    """Who does not see the other round has no score, and no word; a hidden part leaves one where no line is crossed."""
    first = counted.store_published(database, counted.make_votes(paper(None)))
    both = Composite((
        Part("p1", "这次", Source.VOTE, F(50)), Part("p2", "上半年", Source.ROUND, F(50), round_id=first),
    ), rule=RULE)  # fmt: skip
    round_id = counted.store_published(database, counted.make_votes(paper(both)))
    with database.reading() as session:
        documents = {each: counted.result_for(session, each).document for each in (first, round_id)}
        seen = composites_out_of(session, round_id, documents[round_id], documents.get)
        unseen = composites_out_of(session, round_id, documents[round_id], lambda _: None)
    assert seen is not None
    assert unseen is not None
    told = [row.conclusion for row in seen.rows]
    assert all(each is not None and each.word for each in some(told[1:]))
    assert [row.conclusion for row in unseen.rows] == [None] * len(told)
    assert unseen.given == []


@pytest.mark.parametrize(("score", "coarse", "text", "word"), [
    ("84.996", False, "84.996", "合格"), ("84.9", False, "84.90", "合格"), ("85", False, "85.00", "优秀"),
    ("84.6", True, "84.6", "合格"), ("84.4", True, "84", "合格"), ("85.4", True, "85", "优秀"),
    ("58.9999", False, "58.9999", "不合格"),
])  # fmt: skip
def test_what_is_printed_is_on_the_side_of_its_word(score: str, text: str, word: str, *, coarse: bool) -> None:
    total = Total(Points(F(score), F(score), coarse=coarse), ())
    row = row_of(("u1", "县图书馆"), judged(), total, None)
    assert row.conclusion is not None
    assert (row.score, row.conclusion.word) == (text, word)
    assert row.conclusion.flags == (("须作说明",) if F(text) < 59 else ())


@pytest.mark.parametrize(("low", "high", "text", "word"), [
    ("80.2", "84.6", "80.2–84.6", "合格"), ("84.991", "84.999", "84.991–84.999", "合格"),
    ("80.2", "83.6", "80–84", "合格"), ("80.2", "85", "80–85", ""), ("85", "86.1", "85–87", "优秀"),
    ("59.5", "60.5", "59–61", ""), ("60.25", "61.5", "60–62", "合格"), ("58.25", "58.75", "58.2–58.8", "不合格"),
])  # fmt: skip
def test_both_ends_that_are_printed_are_on_the_side_of_their_word(low: str, high: str, text: str, word: str) -> None:
    row = row_of(("u1", "县图书馆"), judged(), Total(Points(F(low), F(high), coarse=True), ()), None)
    assert row.conclusion is not None
    assert (row.score, row.conclusion.word) == (text, word)


def test_a_score_that_no_decimals_keep_off_a_line_has_no_word() -> None:
    line = Condition(Quantity.COMPOSITE, Sign.AT_LEAST, F(100, 3))
    rule = Rule((Step((line,), Word("优秀", Meaning.MET)), RULE.steps[-1]))
    row = row_of(("u1", "县图书馆"), judged(rule), Total(Points(F(100, 3), F(100, 3)), ()), None)
    assert row.score == "33.33"
    assert row.conclusion is not None
    assert (row.conclusion.word, bool(row.conclusion.why)) == ("", True)


POINT = st.one_of(
    st.fractions(0, 100),
    st.builds(lambda line, off: max(F(line) + F(off, 10**9), F(0)), st.integers(1, 99), st.integers(-(10**7), 10**7)),
)


@given(
    st.lists(POINT.filter(lambda line: 0 < line < 100), min_size=1, max_size=4, unique=True), st.data(),
    st.sampled_from([Sign.AT_LEAST, Sign.ABOVE]), st.booleans(),
    st.sampled_from([F(0), F(1, 100)]), st.integers(0, 2),
)  # fmt: skip
def test_no_printed_end_has_another_word(
    lines: list[Fraction],
    data: st.DataObject,
    sign: Sign,
    coarse: bool,
    slack: Fraction,
    decimals: int,
) -> None:
    """Whatever the lines and the span, also right beside a line: who reads the ends finds the word that is told."""
    near = st.one_of(
        POINT, st.builds(lambda line, off: line + F(off, 10**4), st.sampled_from(lines), st.integers(0, 99))
    )
    low, high = sorted((data.draw(near), data.draw(near)))
    steps = [Step((Condition(Quantity.COMPOSITE, sign, line),), Word(f"过 {line}", Meaning.MET))
             for line in sorted(lines, reverse=True)]  # fmt: skip
    rule = Rule((*steps, RULE.steps[-1]), RULE.flags)
    composite = replace(judged(rule), decimals=decimals)
    row = row_of(("u1", "县图书馆"), composite, Total(Points(low, high, coarse=coarse, slack=slack), ()), None)
    assert row.conclusion is not None
    if row.conclusion.word:
        ends = [outcome_of(rule, Points(F(end), F(end))) for end in row.score.split("–")]
        assert {end.word.text for end in ends if end} == {row.conclusion.word}
        assert all(end and {*row.conclusion.flags} <= {*end.flags} for end in some(ends))
    if low < high:
        printed = [F(end) for end in row.score.split("–")]
        assert printed[0] <= low < high <= printed[1]


ROWS = {
    "label-1": "全体", "source-1": "vote:", "weight-1": "60",
    "label-2": "领导评分", "source-2": "score", "weight-2": "40", "decimals": "2",
    "step-1-what-1": "composite-0", "step-1-sign-1": ">=", "step-1-number-1": "85",
    "step-1-word": "优秀", "step-1-meaning": "met",
    "step-2-what-1": "composite-0", "step-2-sign-1": ">=", "step-2-number-1": "60",
    "step-2-word": "合格", "step-2-meaning": "attention",
    "rest-word": "不合格", "rest-meaning": "failed", "rest-consequence": "限期整改",
    "flag-1-what-1": "composite-0", "flag-1-sign-1": "<", "flag-1-number-1": "59", "flag-1-text": "须作说明",
}  # fmt: skip


class TestPages(OfCampaign):
    """From the campaign's page to the result page."""

    def test_a_rule_is_typed_read_back_and_said(self, desk: Desk, database: Database) -> None:
        path = f"/campaigns/{self.campaign_id}/composite"
        assert desk.post(path, **ROWS).status_code == 303
        stored_now = self.kept(database)
        assert stored_now is not None
        assert stored_now.rule == RULE
        page = desk.get(path).text
        assert SENTENCE in page
        typed = dict(re.findall(r'name="((?:step|rest|flag)-[\w-]+)"[^>]*value="([^"]*)"', page))
        wanted = {name: text for name, text in ROWS.items() if name in typed}
        assert {name: typed[name] for name in wanted} == wanted
        assert len(wanted) == 8
        assert desk.post(path, **{**ROWS, **typed}).status_code == 303
        assert self.kept(database) == stored_now
        emptied = {name: "" for name in ROWS if name.startswith(("step", "rest", "flag")) and "-what" not in name}
        assert desk.post(path, **{**ROWS, **emptied}).status_code == 303
        again = self.kept(database)
        assert again is not None
        assert again.rule is None

    @pytest.mark.parametrize(("changes", "named"), [
        ({"step-1-what-1": "first-1", "step-1-number-1": "1/2"}, "第 1 档的条件不是综合评价得分"),
        ({"step-2-what-1": "mean-0"}, "第 2 档的条件不是综合评价得分"),
        ({"flag-1-what-1": "last-1", "flag-1-number-1": "1/3"}, "提示1的条件不是综合评价得分"),
        ({"step-2-number-1": "95"}, "第 2 档"),
        ({"step-2-number-1": "190"}, "（例如 80% 或 2/3），得分写 0 到 100。"),
        ({"step-1-number-1": "111", "label-3": "加分", "source-3": "extra", "most-3": "10"}, "得分写 0 到 110。"),
        ({"step-1-number-1": "九十"}, "第 1 档的数写得不对"),
        ({"rest-word": ""}, "第 3 档"),
        ({f"{name}-{row}": "" for name in ("label", "source", "weight") for row in (1, 2)}, "至少有一个部分"),
    ])  # fmt: skip
    def test_it_refuses_a_rule_that_cannot_be_and_keeps_what_was_typed(
        self, desk: Desk, database: Database, changes: dict[str, str], named: str
    ) -> None:
        answer = desk.post(f"/campaigns/{self.campaign_id}/composite", **(ROWS | changes))
        assert answer.status_code == 422
        assert named in answer.text
        assert "没有保存" in answer.text
        assert 'value="限期整改"' in answer.text
        assert self.kept(database) is None

    @pytest.mark.parametrize("row", [
        {"rest-consequence": "限期整改"}, {"step-2-consequence": "限期整改"}, {"step-3-number-2": "60"},
        {"step-3-word": "合格"}, {"flag-2-text": "须作说明"}, {"flag-2-number-1": "59"},
    ])  # fmt: skip
    def test_whatever_is_typed_of_a_rule_counts_and_is_in_sight_when_it_is_refused(
        self, desk: Desk, database: Database, row: dict[str, str]
    ) -> None:
        """A row of which only one field is filled in: nothing typed is dropped or folded away."""
        parts = {name: text for name, text in ROWS.items() if name[:4] not in {"step", "rest", "flag"}}
        choices = {name: text for name, text in ROWS.items() if re.search(r"-(what|sign|meaning)", name)}
        choices |= {f"{each}-{kind}-{place}": text for each in ("step-3", "flag-2") for place in (1, 2)
                    for kind, text in (("what", "composite-0"), ("sign", ">="))}  # fmt: skip
        answer = desk.post(f"/campaigns/{self.campaign_id}/composite", **parts, **choices, **row)
        assert (answer.status_code, self.kept(database)) == (422, None)
        name, text = next(iter(row.items()))
        before, field, after = answer.text.partition(f'name="{name}"')
        around: list[str] = []
        for tag in re.findall(r"<details[^>]*>|</details>", before):
            around = around[:-1] if tag == "</details>" else [*around, tag]
        assert field
        assert f'value="{text}"' in after[:200]
        assert around
        assert all(re.search(r"\bopen\b", tag) for tag in some(around))
        assert desk.post(f"/campaigns/{self.campaign_id}/composite", **parts, **choices).status_code == 303
        kept = self.kept(database)
        assert kept is not None
        assert kept.rule is None

    def test_the_scheme_points_to_the_page(self, desk: Desk) -> None:
        fields = {
            "rule_kind": "steps", "step-1-what-1": "composite-0", "step-1-sign-1": ">=", "step-1-number-1": "90",
            "step-1-word": "优秀", "step-1-meaning": "met", "rest-word": "其他", "rest-meaning": "failed",
        }  # fmt: skip
        answer = desk.post(f"/campaigns/{self.campaign_id}/scheme", **{**SCHEME, **fields})
        assert answer.status_code == 422
        assert "请写在“综合评价”页的判定规则里" in answer.text

    def test_it_is_printed_before_the_vote(self, desk: Desk, database: Database) -> None:
        round_id = counted.store_counted(database, counted.make_votes(paper(judged())))
        assert SENTENCE in desk.get(f"/rounds/{round_id}/paper").text
