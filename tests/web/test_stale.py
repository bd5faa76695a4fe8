"""Older tabs: every form over what is stored is refused once that has changed, and shows both versions."""

import re
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.composite import Composite, Part, Source
from app.campaigns.domain import Objects
from app.campaigns.reads import get_campaign
from app.campaigns.rules import NameRow
from app.campaigns.scheme_service import copy_form, set_composite
from app.campaigns.section_service import SectionEdit, add_section
from app.campaigns.service import add_units, delete_unit, save_units
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id
from app.core.settings import Settings
from app.offices.register import add_pasted, registered
from app.rectification.plans import entering
from app.rectification.plans.entering import TypedIssue
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import freeze
from app.slips.service import issue
from app.web.desk import Refused
from app.web.forms import PostedForm
from app.web.pages import make_pages
from app.web.stale import Since, Stored, stored
from tests.cast import MORNING, Desk, Desks, make_cast, make_draft
from tests.form_fields import form_of, posted
from tests.web.test_said import posts

CHECKED = {
    "/campaigns/{campaign_id}/edit",
    "/campaigns/{campaign_id}/units",
    "/campaigns/{campaign_id}/sections",
    "/campaigns/{campaign_id}/sections/{section_id}",
    "/campaigns/{campaign_id}/liaisons",
    "/campaigns/{campaign_id}/groups",
    "/campaigns/{campaign_id}/groups/{group_id}",
    "/campaigns/{campaign_id}/scheme",
    "/campaigns/{campaign_id}/composite",
    "/campaigns/{campaign_id}/forms/{key}",
    "/rounds/{round_id}/composite",
    "/rounds/{round_id}/edit",
    "/rounds/{round_id}/schedule",
    "/rounds/{round_id}/wifi",
    "/rounds/{round_id}/meeting",
    "/rounds/{round_id}/slips/counts",
    "/staff/{staff_id}/role",
    "/rectification/campaigns/{campaign_id}/issues/{issue_id}",
    "/rectification/campaigns/{campaign_id}/signing",
    "/offices/{office_id}/edit",
    "/offices/{office_id}/units/{registered_id}",
}
OTHERWISE = {
    "/campaigns/{campaign_id}/forms/{key}/phone": "saves nothing",
    "/rectification/plans/{plan_id}/edit": "compares versions of the plan",
    "/rectification/plans/{plan_id}/announce": "is a step that the state allows once",
    "/rectification/campaigns/{campaign_id}/plans": "asks units that have not been asked, and refuses the others",
    "/rectification/campaigns/{campaign_id}/issues": "makes a new issue",
    "/campaigns/{campaign_id}/opinions/merge": "is replayed from a list of acts, which it names",
    "/campaigns/{campaign_id}/import/confirm": "names what is stored in its preview",
    "/campaigns/{campaign_id}/import/sections/confirm": "names what is stored in its preview",
    "/offices/{office_id}/import/confirm": "adds units, and leaves those that are there",
    "/campaigns/{campaign_id}/liaisons/import/confirm": "adds people, and refuses names that are taken",
    "/rectification/import/confirm": "compares each row with the one that was exported",
    "/campaigns/{campaign_id}/english": "brings what each name was called on its page",
    "/staff/{staff_id}/office": "has one field, and each change is written down",
    "/campaigns/{campaign_id}/office": "has one field, and each change is written down",
    "/holidays": "changes the days it names and no others",
    "/rounds/{round_id}/announce": "names the slide that the screen is to show",
    "/inbox/address": "has one field, of the reader alone",
    "/templates/{kind}": "brings a whole file",
    "/results/{round_id}/documents": "makes a new version beside the old ones",
    "/rounds/{round_id}/document": "brings a whole file",
    "/rounds/{round_id}/key": "is refused once a key slip is drawn",
    "/rectification/campaigns/{campaign_id}/plans/due": "has one field, and each change is written down",
    "/rectification/plans/{plan_id}/due": "has one field, and each change is written down",
    "/rectification/orders/{order_id}/mode": "has one field, and each change is written down",
    "/campaigns/{campaign_id}/board/edit": "keeps what was done under the ids of its steps",
}
"""Forms over what is stored that an older tab cannot undo in silence, and why."""
MAKES_OR_STEPS = re.compile(
    r"^/(login|logout|welcome|again|account|jobs|restored|approvals|consents|tokens|inbox/read)|/(new|add|delete|copy"
    r"|freeze|open|close|void|repeat|rehearsal|purge|archive|package|print|draw|check|make|receipt|begin|share|start|publish"
    r"|discard|objects|withdraw|correct|reset|remarks|import|import/sections|proposals|record|undo|run|link|enable|disable|opinions|review|bulletin|vote|sign|signed"
    r"|opinions/import/confirm|pick)$|^/staff$|^/rectification/(flags|actions)/|/steps/|/board/\{unit_id\}"
)
"""Forms that make something, or do a step which the state allows once: they bring nothing that was stored."""


