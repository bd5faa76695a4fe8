"""The pages of orders, plans and ledger, without scripts: the board leads on, nothing typed is lost."""

import html
import re

import pytest
import sqlalchemy as sa

from app.campaigns import service as campaigns
from app.core.db import Database
from app.rectification.ledger.workbook import NEW_PROGRESS
from app.rectification.models import RemedialAction, UnitPlan
from app.rectification.orders import reads
from app.rectification.pages.plans import FIELDS
from tests.cast import MORNING, Desk, Desks
from tests.conftest import BASE_URL
from tests.publication.counted import form_token
from tests.rectification.flagged import (
    ZHANG,
    later,
    make_action,
    make_flagged,
    make_ledger,
    make_order,
    plan_id_of,
    plan_path,
)
from tests.rectification.ledger.test_service import PDF, edited
from tests.statements import statements


def plan_fields(page: str, **typed: str) -> dict[str, str | list[str]]:
    """Return what a browser posts of a plan with one action."""
    version = re.findall(r'name="version" value="([^"]*)"', page)[0]
    full = {
        "problem": "下乡演出太少", "source": "测评留言", "goal": "每乡四场", "kind": "dated", "measures": "排出计划",
        "due": later(21).isoformat(), "sponsor": "钱副局长", "lead_unit": "县文工团", "owner": "孙团长",
        "commitment": "每月四场",
    } | typed  # fmt: skip
    return {"version": version, "then": "submit"} | {f"{name}[]": [full.get(name, "")] for name in FIELDS}


def next_step(desk: Desk) -> str:
    """Return where the board leads."""
    found = re.findall(r'data-label="下一步"><span><a href="([^"#]+)', desk.get("/rectification").text)
    return found[0] if found else ""


def test_a_field_that_is_too_long_is_called_by_its_name_on_the_page(database: Database, new_desk: Desks) -> None:
    found = make_flagged(database)
    days = {name: later(day).isoformat() for name, day in (("plan_due", 10), ("remedial_due", 30), ("retest_due", 60))}
    typed = {**days, "decision": "order", "document_number": "8号", "reason": "因" * 501}
    page = new_desk("zhangsan").post(f"/rectification/flags/{found.round_id}/{found.unit_id}", **typed).text
    assert "“责令补课的理由和要求”太长" in page
    assert 'href="#f-reason"' in page
    assert "因" * 501 in page


def test_the_board_leads_from_step_to_step(database: Database, new_desk: Desks) -> None:
    found, organiser = make_flagged(database), new_desk("zhangsan")
    liaison, supervisor = new_desk("wujiu"), new_desk("zhengshi")
    flag = f"/rectification/flags/{found.round_id}/{found.unit_id}"
    assert f'href="{flag}"' in organiser.get("/rectification").text
    days = (("plan_due", 10), ("remedial_due", 30), ("retest_due", 60))
    typed = {name: later(day).isoformat() for name, day in days} | {"decision": "order", "reason": "低于补课线"}
    refused = organiser.post(flag, **typed)
    assert refused.status_code == 422
    assert "没有填写文号" in refused.text
    assert "低于补课线</textarea>" in refused.text
    order = organiser.post(flag, **typed, document_number="县委发〔2026〕8号").headers["location"].split("?")[0]
    plan = plan_path(database, order)
    assert [next_step(desk) for desk in (liaison, organiser)] == [f"{plan}/edit"] * 2
    assert next_step(supervisor) == order
    page = liaison.get(f"{plan}/edit").text
    assert liaison.post(f"{plan}/edit", **plan_fields(page)).headers["location"] == f"{order}?done=step"
    assert next_step(supervisor) == order
    assert supervisor.post(f"{plan}/review", decision="accept").status_code == 303
    assert "单位公示承诺，开始整改" in liaison.get("/rectification").text
    assert liaison.post(f"{plan}/announce", confirmed="1").status_code == 303
    public = re.findall(r'href="(/commitments/[^"]+)"', liaison.get(order).text)[0]
    assert liaison.post(f"{order}/steps/complete", text="已全部整改").status_code == 303
    assert next_step(organiser) == order
    again = liaison.post(f"{order}/steps/complete", text="再报一次")
    assert again.status_code == 409
    assert "现在可以办理：退回继续整改;安排复测" in again.text
    assert organiser.post(f"{order}/steps/plan_retest", title="县文工团复测").status_code == 303
    assert 'href="/rounds/' in organiser.get(order).text
    assert "复测的结果还没有公布" in organiser.post(f"{order}/steps/count_retest").text
    assert "每月四场" in new_desk("zhaoliu").get(public).text


