"""The booth's pages: every state, the contract of the paper's HTML, and the whole way without scripts."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from html import unescape
from html.parser import HTMLParser

import pytest
from httpx import Response
from sqlalchemy import update
from starlette.testclient import TestClient

from app.ballots.domain import CodeState
from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.disclosure import Disclosure, Kind, promise_text
from app.campaigns.domain import Item
from app.campaigns.models import Campaign
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Sign
from app.campaigns.rules import MAX_UNITS
from app.campaigns.score import Score
from app.core.chinese import has_chinese
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.domain import Paper, RoundState
from app.tally.facts import section_texts
from app.web.forms import MAX_FIELDS, TOKEN_FIELD
from tests.booth.phones import SAME_SITE
from tests.conftest import TestClock
from tests.factories import OpenRound, count_box, make_open_round, make_paper, set_code_state, set_round
from tests.found import some
from tests.papers import sitting


class FormReader(HTMLParser):
    """Reads what a browser without scripts would post by a form: hidden and text fields, ticked marks, textareas."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._wanted = action
        self._elsewhere = False
        self.fields: dict[str, str] = {}
        self.names: list[str] = []
        self.checked: dict[str, str] = {}
        self.action = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            # What a script sends again, and what asks for papers beside this one, are forms of their own.
            beside = "data-kept" in found or found.get("id") == "document"
            self._elsewhere = beside or not found["action"].startswith(self._wanted)
            self.action = self.action if self._elsewhere else found["action"]
        if self._elsewhere:
            return
        if tag == "input" and found.get("type") == "radio":
            self.names.append(found["name"])
            if "checked" in found:
                self.checked[found["name"]] = found["value"]
        elif tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"]] = found["value"]
        elif tag == "textarea":
            self._area = found["name"]
            self.fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def read(response: Response, action: str = "") -> FormReader:
    reader = FormReader(action)
    reader.feed(response.text)
    return reader


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def place(database: Database, folder: KeyFolder) -> OpenRound:
    return make_open_round(database, folder)


def open_paper(client: TestClient, code: str, **fields: str) -> Response:
    response: Response = client.post("/v/paper", data={"code": code, "lang": "zh", **fields}, headers=SAME_SITE)
    return response


def test_it_works_without_scripts(client: TestClient, database: Database, place: OpenRound) -> None:
    entry = read(client.get("/v"))
    paper = read(client.post(entry.action, data={**entry.fields, "code": place.codes["residents"][0]}))
    assert paper.action == "/v/review"
    assert (
        "您是 60 人中的一人"
        in client.post(entry.action, data={**entry.fields, "code": place.codes["residents"][0]}).text
    )
    marks = dict.fromkeys(paper.names, "1")
    reviewed = client.post(paper.action, data={**paper.fields, **marks, "r1": "开放时间<长>一点"})
    assert "开放时间&lt;长&gt;一点" in reviewed.text
    review = read(reviewed, "/v/cast")
    assert review.fields.keys() == {TOKEN_FIELD, "lang", "code", "round", "paper", "group", "sealed"}
    done = client.post(review.action, data=review.fields)
    assert done.status_code == 200
    assert re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", done.text)
    assert "比较满意" not in done.text
    assert count_box(database, place.id) == (1, 1)
    again = client.post(review.action, data=review.fields)
    assert (again.status_code, again.text) == (200, done.text)
    assert count_box(database, place.id) == (1, 1)


def ask_rules(client: TestClient, code: str, lang: str = "zh") -> Response:
    response: Response = client.post("/v/document?rules", data={"code": code, "lang": lang}, headers=SAME_SITE)
    return response


def ruled_paper() -> Paper:
    """Return a paper with all that a rule can have beside it."""
    paper = sitting(6)
    scheme = replace(
        paper.scheme,
        quorum=Quorum(Fraction(2, 3), Sign.ABOVE),
        weights={"residents": Fraction(70), "staff": Fraction(30)},
    )
    body, people, report = paper.parts
    items = tuple(replace(item, weight=Fraction(30 if at < 2 else 10)) for at, item in enumerate(people.items))
    people = replace(people, items=items, limits=(BallotLimit((0,), Fraction(1, 3)),))
    return replace(paper, scheme=scheme, parts=(body, people, report))


