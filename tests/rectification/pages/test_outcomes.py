"""Every act answers with what was done, who was told and what comes next; what becomes public is shown first."""

import re

import pytest

from app.core.db import Database
from app.rectification.ledger.service import BY_SUPERVISION, BY_THE_UNIT, RULES_MADE
from app.rectification.messages.notify import ACTION_TOLD, ORDER_TOLD
from app.rectification.pages.outcomes import ACTION_DONE, ORDER_DONE
from app.rectification.rules.orders import OrderEvent
from tests.cast import Desks
from tests.rectification.flagged import FLAGGED, later, make_flagged, make_ledger, make_order, plan_path
from tests.rectification.pages.test_orders import plan_fields


def said(page: str) -> str:
    """Return what the page says was done."""
    found = re.findall(r'role="status">([^<]*)<', page)
    return found[-1] if found else ""


def test_every_act_has_its_sentence() -> None:
    assert set(OrderEvent) <= set(ORDER_DONE)
    assert {*BY_THE_UNIT, *BY_SUPERVISION, *ACTION_TOLD, RULES_MADE} == set(ACTION_DONE)
    assert set(ORDER_TOLD) <= set(ORDER_DONE)


def test_each_step_says_what_was_done_who_was_told_and_what_comes_next(database: Database, new_desk: Desks) -> None:
    found = make_flagged(database)
    organiser, liaison, supervisor = new_desk("zhangsan"), new_desk("wujiu"), new_desk("zhengshi")
    typed = {"plan_due": later(10), "remedial_due": later(30), "retest_due": later(60)}
    days = {name: day.isoformat() for name, day in typed.items()}
    flag = f"/rectification/flags/{found.round_id}/{FLAGGED}"
    fields = days | {"decision": "order", "reason": "低于补课线", "document_number": "8号"}
    page = organiser.get(organiser.post(flag, **fields).headers["location"]).text
    assert said(page) == "已责令补课。已在收件箱中告知：吴九。下一步：单位填写并报送整改方案。"
    order = re.findall(r'action="(/rectification/orders/[^"/]+)', page)[0] if 'action="/rectification' in page else ""
    order = order or re.findall(r'href="(/rectification/orders/[^"/]+)/notice', page)[0]
    assert said(liaison.get(f"{order}?done=step").text) == "", "another's act is not the reader's"
    assert said(organiser.get(order).text) == ""
    plan = plan_path(database, order)
    page = liaison.get(f"{plan}/edit").text
    draft = liaison.post(f"{plan}/edit", **(plan_fields(page, goal="") | {"then": "draft"})).headers["location"]
    page = liaison.get(draft).text
    assert "整改方案已保存" in page
    sent = liaison.get(liaison.post(f"{plan}/edit", **plan_fields(page)).headers["location"]).text
    assert said(sent).startswith("方案已报送。已在收件箱中告知：")
    assert "郑十" in said(sent)
    assert "下一步：督办员或组织者审定方案。" in said(sent)
    page = supervisor.get(supervisor.post(f"{plan}/review", decision="accept").headers["location"]).text
    assert said(page).startswith("方案已审定，各项已列入整改台账。已在收件箱中告知：吴九。")


def test_an_act_on_an_action_is_told_of(database: Database, new_desk: Desks) -> None:
    _, _, (action_id,) = make_ledger(database)
    desk, action = new_desk("wujiu"), f"/rectification/actions/{action_id}"
    page = desk.get(desk.post(action, event="progress", text="已排班").headers["location"]).text
    assert said(page) == "进展已记下。全部做完后，在这里报告完成。"
    page = desk.get(desk.post(action, event="complete", text="做完了").headers["location"]).text
    assert "已报告完成，等待他人验收。已在收件箱中告知" in said(page)


