"""Forms over 700 units: some are shown at a time, who was ticked elsewhere stays ticked, and nothing typed is lost."""

import re

import pytest
import sqlalchemy as sa

from app.core.db import Database
from app.core.lists import PAGE
from app.rectification.models import EnteredIssueUnit
from app.rectification.plans.reads import plan_heads
from tests.cast import Desk, Desks
from tests.form_fields import Fields, sent
from tests.many import desk_over
from tests.rectification.flagged import ZHANG
from tests.rectification.pages.test_asking import DUE

UNITS = 700
ROOT = "/rectification/campaigns/c0"


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    return desk_over(new_desk, database, UNITS)


def ticked(page: str) -> list[str]:
    """Return who goes with the form: those that are not shown, then those that are ticked."""
    shown = re.findall(r'type="checkbox" name="units\[\]" value="([^"]+)" checked', page)
    return re.findall(r'type="hidden" name="units\[\]" value="([^"]+)"', page) + shown


def boxes(page: str) -> list[str]:
    return re.findall(r'type="checkbox" name="units\[\]" value="([^"]+)"', page)


def test_it_works(desk: Desk, database: Database) -> None:
    """Look for some, leaf, untick one of each page, and ask: what was ticked anywhere is asked, nobody else."""
    path = f"{ROOT}/plans"
    page = desk.get(f"{path}?pick=all").text
    assert (len(boxes(page)), len(ticked(page))) == (PAGE, UNITS)
    none = desk.post(path, **sent(page, path, look="untick", request="先易后难")).text
    assert (ticked(none), "先易后难</textarea>" in none) == ([], True)
    first = boxes(none)[3]
    second_page = desk.post(path, **sent(none, path, **{"units[]": [first]}, look="2", request="先易后难")).text
    assert (ticked(second_page), "2 / 14" in second_page) == ([first], True)
    second = boxes(second_page)[0]
    found = desk.post(path, **sent(second_page, path, **{"units[]": [first, second]}, look="find", q="单位６99")).text
    assert (len(boxes(found)), ticked(found)) == (1, [first, second])
    every = desk.post(path, **sent(found, path, look="tick")).text
    assert ticked(every) == [first, second, *boxes(found)]
    refused = desk.post(path, **sent(every, path, plan_due="2026-11-21"))
    assert (refused.status_code, ticked(refused.text)) == (422, ticked(every))
    assert desk.post(path, **sent(refused.text, path, plan_due=DUE)).status_code == 303
    with database.reading() as session:
        assert {head.unit_id for head in plan_heads(session, ZHANG)} == set(ticked(every))


def test_looking_asks_nobody_and_who_is_no_unit_goes_nowhere(desk: Desk, database: Database) -> None:
    page = desk.post(f"{ROOT}/plans", **{"units[]": ["u0-1", "nowhere"]}, look="find", q="没有这个单位").text
    assert (boxes(page), ticked(page)) == ([], ["u0-1"])
    assert "没有符合的" in page
    for look in ("99", "x", "-1", "0"):
        assert len(boxes(desk.post(f"{ROOT}/plans", **{"units[]": []}, look=look).text)) == PAGE
    with database.reading() as session:
        assert plan_heads(session, ZHANG) == []


def test_all_are_ticked_and_unticked_without_leaving_the_page_that_is_shown(desk: Desk) -> None:
    path = f"{ROOT}/plans"
    second = desk.post(path, **sent(desk.get(f"{path}?pick=all").text, path, look="2")).text
    for look, count in (("untick", 0), ("tick", UNITS)):
        page = desk.post(path, **sent(second, path, look=look)).text
        assert (len(ticked(page)), boxes(page)) == (count, boxes(second)), look


def test_the_list_of_units_is_searched_narrowed_and_paged(desk: Desk) -> None:
    path = f"{ROOT}/plans"
    asked: Fields = {"units[]": ["u0-5", "u0-650"], "plan_due": DUE}
    assert desk.post(path, **asked).status_code == 303
    assert desk.get(path).text.count("<tr>") == PAGE + 1
    assert "共 2 条" in desk.get(f"{path}?state=draft").text
    assert "共 698 条" in desk.get(f"{path}?state=none").text
    assert desk.get(f"{path}?q=单位７00").text.count("<tr>") == 2
    due = desk.get(f"{path}/due").text
    assert (len(boxes(due)), len(ticked(due))) == (2, 2)


