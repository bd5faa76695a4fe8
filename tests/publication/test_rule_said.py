"""One sentence of a rule, one word of an object, and one note of a sum, in every output that tells of a result."""

import html
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from starlette.testclient import TestClient

from app.campaigns.composite import Composite, Part, Source
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Flag, Meaning, Rule, Sign, Step, Word
from app.campaigns.sentences import rule_text
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.domain import Paper
from app.tally.facts import section_texts
from tests.booth.phones import SAME_SITE
from tests.campaigns.test_rule import first, last
from tests.factories import make_open_round
from tests.publication import counted
from tests.publication.test_composite_words import RULE as SCORED
from tests.publication.test_numbers import text_of
from tests.tally.cast import section_of

RULE = Rule(
    (
        Step((first(1, ">=", "9/10"),), Word("优秀", Meaning.MET)),
        Step((last(1, ">=", "1/2"),), Word("不称职", Meaning.FAILED, "下次会议重新报告")),
        Step((), Word("合格", Meaning.ATTENTION, "按意见整改")),
    ),
    (Flag((last(1, ">", "1/100"),), "不满意票须作说明"),),
)
WITH_SENTENCE = (
    "/results/{id}",
    "/results/{id}/units/u1",
    "/results/{id}/export.xlsx",
    "/results/{id}/report.docx",
    "/results/{id}/brief.pdf",
    "/results/{id}/letters.zip",
    "/results/{id}/result.json",
)
WITH_WORD = WITH_SENTENCE[:2] + WITH_SENTENCE[2:6]


def make_paper() -> Paper:
    paper = counted.make_paper()
    quorums = {group.id: Quorum(Fraction(1, 10), Sign.ABOVE) for group in paper.groups[:2]}
    return replace(paper, scheme=replace(paper.scheme, rule=RULE, decimals=2, group_quorums=quorums))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", html.unescape(text))


@pytest.fixture
def published(database: Database) -> str:
    return counted.store_published(database, counted.make_votes(make_paper()))


@pytest.mark.parametrize("route", WITH_SENTENCE)
def test_it_works(client: TestClient, database: Database, published: str, route: str) -> None:
    path = route.format(id=published)
    answer = counted.log_in(client, database, "leader").get(path)
    assert answer.status_code == 200
    told = _squeezed(text_of(answer.content, path))
    for text in section_texts(make_paper().section):
        assert _squeezed(text) in told
    assert _squeezed(rule_text(make_paper().scheme)) in told


@pytest.mark.parametrize("route", WITH_WORD)
def test_every_output_says_the_word(client: TestClient, database: Database, published: str, route: str) -> None:
    path = route.format(id=published)
    answer = counted.log_in(client, database, "leader").get(path)
    told = text_of(answer.content, path)
    with database.reading() as session:
        document = counted.result_for(session, published).document
    words = {target["verdict"]["label"] for target in section_of(document)["targets"]}
    assert words <= {"优秀", "合格", "不称职"}
    assert any(word in told for word in words)
    assert "需补课" not in told


def test_a_word_says_what_it_means_and_what_follows(database: Database, published: str) -> None:
    with database.reading() as session:
        section = section_of(counted.result_for(session, published).document)
    ruling = section["targets"][1]["verdict"]
    assert (ruling["code"], ruling["meaning"]) in {("met", "met"), ("attention", "attention"), ("remedial", "failed")}
    assert [(row["label"], row["code"]) for row in section["words"]][:3] == [
        ("优秀", "met"), ("合格", "attention"), ("不称职", "remedial"),
    ]  # fmt: skip
    assert sum(row["count"] for row in section["words"]) == len(section["targets"])
    assert "lines" not in section["formula"]


def test_the_phone_says_the_same_before_the_vote(client: TestClient, database: Database, settings: Settings) -> None:
    """Of the very same function: the whole of it, in its order."""
    place = make_open_round(database, KeyFolder(settings.data / "keys"), make_paper())
    fields = {"code": next(iter(place.codes.values()))[0], "lang": "zh"}
    page = client.post("/v/document?rules", data=fields, headers=SAME_SITE)
    told = re.findall(r"<li>(.*?)</li>", page.text, re.DOTALL)
    assert [_squeezed(line) for line in told] == [_squeezed(text) for text in section_texts(make_paper().section)]


@pytest.mark.parametrize(("language", "said"), [
    ("zh", "综合评价得分达到 85 分（含）的，为“优秀”；"), ("en", "Composite score at least 85 points: “"),
])  # fmt: skip
def test_the_phone_says_the_rule_on_the_composite_score(
    client: TestClient, database: Database, settings: Settings, language: str, said: str
) -> None:
    parts = (Part("a", "全体", Source.VOTE, Fraction(60)), Part("b", "领导评分", Source.SCORE, Fraction(40)))
    made = make_paper()
    composite = Composite(parts, rule=SCORED)
    place = make_open_round(
        database, KeyFolder(settings.data / "keys"), replace(made, scheme=replace(made.scheme, composite=composite))
    )
    fields = {"code": next(iter(place.codes.values()))[0], "lang": language}
    page = html.unescape(client.post("/v/document?rules", data=fields, headers=SAME_SITE).text)
    [told] = [line for line in re.findall(r"<li>(.*?)</li>", page, re.DOTALL) if "85" in line]
    assert said in told


def test_the_frozen_paper_that_is_read_out_says_the_rule(
    client: TestClient, database: Database, published: str
) -> None:
    organiser = counted.log_in(client, database, "organiser")
    page = _squeezed(organiser.get(f"/rounds/{published}/paper").text)
    for text in section_texts(make_paper().section):
        assert _squeezed(text) in page