def test_what_becomes_public_is_shown_first_with_its_address_and_names(database: Database, new_desk: Desks) -> None:
    _, order_id = make_order(database)
    liaison, supervisor, order = new_desk("wujiu"), new_desk("zhengshi"), f"/rectification/orders/{order_id}"
    plan = plan_path(database, order_id)
    assert 'name="confirmed"' not in liaison.get(f"{plan}/announce").text
    liaison.post(f"{plan}/edit", **plan_fields(liaison.get(f"{plan}/edit").text))
    supervisor.post(f"{plan}/review", decision="accept")
    assert f'href="{plan}/announce"' in liaison.get(order).text
    refused = liaison.post(f"{plan}/announce")
    assert refused.status_code == 422
    public = re.findall(r"<dd>[^<]*(/commitments/[^<]+)</dd>", refused.text)[0]
    preview = liaison.get(f"{plan}/announce").text
    for page in (refused.text, preview):
        assert all(words in page for words in ("每月四场", "孙团长", "钱副局长", "任何人不用登录都能看到", public))
    assert liaison.get(public).status_code == 404, "nothing is public yet"
    assert "已开始" not in liaison.get(order).text
    done = liaison.post(f"{plan}/announce", confirmed="1")
    assert "承诺已公示，开始整改" in said(liaison.get(done.headers["location"]).text)
    shown = re.findall(r'<section class="card commitment">.*?</section>', liaison.get(public).text, re.DOTALL)
    before = re.findall(r'<section class="card commitment">.*?</section>', preview, re.DOTALL)
    words = [re.sub(r"<dt>进展</dt>.*?</dd>", "", part, flags=re.DOTALL) for part in (*shown, *before)]
    assert words[0] == words[1], "what was shown first is what is public, but for the state"


def test_a_board_never_says_none_under_a_list(database: Database, new_desk: Desks) -> None:
    make_flagged(database)
    page = new_desk("zhangsan").get("/rectification").text
    assert page.count("责令补课或说明") == 2
    assert "没有需要补课的单位" not in page
    assert "上面的单位还在等待决定" in page
    for login in ("zhaoliu", "wujiu", "zhengshi"):
        page = new_desk(login).get("/rectification").text
        assert "没有需要补课的单位" not in page
        assert "还没有责令补课的单位" in page


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        ({"commitment": ""}, "commitment-1"),
        ({"due": later(20).isoformat()}, "due-1"),
        ({"co_units": "县文工团"}, "co_units-1"),
        ({"kind": "at_once", "due": later(38).isoformat()}, "due-1"),
        ({"due": "明天"}, "due-1"),
        ({"goal": "长" * 1001}, "goal-1"),
        ({"kind": "never"}, "kind-1"),
    ],
)
def test_errors_of_a_plan_mark_their_fields_and_lead_to_them(
    database: Database, new_desk: Desks, changed: dict[str, str], at: str
) -> None:
    _, order_id = make_order(database)
    desk, path = new_desk("wujiu"), f"{plan_path(database, order_id)}/edit"
    page = desk.post(path, **plan_fields(desk.get(path).text, **changed)).text
    assert f'href="#f-{at}"' in page
    field = re.findall(rf'<(?:input|textarea|select)[^>]*id="f-{at}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    described = re.findall(r'aria-describedby="([^"]+)"', field)[0]
    assert f'id="{described}"' in page
    assert page.count('aria-invalid="true"') == 1
    assert "下乡演出太少</textarea>" in page


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"document_number": ""}, "document_number"),
        ({"reason": ""}, "reason"),
        ({"plan_due": "2026-11-20"}, "plan_due"),
        ({"remedial_due": "2027-01-03"}, "remedial_due"),
        ({"retest_due": "2027-02-14"}, "retest_due"),
        ({"retest_due": "以后"}, "retest_due"),
    ],
)
def test_errors_of_an_order_mark_their_fields(
    database: Database, new_desk: Desks, changed: dict[str, str], name: str
) -> None:
    found = make_flagged(database)
    desk, flag = new_desk("zhangsan"), f"/rectification/flags/{found.round_id}/{FLAGGED}"
    days = {"plan_due": later(10), "remedial_due": later(30), "retest_due": later(92)}
    typed = {key: day.isoformat() for key, day in days.items()} | {"reason": "低于补课线", "document_number": "8号"}
    page = desk.post(flag, decision="order", **(typed | changed)).text
    assert f'href="#f-{name}"' in page
    field = re.findall(rf'<(?:input|textarea)[^>]*id="f-{name}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in field
    assert page.count('aria-invalid="true"') == 1