def test_what_two_liaisons_type_at_once_is_neither_lost_nor_overwritten(database: Database, new_desk: Desks) -> None:
    _, order_id = make_order(database)
    one, other, path = new_desk("wujiu"), new_desk("wujiu"), f"{plan_path(database, order_id)}/edit"
    page = one.get(path).text
    assert one.post(path, **(plan_fields(page, problem="甲的") | {"then": "draft"})).status_code == 303
    refused = other.post(path, **(plan_fields(page, problem="乙的") | {"then": "draft"}))
    assert refused.status_code == 409
    assert "另一个人保存过这份方案" in refused.text
    assert "乙的</textarea>" in refused.text
    both = re.search(r'<ul class="stored-now">(.*?)</ul>', refused.text, re.DOTALL)
    assert both, "what is stored now stands beside what was typed"
    assert "甲的" in both[1]
    assert "乙的" not in both[1]
    assert "甲的</textarea>" in one.get(path).text
    assert other.post(path, **(plan_fields(refused.text, problem="乙的") | {"then": "draft"})).status_code == 303
    assert "乙的</textarea>" in one.get(path).text


def test_units_that_are_parted_otherwise_are_no_other_version(database: Database, new_desk: Desks) -> None:
    _, order_id = make_order(database)
    one, other, path = new_desk("wujiu"), new_desk("wujiu"), f"{plan_path(database, order_id)}/edit"
    typed: dict[str, str | list[str]] = {"then": "draft", "co_units[]": ["县文化馆, 县图书馆，县博物馆"]}
    assert one.post(path, **(plan_fields(one.get(path).text) | typed)).status_code == 303
    page = one.get(path).text
    (action_id,) = re.findall(r'name="id\[\]" value="([^"]+)"', page)
    typed |= {"id[]": [action_id]}
    assert one.post(path, **(plan_fields(page, goal="每乡五场") | typed)).status_code == 303
    refused = other.post(path, **(plan_fields(page) | typed))
    assert refused.status_code == 409
    both = re.search(r'<ul class="stored-now">(.*?)</ul>', refused.text, re.DOTALL)
    assert both
    assert ("整改目标" in both[1], "协办单位" in both[1]) == (True, False)


def test_what_is_to_end_after_the_order_is_told_beside_the_day_and_may_be_submitted(
    database: Database, new_desk: Desks
) -> None:
    _, order_id = make_order(database)
    desk, plan = new_desk("wujiu"), plan_path(database, order_id)
    words, tag = "第 1 项的完成时限在补课通知定的完成期限", "在补课通知的完成期限以后"
    for days, told in ((21, False), (70, True)):
        fields = plan_fields(desk.get(f"{plan}/edit").text, due=later(days).isoformat()) | {"then": "draft"}
        assert desk.post(f"{plan}/edit", **fields).status_code == 303
        page = desk.get(f"{plan}/edit").text
        assert (words in page, 'aria-describedby="w-due-1"' in page) == (told, told)
    assert "The last day that" not in desk.get(f"{plan}/edit?lang=en").text
    assert "Action 1 is to be completed after the last day" in desk.get(f"{plan}/edit?lang=en").text
    fields = plan_fields(page, due=later(70).isoformat())
    assert desk.post(f"{plan}/edit", **fields).status_code == 303
    supervisor = new_desk("zhengshi")
    assert tag in supervisor.get(f"/rectification/orders/{order_id}").text


def test_more_time_than_the_order_gives_is_told_where_it_is_decided(database: Database, new_desk: Desks) -> None:
    _, order_id, (action_id,) = make_ledger(database)
    liaison, supervisor, path = new_desk("wujiu"), new_desk("zhengshi"), f"/rectification/actions/{action_id}"
    with database.reading() as session:
        order = reads.get_order(session, ZHANG, order_id).current
    assert order is not None
    tag = "在补课通知的完成期限"
    assert tag not in liaison.get(path).text.replace("补课通知定的完成期限", "")
    assert liaison.post(f"{path}/extension", until=later(70).isoformat(), reason="场地未定").status_code == 303
    page = supervisor.get(path).text
    assert page.count(tag) == 1, "beside what is asked for"
    (extension,) = re.findall(rf"{path}/extension/([0-9a-z]+)", page)
    assert supervisor.post(f"{path}/extension/{extension}", decision="grant").status_code == 303
    assert supervisor.get(path).text.count(tag) == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"commitment": ""}, "第 1 项没有写明公开承诺。"),
        ({"commitment": "待定"}, "第 1 项没有写明公开承诺。"),
        ({"due": "2020-01-01"}, "第 1 项的完成时限已经过去"),
        ({"kind": "at_once", "due": later(38).isoformat()}, "列为立行立改，完成时限却在三十天以后"),
    ],
)
def test_an_incomplete_plan_is_kept_and_says_what_is_missing(
    database: Database, new_desk: Desks, typed: dict[str, str], words: str
) -> None:
    _, order_id = make_order(database)
    desk, path = new_desk("wujiu"), f"{plan_path(database, order_id)}/edit"
    refused = desk.post(path, **plan_fields(desk.get(path).text, **typed))
    assert refused.status_code == 422
    assert words in refused.text
    assert "下乡演出太少</textarea>" in refused.text
    assert "下乡演出太少</textarea>" in desk.get(path).text
    assert desk.post(path, **plan_fields(refused.text)).status_code == 303