def test_every_form_over_what_is_stored_is_checked_or_says_why_not() -> None:
    edits = {path for path in posts() if not MAKES_OR_STEPS.search(path)}
    assert edits == CHECKED | {path for path in OTHERWISE if not MAKES_OR_STEPS.search(path)}
    assert set(OTHERWISE) <= posts()


COMPOSITE = Composite((
    Part("p1", "测评", Source.VOTE, Fraction(80)), Part("p2", "领导评分", Source.SCORE, Fraction(20)),
))  # fmt: skip


Form = dict[str, list[str]]


class Place:
    """A page, a form on it, and a change to it that somebody else saves first."""

    def __init__(self, page: str, path: str, field: str, values: tuple[str, str]) -> None:
        self.page, self.path, self.field = page, path, field
        self.first, self.second = values


C, R = "/campaigns/{campaign_id}", "/rounds/{round_id}"
PLACES = {
    f"{C}/edit": Place(f"{C}/edit", f"{C}/edit", "organisation", ("甲局", "乙局")),
    f"{C}/units": Place(f"{C}/units", f"{C}/units", "name[]", ("甲馆", "乙馆")),
    f"{C}/sections": Place(f"{C}/sections", f"{C}/sections", "place[]", ("3", "4")),
    f"{C}/sections/{{section_id}}": Place(
        f"{C}/sections/{{section_id}}", f"{C}/sections/{{section_id}}", "noun", ("甲部", "乙部")
    ),
    f"{C}/liaisons": Place(f"{C}/liaisons", f"{C}/liaisons", "unit-{unit_id}[]", ("idwujiu", "")),
    f"{C}/groups": Place(f"{C}/groups", f"{C}/groups", "expected[]", ("11", "12")),
    f"{C}/groups/{{group_id}}": Place(
        f"{C}/groups/{{group_id}}", f"{C}/groups/{{group_id}}", "left_out[]", ("{unit_id}", "")
    ),
    f"{C}/scheme": Place(f"{C}/scheme", f"{C}/scheme", "attention", ("81%", "82%")),
    f"{C}/composite": Place(f"{C}/composite", f"{C}/composite", "decimals", ("0", "1")),
    f"{C}/forms/{{key}}": Place(f"{C}/forms/{{key}}", f"{C}/forms/{{key}}", "title", ("甲表", "乙表")),
    "/rounds/{frozen_id}/composite": Place(
        "/rounds/{frozen_id}/composite", "/rounds/{frozen_id}/composite", "p2-{frozen_unit}", ("80", "90")
    ),
    f"{R}/edit": Place(f"{R}/edit", f"{R}/edit", "title", ("甲轮", "乙轮")),
    f"{R}/schedule": Place(R, f"{R}/schedule", "closes_at", ("2026-11-30T10:00", "2026-11-30T11:00")),
    f"{R}/wifi": Place(R, f"{R}/wifi", "wifi_name", ("甲网", "乙网")),
    f"{R}/meeting": Place(f"{R}/announce", f"{R}/meeting", "name", ("甲会", "乙会")),
    "/rounds/{frozen_id}/slips/counts": Place(
        "/rounds/{frozen_id}/slips", "/rounds/{frozen_id}/slips/counts", "spare-{frozen_group}", ("1", "2")
    ),
    f"/rectification{C}/issues/{{issue_id}}": Place(
        f"/rectification{C}/issues/{{issue_id}}", f"/rectification{C}/issues/{{issue_id}}", "basis", ("甲号", "乙号")
    ),
    f"/rectification{C}/signing": Place(
        f"/rectification{C}/signing", f"/rectification{C}/signing", "needed", ("1", "")
    ),
    "/offices/{office_id}/edit": Place(
        "/offices/{office_id}/edit", "/offices/{office_id}/edit", "name", ("甲市", "乙市")
    ),
    "/offices/{office_id}/units/{registered_id}": Place(
        "/offices/{office_id}/units/{registered_id}", "/offices/{office_id}/units/{registered_id}", "code", ("甲", "乙")
    ),
    "/staff/{staff_id}/role": Place(
        "/staff/{staff_id}/role", "/staff/{staff_id}/role", "role[]", ("leader", "liaison")
    ),
}


