"""What the database refuses is told as what it is: only what passes is "busy, try again" (SEC-83)."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from fractions import Fraction

import psycopg
import pytest
from fastapi import FastAPI, Request
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InternalError, OperationalError, ProgrammingError
from starlette.testclient import TestClient

from app.campaigns.composite import Composite, Part, Source, check_composite
from app.campaigns.composite_rule import check_composite_rule
from app.campaigns.routes_composite import typed_composite
from app.campaigns.rule import Condition, Flag, Meaning, Quantity, Rule, Sign, Step, Word
from app.campaigns.rule_checks import Ground, check_rule
from app.campaigns.typed import TypedRow, group_rows, typed_quorum
from app.core.chinese import has_chinese
from app.core.errors import DomainError, Ours
from app.core.settings import Settings
from app.main import build_api, wrap
from app.publication.tryout import typed_samples
from app.web.errors import ALL_SENTENCES, TABLES, sentence
from app.web.forms import PostedForm
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


TOO_MUCH = Condition(Quantity.FIRST, Sign.ABOVE, Fraction(3, 2), 1)
SHARE = Condition(Quantity.FIRST, Sign.ABOVE, Fraction(1, 2), 1)
LAST_STEP = Step((), Word("Poor", Meaning.FAILED))


def rule(*conditions: Condition, flags: tuple[Condition, ...] = ()) -> Rule:
    steps = (Step(conditions, Word("Good", Meaning.MET)), LAST_STEP) if conditions else (LAST_STEP,)
    return Rule(steps, (Flag(flags, "look"),) if flags else ())


def weighed(weight: int, **by_class: Fraction) -> Composite:
    return Composite((Part("a", "Poll", Source.VOTE, Fraction(weight), by_class=by_class),))


def judged(judged_by: Rule) -> Composite:
    return replace(weighed(100), rule=judged_by)


def posted(**fields: str) -> PostedForm:
    return PostedForm({name: [value] for name, value in fields.items()}, {})


PUT_TOGETHER: dict[str, Callable[[], object]] = {
    "第 1 档": lambda: check_rule(rule(TOO_MUCH), Ground((100, 0))),
    "提示1": lambda: check_rule(rule(flags=(TOO_MUCH,)), Ground((100, 0))),
    "第 1 档的条件": lambda: check_composite_rule(judged(rule(SHARE))),
    "提示1的条件": lambda: check_composite_rule(judged(rule(flags=(SHARE,)))),
    "综合评价得分": lambda: check_composite(weighed(90), ()),
    "综合评价得分（A）": lambda: check_composite(weighed(100, A=Fraction(90)), ()),
    "Staff 应参加人数": lambda: group_rows([TypedRow("", "1", "Staff", "many")]),
    "应参加人数": lambda: group_rows([TypedRow("", "1", "", "many")]),
    "Staff法定人数": lambda: typed_quorum(posted(quorum="two"), name="Staff"),
    "第 1 部分的来源": lambda: typed_composite(posted(**{"label-1": "Poll", "source-1": "nothing", "decimals": "2"})),
    "类别1": lambda: typed_samples(posted(**{"count-1-0": "2", "returned-1": "1"}), ["Good", "Poor"]),
}


@pytest.mark.parametrize("called", PUT_TOGETHER)
def test_what_a_refusal_names_is_told_in_english_too(called: str) -> None:
    with pytest.raises(DomainError) as refusal:
        PUT_TOGETHER[called]()
    told = {language: sentence(language, refusal.value.code, refusal.value.params)[1] for language in ("zh", "en")}
    assert called in told["zh"]
    assert not has_chinese(told["en"])


def test_several_names_are_parted_as_the_reader_parts_words_also_where_they_were_stored() -> None:
    params: dict[str, object] = {"groups": ("Staff 1/0", "Guests 0/2")}
    for kept in (params, json.loads(json.dumps(params))):
        assert "：Staff 1/0、Guests 0/2。" in sentence("zh", "box_tampered", kept)[1]
        assert ": Staff 1/0, Guests 0/2." in sentence("en", "box_tampered", kept)[1]
