"""Staff out of a list by the pages: preview, confirmation, links that open accounts; one bad row lets nothing in."""

import re
from collections.abc import Sequence
from html import unescape

import pytest
from sqlalchemy import func, select

from app.accounts import service as accounts
from app.accounts.models import Invitation, Staff, StaffSession
from app.audit.models import AuditEntry
from app.campaigns.reads import get_campaign
from app.campaigns.staff_import import known_of, preview_carried, save_staff
from app.consents.reads import waiting
from app.core.acting import Acting, Principal
from app.core.db import Database
from tests import cast
from tests.cast import Desk, Desks
from tests.office.sheets import made

LIST = "姓名\t单位\t角色\n陈一\t县文化馆\n周二\t县图书馆、县博物馆\n孙三\t\t监票人\n李领导\t\t领导"


@pytest.fixture
def campaign_id(database: Database) -> str:
    with database.writing() as session:
        people = cast.make_cast(session)
        return cast.make_campaign(session, people["zhangsan"])


@pytest.fixture
def organiser(new_desk: Desks, campaign_id: str) -> Desk:
    assert campaign_id
    return new_desk("zhangsan")


def rows_of(page: str) -> str:
    found = re.search(r'name="rows" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Staff)) or 0


def test_it_works(organiser: Desk, campaign_id: str, database: Database) -> None:
    path = f"/campaigns/{campaign_id}/liaisons/import"
    before = count(database)
    page = organiser.post(path, pasted=LIST)
    assert page.status_code == 200
    assert "孙三" in page.text.split("须另一位工作人员同意")[1]
    assert count(database) == before
    sheet = organiser.post(f"{path}/confirm", rows=rows_of(page.text))
    assert sheet.status_code == 200
    assert sheet.headers["cache-control"] == "no-store"
    links = re.findall(r"/welcome/([\w-]+)</p>", sheet.text)
    assert len(set(links)) == 3
    assert count(database) == before + 3
    with database.reading() as session:
        units = {unit.id: unit.name for unit in get_campaign(session, campaign_id).units}
        found = accounts.liaisons_of(session, list(units))
        speaks = {units[unit_id]: [staff.name for staff in some] for unit_id, some in found.items()}
        assert speaks == {"县文化馆": ["陈一"], "县图书馆": ["周二"], "县博物馆": ["周二"]}
        assert [each.asked_for["name"] for each in waiting(session, "account")] == ["孙三"]
        actions = session.scalars(select(AuditEntry.action)).all()
        assert actions.count("account.create") == 3
        assert not any(token in entry.detail for token in links for entry in session.scalars(select(AuditEntry)))
    welcome = organiser.get(f"/welcome/{links[0]}").text
    token = re.findall(r'name="form_token" value="([^"]+)"', welcome)[-1]
    fields = {"password": cast.PASSWORD, "again": cast.PASSWORD, "form_token": token}
    assert organiser.client.post(f"/welcome/{links[0]}", data=fields).headers["location"] == "/login"


def test_a_bad_row_lets_nothing_in(organiser: Desk, campaign_id: str, database: Database) -> None:
    path, before = f"/campaigns/{campaign_id}/liaisons/import", count(database)
    page = organiser.post(path, pasted=LIST + "\n赵四\t县剧团")
    assert page.status_code == 422
    assert "单位名单中没有“县剧团”" in page.text
    assert 'name="rows"' not in page.text
    made_up = '[["陈一","chenyi","liaison",["县文化馆"]],["赵四","zhaosi","liaison",["县剧团"]]]'
    assert organiser.post(f"{path}/confirm", rows=made_up).status_code == 422
    assert count(database) == before


def test_all_or_nothing_where_a_name_is_taken_meanwhile(campaign_id: str, database: Database) -> None:
    """Between the check and the transaction somebody takes the name of the last row."""
    rows = '[["陈一","chenyi","liaison",["县文化馆"]],["周二","zhouer","liaison",["县图书馆"]]]'
    with database.reading() as session:
        campaign = get_campaign(session, campaign_id)
        preview = preview_carried(known_of(session, campaign, three_roles=False), rows)
    assert preview.problems == ()
    zhangsan = Principal("idzhangsan", "张三", "organiser")
    with database.writing() as session:
        accounts.create_account(session, cast.MORNING, zhangsan, ("zhouer", "周二", "leader"))
    before = count(database)
    with cast.refuses("login_name_taken"), database.writing() as session:
        save_staff(Acting(session, cast.MORNING, zhangsan), campaign, preview, {}, three_roles=False)
    assert count(database) == before
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 1


def test_a_workbook_of_63_liaisons(organiser: Desk, campaign_id: str) -> None:
    path = f"/campaigns/{campaign_id}/liaisons/import"
    people: list[Sequence[str | int | float]] = [[at, f"陈{at}甲", "县文化馆", "139"] for at in range(63)]
    body = made.listed([["序号", "联络员", "所在单位", "手机"], *people])
    files = {"workbook": ("名单.xlsx", body)}
    page = organiser.client.post(path, data={"form_token": organiser.form_token}, files=files)
    assert page.status_code == 200
    assert "“手机”不是所需的列，没有读取" in page.text
    sheet = organiser.post(f"{path}/confirm", rows=rows_of(page.text))
    assert sheet.text.count('class="link-strip"') == 63
    again = organiser.client.post(path, data={"form_token": organiser.form_token}, files=files)
    assert again.text.count("已有") >= 63
    assert 'class="link-strip"' not in organiser.post(f"{path}/confirm", rows=rows_of(again.text)).text


def test_links_are_asked_for_with_a_password(organiser: Desk, campaign_id: str, database: Database) -> None:
    with database.writing() as session:
        for one in session.scalars(select(StaffSession)):
            one.proved_at = None
    rows = '[["陈一","chenyi","liaison",["县文化馆"]]]'
    fields = {"rows": rows, "form_token": organiser.form_token}
    answer = organiser.client.post(f"/campaigns/{campaign_id}/liaisons/import/confirm", data=fields)
    assert cast.asks_for_proof(answer)
    assert rows in unescape(answer.text)


def test_a_liaison_with_an_account_is_attached_to_more_units(
    organiser: Desk, campaign_id: str, database: Database
) -> None:
    """吴九 has an account as liaison: by name alone, or with the log-in name, he is to speak for what is listed."""
    path, before = f"/campaigns/{campaign_id}/liaisons/import", count(database)
    page = organiser.post(path, pasted="姓名\t单位\t用户名\n吴九\t县图书馆\t\n陈一\t县文化馆\t")
    assert page.status_code == 200
    assert "已有账号，增加单位" in page.text
    sheet = organiser.post(f"{path}/confirm", rows=rows_of(page.text))
    assert sheet.text.count('class="link-strip"') == 1
    assert "吴九（wujiu）" in sheet.text
    assert count(database) == before + 1
    with database.reading() as session:
        units = {unit.id: unit.name for unit in get_campaign(session, campaign_id).units}
        speaks = {units[each] for each in accounts.units_of(session, "idwujiu")}
        assert speaks == {"县图书馆"}
    again = organiser.post(path, pasted="姓名\t单位\t用户名\n吴九\t县博物馆\twujiu")
    assert "已有账号，增加单位" in again.text
    taken = organiser.post(path, pasted="姓名\t单位\t用户名\n别人\t县博物馆\twujiu")
    assert taken.status_code == 422


def test_nobody_is_attached_to_a_unit_over_whose_marks_he_holds_a_key(campaign_id: str, database: Database) -> None:
    with database.reading() as session:
        campaign = get_campaign(session, campaign_id)
        listed = preview_carried(
            known_of(session, campaign, three_roles=False), '[["吴九","wujiu","联络员",["县图书馆"]]]'
        )
    assert [row.is_attached for row in listed.rows] == [True]
    unit_id = next(unit.id for unit in campaign.units if unit.name == "县图书馆")
    acting = Principal("idzhangsan", "张三", "organiser")
    with cast.refuses("liaison_holds_key"), database.writing() as session:
        held = {("idwujiu", unit_id): "第一轮"}
        save_staff(Acting(session, cast.MORNING, acting), campaign, listed, held, three_roles=False)