def test_the_rule_is_read_on_the_phone_before_the_first_mark(
    client: TestClient, database: Database, folder: KeyFolder
) -> None:
    """Rule, what follows, gates, weights of items and groups, limits of a ballot: from the frozen paper."""
    place = make_open_round(database, folder, ruled_paper())
    page = open_paper(client, place.codes["residents"][0]).text
    assert 'formaction="/v/document?rules"' in page
    told = unescape(ask_rules(client, place.codes["residents"][0]).text)
    for section in place.paper.sections:
        assert [text for text in section_texts(section) if text not in told] == []
        assert f"<strong>{section.noun}</strong>" in told
    quorum, weights = "到会人数超过应参加人数的 2/3，结果方为有效", " 70%、"
    wanted = (quorum, weights, "样本不足", "个人第1项 30", "最多 2 个（共 6 个）")
    assert [words for words in wanted if words not in told] == []
    assert "第一轮" not in told, "it is of the rule alone"


def test_the_rule_is_the_same_page_for_every_voter(client: TestClient, database: Database, folder: KeyFolder) -> None:
    place = make_open_round(database, folder, ruled_paper())
    codes = [*place.codes["residents"][:3], *place.codes["staff"][:2]]
    assert len({ask_rules(client, code).content for code in codes}) == 1
    assert place.codes["residents"][0] not in ask_rules(client, place.codes["residents"][0]).text


def test_the_rule_is_the_frozen_papers_whatever_the_campaign_says_now(
    client: TestClient, database: Database, folder: KeyFolder
) -> None:
    place = make_open_round(database, folder, ruled_paper())
    before = ask_rules(client, place.codes["residents"][0]).content
    with database.writing() as session:
        session.execute(update(Campaign).values(scheme="{}"))
    assert ask_rules(client, place.codes["residents"][0]).content == before


def test_the_rule_is_read_in_english(client: TestClient, database: Database, folder: KeyFolder) -> None:
    place = make_open_round(database, folder)
    told = ask_rules(client, place.codes["residents"][0], "en").text
    assert "How are votes counted and judged?" in told
    lines = re.findall(r"<li>(.*?)</li>", told, re.DOTALL)
    assert lines
    assert not [line for line in lines if has_chinese(line)]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("code", ["", "0000000000000", "QQQQ"])
def test_the_rule_needs_a_slip(client: TestClient, code: str) -> None:
    answer = ask_rules(client, code)
    assert 400 <= answer.status_code < 500
    assert "data-rules" not in answer.text


def test_what_is_missing_is_named_and_everything_kept(client: TestClient, place: OpenRound) -> None:
    paper = read(open_paper(client, place.codes["residents"][0]))
    marks = dict.fromkeys(paper.names, "2")
    del marks["m1-2"]
    response = client.post("/v/review", data={**paper.fields, **marks, "r2": "意见"})
    again = read(response)
    assert response.status_code == 422
    assert "“县图书馆”的“解决群众反映强烈的突出问题”还没有评" in response.text
    assert again.checked == marks
    assert again.fields["r2"] == "意见"
    assert response.text.count("autofocus") == 1


def test_the_longest_paper_is_filled_in_without_scripts(
    client: TestClient, database: Database, folder: KeyFolder
) -> None:
    units, items = MAX_UNITS, MAX_FIELDS // MAX_UNITS - 2  # a field more for each is its remark
    place = make_open_round(database, folder, make_paper(units, items))
    paper = read(open_paper(client, place.codes["residents"][0]))
    marks = dict.fromkeys(paper.names, "1")
    assert len(marks) == units * items
    short = {**marks, f"m{units - 1}-{items - 1}": ""}
    refused = client.post(paper.action, data={**paper.fields, **short, "r1": "意见" * 190})
    assert refused.status_code == 422
    assert len(read(refused).checked) == units * items - 1
    reviewed = client.post(paper.action, data={**paper.fields, **marks, "r1": "意见" * 190})
    assert reviewed.status_code == 200
    review = read(reviewed, "/v/cast")
    assert client.post(review.action, data=review.fields).status_code == 200
    assert count_box(database, place.id) == (1, 1)