def test_every_checked_form_is_tried() -> None:
    assert {path.replace("frozen_id", "round_id") for path in PLACES} == CHECKED


@pytest.fixture
def organiser(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


@pytest.fixture
def ids(settings: Settings, database: Database, organiser: Desk) -> dict[str, str]:
    """Return the ids that the paths of all forms need: of a campaign, its parts, a draft round and a frozen one."""
    assert organiser
    folder = KeyFolder(settings.data / "keys")
    with database.writing() as session:
        acting = Acting(session, MORNING, Principal("idzhangsan", "张三", "organiser"))
        round_id, frozen_id = make_draft(acting), make_draft(acting)
        campaign_id = get_round(session, round_id).campaign_id
        for each in (campaign_id, get_round(session, frozen_id).campaign_id):
            set_composite(acting, each, COMPOSITE, [])
        freeze(acting, frozen_id)
        nouns = (SectionEdit(noun, Objects.UNIT, "t2") for noun in ("班子", "成员"))
        section_id, *_ = [add_section(acting, campaign_id, edit) for edit in nouns]
        key = copy_form(session, MORNING, acting.actor, campaign_id, "t2")
        paper, _ = frozen_paper(session, frozen_id)
        groups = [group.id for group in paper.groups]
        issue(acting, folder, frozen_id, dict.fromkeys(groups, 10))
        unit_id = get_campaign(session, campaign_id).units[0].id
        issue_id = entering.enter(acting, campaign_id, TypedIssue("audit", "账目公开不及时", "", (unit_id,)))
        add_pasted(acting, "root", "文化馆")
        registered_id = registered(session, "root")[0].id
    with database.reading() as session:
        campaign = get_campaign(session, campaign_id)
    found = {
        "issue_id": issue_id,
        "campaign_id": campaign_id,
        "round_id": round_id,
        "frozen_id": frozen_id,
        "key": key,
        "section_id": section_id,
        "staff_id": "idwujiu",
        "office_id": "root",
        "registered_id": registered_id,
        "frozen_unit": paper.units[0].id,
    }
    return {**found, "unit_id": campaign.units[0].id, "group_id": campaign.groups[0].id, "frozen_group": groups[0]}


CODE = re.compile(r"\b([a-z]\d+|id[a-z]+|[0-9a-z]{20})\b")
"""A key or an id, which no reader knows a thing by."""


def changed(form: Form, field: str, value: str) -> Form:
    """Return the form with the first value of a field changed, or the field gone."""
    rest = form.get(field, [""])[1:]
    return {**form, field: [value, *rest]} if value else {name: form[name] for name in form if name != field}


def send(desk: Desk, path: str, form: Form) -> Response:
    return desk.post_once(path, **posted(form))


@pytest.mark.parametrize("place", PLACES.values(), ids=list(PLACES))
def test_an_older_tab_is_refused_with_both_versions(organiser: Desk, ids: dict[str, str], place: Place) -> None:
    page, path, field = (text.format_map(ids) for text in (place.page, place.path, place.field))
    first, second = place.first.format_map(ids), place.second.format_map(ids)
    older = form_of(organiser.get(page).text, path)
    saved = send(organiser, path, changed(older, field, first))
    assert saved.status_code in {200, 303}, saved.text
    refused = send(organiser, path, changed(older, field, second))
    assert refused.status_code == 409
    now = re.search(r'<ul class="stored-now">(.*?)</ul>', refused.text, re.DOTALL)
    assert now
    assert not CODE.search(now[1]), "what is stored is told by its names"
    again = form_of(refused.text, path)
    assert again.get(field, [""])[0] == second
    assert send(organiser, path, changed(again, field, second)).status_code in {200, 303}


@pytest.mark.parametrize("place", PLACES.values(), ids=list(PLACES))
def test_a_form_that_does_not_say_what_it_was_filled_in_from_is_refused(
    organiser: Desk, ids: dict[str, str], place: Place
) -> None:
    page, path, field = (text.format_map(ids) for text in (place.page, place.path, place.field))
    form = changed(form_of(organiser.get(page).text, path), field, place.first.format_map(ids))
    del form["seen"]
    refused = send(organiser, path, form)
    assert refused.status_code == 409
    assert "缺少 seen 一栏" in refused.text
    assert "stored-now" in refused.text
    assert send(organiser, path, changed(form_of(refused.text, path), "seen", "")).status_code == 409
    again = changed(form_of(refused.text, path), field, place.first.format_map(ids))
    assert send(organiser, path, again).status_code in {200, 303}


LOOKS = {
    f"{C}/units": {"look": "find"},
    f"{C}/liaisons": {"look": "find"},
    f"/rectification{C}/issues/{{issue_id}}": {"look": "find"},
    f"/rectification{C}/signing": {"look": "find"},
    f"{C}/forms/{{key}}": {"step": "item-add"},
}
"""Buttons that send a form without acting: they look for lines, leaf, or change its rows on the page."""


@pytest.mark.parametrize("at", LOOKS)
def test_a_form_that_only_looks_stays_as_old_as_it_was(organiser: Desk, ids: dict[str, str], at: str) -> None:
    """The attack: another's save is replaced in silence by who looked for a line in his older tab."""
    page, path, field = (text.format_map(ids) for text in (PLACES[at].page, PLACES[at].path, PLACES[at].field))
    older = form_of(organiser.get(page).text, path)
    button = {name: [value] for name, value in LOOKS[at].items()}
    looked = send(organiser, path, {**older, **button})
    assert looked.status_code == 200, looked.text
    assert form_of(looked.text, path)["seen"] == older["seen"]
    saved = send(organiser, path, changed(older, field, PLACES[at].first.format_map(ids)))
    assert saved.status_code in {200, 303}
    once_more = form_of(send(organiser, path, {**form_of(looked.text, path), **button}).text, path)
    assert send(organiser, path, changed(once_more, field, PLACES[at].second.format_map(ids))).status_code == 409


def test_no_form_carries_the_password_of_the_network(organiser: Desk, ids: dict[str, str]) -> None:
    """A form that was posted too late is kept in the browser without passwords, and with all its other fields."""
    page = f"/rounds/{ids['round_id']}"
    form = changed(form_of(organiser.get(page).text, f"{page}/wifi"), "wifi_password", "hui-chang-2026")
    assert send(organiser, f"{page}/wifi", {**form, "wifi_name": ["甲网"]}).status_code == 303
    seen = form_of(organiser.get(page).text, f"{page}/wifi")["seen"][0]
    assert {one.since for one in stored([("网络密码", "")]).since(seen)} == {Since.UNKNOWN}
    assert stored([("网络密码", "a")]).since(stored([("网络密码", "b")]).seen)[0].before == "b", "others carry theirs"


def test_a_form_is_saved_after_steps(organiser: Desk, ids: dict[str, str]) -> None:
    path = f"/campaigns/{ids['campaign_id']}/forms/{ids['key']}"
    form = form_of(organiser.get(path).text, path)
    items = len(form["key[]"])
    for added, name in enumerate(("工作作风", "办事效率"), 1):
        form = form_of(send(organiser, path, {**form, "step": ["item-add"]}).text, path)
        assert len(form["key[]"]) == items + added
        form["label[]"][-1] = name
    assert send(organiser, path, form).status_code == 303
    assert len(form_of(organiser.get(path).text, path)["key[]"]) == items + 2


def test_a_form_that_is_refused_for_something_else_stays_as_old_as_it_was(organiser: Desk, ids: dict[str, str]) -> None:
    path = f"/campaigns/{ids['campaign_id']}/edit"
    older = form_of(organiser.get(path).text, path)
    send(organiser, path, changed(older, "organisation", "甲局"))
    faulty = send(organiser, path, {**older, "title": [""], "seen": older["seen"]})
    assert faulty.status_code == 409
    newer = form_of(organiser.get(path).text, path)
    faulty = send(organiser, path, {**newer, "title": [""]})
    assert faulty.status_code == 422
    assert form_of(faulty.text, path)["seen"] == newer["seen"]


@pytest.mark.parametrize(("code", "is_kept"), [("field_missing", True), ("stale", False)])
def test_a_refused_form_keeps_its_age(settings: Settings, code: str, *, is_kept: bool) -> None:
    """Else what somebody else saved between the refusal and its page would be replaced in silence."""
    now = stored([("名称", "新")])
    refused = Refused(DomainError(code), PostedForm({"seen": ["older"]}, {}))
    template = make_pages(settings).environment.from_string(
        '{% import "macros.html" as m with context %}{{ m.seen(stored) }}'
    )
    html = template.render(refused=refused, brought="older", stored=now, path="/here", _=str, speak=str)
    assert re.findall(r'name="seen" value="([^"]+)"', html) == ["older" if is_kept else now.seen]


def zipped(text: bytes) -> str:
    return urlsafe_b64encode(zlib.compress(text)).decode()


def since(before: Stored, now: Stored) -> list[tuple[str, str, str]]:
    return [(one.value, one.since, one.before) for one in now.since(before.seen)]


def listed(*names: str) -> Stored:
    """A list of places and names, known by the first sign of each."""
    return stored([(str(place), name) for place, name in enumerate(names, 1)], placed=[name[0] for name in names])


def grouped(**names: str) -> Stored:
    """A list of names and numbers, known by what stands before each."""
    return stored([(name, "8") for name in names.values()], ids=names)


def test_what_changed_since_a_page_was_made_is_told_line_by_line() -> None:
    before, now = listed("甲局", "乙局", "丙局", "丁局"), listed("甲馆", "新馆", "丙局", "乙局")
    assert since(before, now) == [
        ("甲馆", Since.CHANGED, "甲局"),
        ("新馆", Since.NEW, ""),
        ("丙局", Since.MOVED, ""),
        ("乙局", Since.SAME, ""),
        ("丁局", Since.GONE, ""),
    ]
    assert {one.since for one in now.since(now.seen)} == {Since.SAME}
    one, other = stored([("开始时间", "九点"), ("组", "8")], ids=[]), stored([("开始时间", ""), ("组", "8")])
    assert since(one, other) == [("", Since.CHANGED, "九点"), ("8", Since.SAME, "")]


def test_a_line_that_has_no_place_moves_too_and_a_name_of_digits_is_none() -> None:
    assert since(grouped(a="党代表", b="群众"), grouped(b="群众", a="党代表")) == [
        ("8", Since.MOVED, ""), ("8", Since.SAME, ""),
    ]  # fmt: skip
    assert since(grouped(a="2025"), grouped(a="2026")) == [("8", Since.CHANGED, "2025：8")]


@given(st.permutations(range(6)))
def test_as_few_lines_as_can_be_have_moved(order: Sequence[int]) -> None:
    told = listed(*(f"{one}" for one in order)).since(listed(*"012345").seen)
    longest = max(size for size in range(1, 7) if any(list(some) == sorted(some) for some in combinations(order, size)))
    assert [one.since for one in told].count(Since.MOVED) == 6 - longest


@pytest.mark.parametrize("seen", ["", "~", "x~!!", "x~eJw=", "x~" + "A" * 999, "x~" + zipped(b"[[1]]"), "x"])
def test_a_field_that_no_page_of_ours_made_marks_nothing(seen: str) -> None:
    assert {one.since for one in listed("甲局", "乙局").since(seen)} == {Since.UNKNOWN}


def test_what_a_form_says_it_was_filled_in_from_is_unpacked_within_bounds() -> None:
    bomb = "x~" + zipped(b"[" + b'["a","b","c"],' * 5_000_000 + b'["a","b","c"]]')
    assert len(bomb) < 200_000
    assert {one.since for one in listed("甲局").since(bomb)} == {Since.UNKNOWN}


def test_a_list_that_is_too_long_to_be_carried_is_told_without_marks() -> None:
    names = [f"{number}{new_id()}{new_id()}" for number in range(3_000)]
    many = stored([(str(place), name) for place, name in enumerate(names)], ids=names)
    assert many.seen == many.digest
    assert {one.since for one in many.since(many.seen)} == {Since.UNKNOWN}
    thousand = stored(
        [(str(n), f"县第{n}中心小学，事业单位") for n in range(1_000)], ids=[new_id() for _ in range(1_000)]
    )
    assert len(thousand.seen) > len(thousand.digest)


def test_the_older_tab_of_a_list_says_which_rows_are_new_changed_and_gone(
    organiser: Desk, database: Database, ids: dict[str, str]
) -> None:
    path = f"/campaigns/{ids['campaign_id']}/units"
    older = form_of(organiser.get(path).text, path)
    names = older["name[]"]
    with database.writing() as session:
        acting = Acting(session, MORNING, Principal("idzhangsan", "张三", "organiser"))
        first, second, *_ = get_campaign(session, ids["campaign_id"]).units
        save_units(session, MORNING, acting.actor, ids["campaign_id"], [NameRow(first.id, "县新馆")])
        delete_unit(acting, lambda *_: (), ids["campaign_id"], second.id, second.name)
        add_units(session, MORNING, acting.actor, ids["campaign_id"], ["县档案馆"])
    refused = send(organiser, path, changed(older, "name[]", "甲馆"))
    assert refused.status_code == 409
    now = re.search(r'<ul class="stored-now">(.*?)</ul>', refused.text, re.DOTALL)
    assert now
    told = [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in re.findall(r"<li>(.*?)</li>", now[1])]
    assert told[0] == f"1：县新馆 已改 原来是：{names[0]}"
    assert [each.endswith("新增") for each in told if "县档案馆" in each] == [True]
    assert told[-1] == f"2：{names[1]} 已删去"
    assert sum("已" in each or "新增" in each for each in told) == 3