def test_a_date_that_is_none_keeps_what_was_typed(database: Database, new_desk: Desks) -> None:
    _, order_id = make_order(database)
    desk, path = new_desk("wujiu"), f"{plan_path(database, order_id)}/edit"
    refused = desk.post(path, **plan_fields(desk.get(path).text, due="明天"))
    assert refused.status_code == 400
    assert "不是日期" in refused.text
    assert "下乡演出太少</textarea>" in refused.text


def upload(desk: Desk, action: str, name: str, content: bytes) -> tuple[int, str]:
    """Report progress with a file."""
    token = form_token(desk.client, action)
    fields = {"event": "progress", "text": "见附件", "form_token": token}
    sent = desk.client.post(action, data=fields, files={"file": (name, content)}, headers={"origin": BASE_URL})
    return sent.status_code, sent.text


def test_attachments_leave_as_downloads_alone(database: Database, new_desk: Desks) -> None:
    _, _, (action_id,) = make_ledger(database)
    desk, action = new_desk("wujiu"), f"/rectification/actions/{action_id}"
    assert upload(desk, action, "证明.pdf", PDF)[0] in {200, 303}
    status, text = upload(desk, action, "证明.pdf", PDF + b"\0" * 2_000)
    assert (status, "见附件</textarea>" in text, "请重新选择" in text) == (422, True, True)
    (path,) = re.findall(r'href="(/rectification/actions/[^"]+/files/[^"]+)"', desk.get(action).text)
    sent = desk.get(path)
    assert sent.content == PDF
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert sent.headers["content-type"] == "application/octet-stream"


def test_a_workbook_comes_in_whole_or_not_at_all(database: Database, new_desk: Desks) -> None:
    _, order_id, (action_id,) = make_ledger(database)
    desk = new_desk("wujiu")
    out = desk.get(f"/rectification/ledger.xlsx?order={order_id}").content
    good = edited(out, {(2, NEW_PROGRESS): "已完成一半"})

    def bring(content: bytes) -> str:
        data = {"form_token": form_token(desk.client, "/rectification/import")}
        files = {"workbook": ("台账.xlsx", content)}
        sent = desk.client.post("/rectification/import", data=data, files=files, headers={"origin": BASE_URL})
        return str(sent.text)

    def confirm(page: str) -> str:
        carried = [html.unescape(part) for part in re.findall(r'name="rows\[\]" value="([^"]*)"', page)]
        data = {"form_token": form_token(desk.client, "/rectification/import"), "rows[]": carried}
        sent = desk.client.post("/rectification/import/confirm", data=data, headers={"origin": BASE_URL})
        return str(sent.text)

    refused = bring(edited(good, {(2, "整改目标"): "改低一点"}))
    assert "没有导入任何内容" in refused
    assert "“整改目标”与台账不一致" in refused
    assert "已公示" in desk.get(f"/rectification/actions/{action_id}").text
    preview = bring(good)
    assert "以下 1 项还没有更新" in preview
    assert "已公示" in desk.get(f"/rectification/actions/{action_id}").text
    assert "更新了 1 项" in confirm(preview)
    assert "没有要更新的内容" in bring(desk.get(f"/rectification/ledger.xlsx?order={order_id}").content)
    ledger = desk.get("/rectification/ledger").text
    assert "已完成一半" in ledger
    assert "整改中" in ledger
    assert "已完成一半" not in desk.get("/rectification/ledger?show=late").text


def test_a_workbook_of_several_campaigns_asks_for_their_english_once(database: Database, new_desk: Desks) -> None:
    _, order_id, ids = make_ledger(database, make_action(), make_action(problem="收费不透明"))
    with database.writing() as session:
        plan = session.get_one(UnitPlan, plan_id_of(session, order_id))
        told = {column.key: getattr(plan, column.key) for column in sa.inspect(UnitPlan).column_attrs}
        other = campaigns.create_campaign(session, MORNING, ZHANG, "另一项", "县委")
        session.add(UnitPlan(**{**told, "id": "another", "campaign_id": other, "order_id": None, "attempt": None}))
        session.flush()
        session.get_one(RemedialAction, ids[1]).plan_id = "another"
    desk = new_desk("zhangsan")
    out = desk.get("/rectification/ledger.xlsx").content
    data = {"form_token": form_token(desk.client, "/rectification/import")}
    with statements() as asked:
        files = {"workbook": ("台账.xlsx", out)}
        page = desk.client.post("/rectification/import", data=data, files=files, headers={"origin": BASE_URL})
    assert page.status_code == 200
    assert sum("FROM english_name" in each for each in asked) == 1


def test_the_ledger_of_one_order_stands_alone(database: Database, new_desk: Desks) -> None:
    _, order_id, (action_id,) = make_ledger(database)
    desk = new_desk("zhangsan")
    assert action_id in desk.get(f"/rectification/ledger?order={order_id}&show=open").text
    assert desk.get("/rectification/ledger?order=nowhere").status_code == 404
    with database.reading() as session:
        assert [place.order_id for place in reads.places(session, ZHANG)] == [order_id]