def test_going_back_and_changing_the_language_keep_everything(client: TestClient, place: OpenRound) -> None:
    paper = read(open_paper(client, place.codes["residents"][0]))
    marks = dict.fromkeys(paper.names, "3")
    review = read(client.post("/v/review", data={**paper.fields, **marks, "r0": "意见"}), "/v/review")
    back = read(client.post("/v/review", data={**review.fields, "back": "1"}))
    assert (back.checked, back.fields["r0"]) == (marks, "意见")
    switched = client.post("/v/review", data={**paper.fields, **marks, "r0": "意见", "switch": "1"})
    assert 'lang="en"' in switched.text
    assert read(switched).checked == marks


def test_the_paper_shows_units_in_order_and_nothing_chosen(client: TestClient, place: OpenRound) -> None:
    response = open_paper(client, place.codes["residents"][0])
    reader = read(response)
    assert reader.checked == {}
    assert reader.names == [f"m{unit}-{item}" for unit in range(3) for item in range(3) for _ in range(5)]
    assert [response.text.index(unit.name) for unit in place.paper.units] == sorted(
        response.text.index(unit.name) for unit in place.paper.units
    )
    assert response.text.index("谁能看到什么") < response.text.index(place.paper.units[0].name)
    assert reader.fields["paper"] == place.paper_hash
    assert "全部满意" not in response.text


def test_units_that_a_group_leaves_out_are_not_shown(client: TestClient, place: OpenRound) -> None:
    response = open_paper(client, place.codes["staff"][0])
    assert place.paper.units[0].name not in response.text
    assert not [name for name in read(response).names if name.startswith("m0-")]


def test_nothing_stands_inline_and_nothing_comes_from_elsewhere(client: TestClient, place: OpenRound) -> None:
    for response in (client.get("/v"), open_paper(client, place.codes["residents"][0])):
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=", response.text)
        assert not re.search(r"(src|href|action)=\"(https?:)?//", response.text)


def test_a_rehearsal_says_so(client: TestClient, database: Database, folder: KeyFolder) -> None:
    place = make_open_round(database, folder, make_paper(rehearsal=True))
    assert "不计入结果" in open_paper(client, place.codes["residents"][0]).text


def test_remarks_are_absent_where_the_paper_has_none(client: TestClient, database: Database, folder: KeyFolder) -> None:
    place = make_open_round(database, folder, make_paper(remarks=False, remark_bytes=0))
    response = open_paper(client, place.codes["residents"][0])
    assert "<textarea" not in response.text
    assert "意见与其他答案" not in response.text


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("", 422, "13 位"),
        ("hello", 422, "13 位"),
        ("0000-0000-0000-1", 422, "输错了"),
        ("0000-0000-0000-0", 404, "没有这个票码"),
    ],
)
def test_it_refuses_a_wrong_code_and_keeps_it(client: TestClient, typed: str, status: int, said: str) -> None:
    response = open_paper(client, typed)
    assert response.status_code == status
    assert said in response.text
    assert f'value="{typed}"' in response.text
    assert read(response).action == "/v/paper"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (RoundState.DRAFT, "round_not_open"), (RoundState.READY, "round_not_open"), (RoundState.SEALED, "round_closed"),
        (RoundState.COUNTED, "round_closed"), (RoundState.PUBLISHED, "round_closed"),
        (RoundState.ARCHIVED, "round_closed"), (RoundState.VOID, "round_closed"),
    ],
)  # fmt: skip
def test_it_refuses_unless_the_round_is_open(
    client: TestClient, database: Database, place: OpenRound, state: RoundState, code: str
) -> None:
    set_round(database, place.id, state=state)
    response = open_paper(client, place.codes["residents"][0])
    assert 400 <= response.status_code < 500
    assert f"state-{code}" in response.text


def test_it_refuses_after_the_planned_end(
    client: TestClient, database: Database, place: OpenRound, clock: TestClock
) -> None:
    set_round(database, place.id, closes_at=clock.now + timedelta(minutes=1))
    assert open_paper(client, place.codes["residents"][0]).status_code == 200
    clock.now += timedelta(minutes=1)
    assert "state-round_closed" in open_paper(client, place.codes["residents"][0]).text