def test_an_issue_keeps_units_of_other_pages_and_the_version_it_was_opened_at(desk: Desk, database: Database) -> None:
    path = f"{ROOT}/issues"
    new: Fields = {"units[]": ["u0-1"], "origin": "audit", "title": "账目不清", "basis": "第三条"}
    page = desk.post(path, **new, look="14").text
    assert "账目不清" in page
    last = boxes(page)[-1]
    assert desk.post(path, **new | {"units[]": [*ticked(page), last]}).status_code == 303
    with database.reading() as session:
        rows = session.scalars(sa.select(EnteredIssueUnit)).all()
        assert {row.unit_id for row in rows} == {"u0-1", last}
    one = f"{path}/{rows[0].issue_id}"
    opened = desk.get(one).text
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', opened)
    assert desk.post(one, **new | {"title": "别人改的"}, seen=seen).status_code == 303
    looked = desk.post(one, **new | {"title": "我改的"}, seen=seen, look="2").text
    assert re.findall(r'name="seen" value="([^"]+)"', looked) == [seen]
    stale = desk.post(one, **new | {"title": "我改的"}, seen=seen)
    assert (stale.status_code, "别人改的" in stale.text, "我改的" in stale.text) == (409, True, True)


def test_enter_looks_where_what_to_look_for_was_changed_and_else_sends(desk: Desk, database: Database) -> None:
    """The key presses the first button of a form in any field: an issue is entered by it as by its own button."""
    path = f"{ROOT}/issues"
    page = desk.get(path).text
    (first, *_) = re.findall(r'<button[^>]*type="submit"[^>]*>', page[page.index('name="origin"') :])
    assert 'name="look" value="enter"' in first
    new: Fields = {"units[]": ["u0-1"], "origin": "audit", "basis": "第三条", "look": "enter"}
    found = desk.post(path, **sent(page, path, **new, title="账目不清", q="单位６99"))
    assert (found.status_code, len(boxes(found.text)), "账目不清" in found.text) == (200, 1, True)
    refused = desk.post(path, **sent(found.text, path, **new, title=""))
    assert (refused.status_code, len(boxes(refused.text)), ticked(refused.text)) == (422, 1, ["u0-1"])
    assert desk.post(path, **sent(refused.text, path, **new, title="账目不清")).status_code == 303
    with database.reading() as session:
        assert session.scalars(sa.select(EnteredIssueUnit.unit_id)).all() == ["u0-1"]


@pytest.mark.parametrize("end", ["?pick=all", "/due"])
def test_enter_sends_no_form_that_opens_with_units_ticked(desk: Desk, database: Database, end: str) -> None:
    """Nothing was typed or looked for: the first button of the form is pressed, and nobody is asked of anything."""
    path = f"{ROOT}/plans"
    if end == "/due":
        everybody = ticked(desk.get(f"{path}?pick=all").text)
        assert desk.post(path, **{"units[]": everybody}, plan_due=DUE).status_code == 303
    page = desk.get(path + end).text
    (first, *_) = re.findall(
        r'<button[^>]*type="submit"[^>]*>', page[page.index(f'<form class="card" method="post" action="{path}') :]
    )
    (pressed,) = re.findall(r'name="look" value="([^"]+)"', first)
    with database.reading() as session:
        before = {head.unit_id: head.due for head in plan_heads(session, ZHANG)}
    to = path + end.removeprefix("?pick=all")
    shown = desk.post(to, **sent(page, to, look=pressed))
    assert (shown.status_code, len(ticked(shown.text)), ticked(page)) == (200, UNITS, ticked(shown.text))
    with database.reading() as session:
        assert {head.unit_id: head.due for head in plan_heads(session, ZHANG)} == before