@pytest.mark.parametrize(("state", "code"), [(CodeState.SPENT, "code_used"), (CodeState.VOIDED, "code_voided")])
def test_it_refuses_a_code_that_cannot_be_used_any_more(
    client: TestClient, database: Database, folder: KeyFolder, place: OpenRound, state: CodeState, code: str
) -> None:  # fmt: skip
    set_code_state(database, folder, place.codes["residents"][0], state)
    assert f"state-{code}" in open_paper(client, place.codes["residents"][0]).text


def test_it_refuses_a_paper_that_is_not_the_rounds(client: TestClient, place: OpenRound) -> None:
    paper = read(open_paper(client, place.codes["residents"][0]))
    for change, status, state in (
        ({"paper": "f" * 64}, 409, "paper_changed"),
        ({"round": "nowhere"}, 410, "round_closed"),
    ):
        response = client.post("/v/review", data={**paper.fields, **change})
        assert response.status_code == status
        assert f"state-{state}" in response.text


def test_it_refuses_forms_of_other_sites(client: TestClient, place: OpenRound) -> None:
    fields = {"code": place.codes["residents"][0]}
    assert client.post("/v/paper", data=fields).status_code == 403
    assert client.post("/v/paper", data=fields, headers={"origin": "null"}).status_code == 403
    assert client.post("/v/paper", data=fields, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/v/paper", data=fields, headers={"origin": "http://127.0.0.1:8000"}).status_code == 200


def test_reading_pages_spends_nothing(client: TestClient, database: Database, place: OpenRound) -> None:
    for _ in range(10):
        client.get("/v")
        client.head("/v")
        open_paper(client, place.codes["residents"][0])
    assert count_box(database, place.id) == (0, 0)


def test_pages_with_answers_have_one_length_and_are_not_compressed(client: TestClient, place: OpenRound) -> None:
    paper = read(open_paper(client, place.codes["residents"][0]))
    lengths = set()
    for mark, remark in (("0", ""), ("3", "<&\"'>" * 40), ("4", "意见" * 199), ("1", "🙂" * 290)):
        fields = {**paper.fields, **dict.fromkeys(paper.names, mark), "r2": remark}
        response = client.post("/v/review", data=fields)
        assert response.status_code == 200
        assert "content-encoding" not in response.headers
        lengths.add(len(response.content))
    assert len(lengths) == 1


POINTS = (Item("a", "总体印象"), Item("b", "工作实绩", score=Score(decimals=1)), Item("c", "群众口碑", score=Score(10)))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_pages_with_points_have_one_length(
    client: TestClient, database: Database, folder: KeyFolder, language: str
) -> None:
    """Reviewed, or asked for again with what is missing or wrong, whatever was typed."""
    paper = make_paper(40, 1, remarks=False, remark_bytes=0)
    paper = replace(paper, parts=(replace(paper.parts[0], items=POINTS),))
    place = make_open_round(database, folder, paper)
    fields = read(open_paper(client, place.codes["residents"][0], lang=language)).fields
    fields |= {f"m{unit}-0": "0" for unit in range(40)}
    answers = [
        (200, ("0", "0", "")), (200, ("99.9", "10", "")), (200, ("", "", "1")), (422, ("", "", "")),
        (422, ("&'\"<>&'\"", "🙂" * 8, "")), (422, ("99.9", "11", "")), (422, ("100", "10", "1")),
    ]  # fmt: skip
    lengths: dict[int, set[int]] = {200: set(), 422: set()}
    for wanted, (tenths, whole, unknown) in answers:
        marks = {f"p{unit}-1": tenths for unit in range(40)} | {f"p{unit}-3": whole for unit in range(40)}
        marks |= {f"m{unit}-{at}": mark for unit in range(40) for at, mark in ((1, "101"), (3, "11")) if unknown}
        page = client.post("/v/review", data={**fields, **marks})
        assert page.status_code == wanted
        lengths[wanted].add(len(page.content))
    assert [len(each) for each in lengths.values()] == [1, 1]


SHORT = {"满意": "A", "比较满意": "B", "基本满意": "C", "不满意": "D", "不了解": "E"}
"""Words of grades that leave no room for anything else."""


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_how_many_cells_are_open_does_not_change_the_length(
    client: TestClient, database: Database, folder: KeyFolder, language: str
) -> None:
    place = make_open_round(database, folder, make_paper(60, 6, english=SHORT))
    paper = read(open_paper(client, place.codes["residents"][0], lang=language))
    names = list(paper.names)
    pages = [client.post("/v/review", data={**paper.fields, **dict.fromkeys(names[:n], "0")}) for n in (0, 1, 180, 359)]
    assert {page.status_code for page in pages} == {422}
    assert len({len(page.content) for page in pages}) == 1


@pytest.mark.parametrize("remarked", [1, 160])
def test_how_many_remarks_there_are_does_not_change_the_length(
    client: TestClient, database: Database, folder: KeyFolder, remarked: int
) -> None:
    place = make_open_round(
        database, folder, replace(make_paper(160, 1, english=SHORT), remarks=True, remark_bytes=1200)
    )
    paper = read(open_paper(client, place.codes["residents"][0], lang="en"))
    fields = {**paper.fields, **dict.fromkeys(paper.names, "0")}
    none, some = (
        client.post("/v/review", data={**fields, **{f"r{at}": "好" for at in range(count)}}) for count in (0, remarked)
    )
    assert (none.status_code, some.status_code, some.text.count("remark-kept")) == (200, 200, remarked)
    assert len(none.content) == len(some.content)


@pytest.mark.parametrize("word", ["x" * 160, "很A" * 4])
def test_long_words_of_a_grade_do_not_change_the_length(
    client: TestClient, database: Database, folder: KeyFolder, word: str
) -> None:
    """Of two words for the best grade one is long, and the other made of many pieces that are marked as Chinese."""
    place = make_open_round(database, folder, make_paper(40, 5, english={"满意": word, "基本满意": "fair"}))
    paper = read(open_paper(client, place.codes["residents"][0], lang="en"))
    pages = [client.post("/v/review", data={**paper.fields, **dict.fromkeys(paper.names, mark)}) for mark in "0123"]
    assert [page.status_code for page in pages] == [200] * 4
    assert pages[0].text.count(word[0]) >= 200 * word.count(word[0])
    assert len({len(page.content) for page in pages}) == 1


def test_an_announced_round_is_promised_before_the_first_mark_and_tells_nothing_by_its_length(
    client: TestClient, database: Database, folder: KeyFolder
) -> None:
    paper = make_paper(3, 2)
    announced = replace(paper.scheme, disclosure=Disclosure(Kind.ANNOUNCED))
    place = make_open_round(database, folder, replace(paper, scheme=announced))
    page = open_paper(client, place.codes["residents"][0])
    promise = promise_text(announced.disclosure)
    assert promise in page.text
    first_mark = page.text.index('type="radio"')
    assert page.text.index(promise) < first_mark
    form = read(page)
    pages = [client.post("/v/review", data={**form.fields, **dict.fromkeys(form.names, mark)}) for mark in "0123"]
    assert len({len(page.content) for page in pages}) == 1


def test_a_remark_that_is_too_long_is_refused_with_everything_kept(client: TestClient, place: OpenRound) -> None:
    paper = read(open_paper(client, place.codes["residents"][0]))
    fields = {**paper.fields, **dict.fromkeys(paper.names, "1"), "r2": "长" * 401}
    response = client.post("/v/review", data=fields)
    assert response.status_code == 422
    assert "意见太长" in response.text
    assert read(response).fields["r2"] == "长" * 401


def test_the_booth_sets_no_cookie_and_reads_none(
    client: TestClient, new_client: Callable[[], TestClient], place: OpenRound
) -> None:
    client.cookies.set("lang", "en")
    responses = [client.get("/v"), open_paper(new_client(), place.codes["residents"][0])]
    assert all("set-cookie" not in response.headers for response in some(responses))
    assert "请输入测评票上的票码" in responses[0].text


def test_pages_without_answers_are_compressed(client: TestClient, place: OpenRound) -> None:
    for response in (client.get("/v"), open_paper(client, place.codes["residents"][0])):
        assert response.headers["content-encoding"] == "gzip"
    plain = client.get("/v", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
