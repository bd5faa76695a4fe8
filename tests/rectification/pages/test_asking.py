"""Pages of plans without an order and of entered issues: refusals keep what was typed, liaisons see their own."""

from datetime import timedelta

from app.core.acting import Acting
from app.core.db import Database
from app.rectification.plans import service as planning
from app.rectification.plans.reads import plan_heads
from app.rounds.models import Round
from tests.cast import MORNING, Desks
from tests.conftest import TestClock
from tests.publication import counted
from tests.rectification.flagged import FLAGGED, WU, ZHANG, ZHENG, later, make_flagged, make_rows, working

DUE = (working(later(14)) or later(14)).isoformat()


def test_a_plan_is_asked_for_and_goes_its_way_by_the_pages(database: Database, new_desk: Desks) -> None:
    found = make_flagged(database)
    organiser, liaison, path = new_desk("zhangsan"), new_desk("wujiu"), f"/rectification/campaigns/{found.campaign_id}"
    assert f'href="{path}/plans?pick=all"' in organiser.get(f"{path}/plans").text
    page = organiser.get(f"{path}/plans?pick=all").text
    assert page.count('name="units[]"') == 8
    assert page.count(" checked") == 8
    assert organiser.get(f"{path}/plans?pick=remedial").text.count(" checked") == 2
    typed: dict[str, str | list[str]] = {"units[]": [FLAGGED], "plan_due": later(19).isoformat(), "request": "先易后难"}
    refused = organiser.post(f"{path}/plans", **typed)
    assert refused.status_code == 422
    assert "是休息日" in refused.text
    assert 'href="#f-plan_due"' in refused.text
    assert 'id="f-plan_due"' in refused.text
    assert "先易后难</textarea>" in refused.text
    assert refused.text.count(" checked") == 1
    sent = organiser.post(f"{path}/plans", **(typed | {"units[]": [FLAGGED, "u1"], "plan_due": DUE}))
    assert "已要求 2 个单位报送整改方案" in organiser.get(sent.headers["location"]).text
    assert "制定整改方案" in liaison.get("/inbox").text
    with database.reading() as session:
        by_unit = {head.unit_id: head for head in plan_heads(session, ZHANG)}
    own, other = by_unit[FLAGGED], by_unit["u1"]
    assert own.home in liaison.get("/rectification").text
    assert other.home not in liaison.get("/rectification/plans").text
    assert "先易后难" in liaison.get(own.home).text
    assert liaison.get(other.home).status_code == 404
    assert liaison.post(f"{own.home}/withdraw").status_code == 403
    assert organiser.post(f"{own.home}/withdraw").status_code == 303
    assert "已撤回" in organiser.get(own.home).text
    assert own.home not in liaison.get("/rectification").text


def test_the_day_of_a_plan_is_changed_by_the_pages(database: Database, new_desk: Desks, clock: TestClock) -> None:
    found = make_flagged(database)
    organiser, liaison = new_desk("zhangsan"), new_desk("wujiu")
    typed: dict[str, str | list[str]] = {"units[]": [FLAGGED], "plan_due": DUE}
    organiser.post(f"/rectification/campaigns/{found.campaign_id}/plans", **typed)
    with database.reading() as session:
        (head,) = plan_heads(session, ZHANG)
    later_on = (working(later(30)) or later(30)).isoformat()
    refused = organiser.post(f"{head.home}/due", plan_due=later(19).isoformat(), reason="县里统一推后<1>")
    assert refused.status_code == 422
    assert "是休息日" in refused.text
    assert "县里统一推后&lt;1&gt;</textarea>" in refused.text
    assert '<details class="card result-more" open>' in refused.text
    assert liaison.post(f"{head.home}/due", plan_due=later_on, reason="来不及").status_code == 403
    clock.now += timedelta(minutes=1)
    sent = organiser.post(f"{head.home}/due", plan_due=later_on, reason="县里统一推后<1>")
    page = organiser.get(sent.headers["location"]).text
    assert "报送方案的期限已经更改" in page
    assert "：县里统一推后&lt;1&gt;" in page
    assert "报送整改方案的期限改为" in liaison.get("/inbox").text
    assert "更改报送期限" not in liaison.get(head.home).text.split("经过")[0]


def test_the_day_of_all_plans_is_changed_by_one_page(database: Database, new_desk: Desks) -> None:
    found = make_flagged(database)
    organiser, path = new_desk("zhangsan"), f"/rectification/campaigns/{found.campaign_id}/plans"
    assert "没有还在填写方案的单位" in organiser.get(f"{path}/due").text
    asked: dict[str, str | list[str]] = {"units[]": [FLAGGED, "u1"], "plan_due": DUE}
    organiser.post(path, **asked)
    assert f'href="{path}/due"' in organiser.get(path).text
    assert organiser.get(f"{path}/due").text.count(" checked") == 2
    typed: dict[str, str | list[str]] = {"units[]": ["u1"], "plan_due": later(19).isoformat(), "reason": "统一推后"}
    refused = organiser.post(f"{path}/due", **typed)
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 1
    assert "统一推后</textarea>" in refused.text
    due = (working(later(30)) or later(30)).isoformat()
    sent = organiser.post(f"{path}/due", **(typed | {"plan_due": due}))
    assert "各单位的联络员会在收件箱中看到" in organiser.get(sent.headers["location"]).text
    assert new_desk("wujiu").get(f"{path}/due").status_code == 403
    assert f"{path}/due" not in new_desk("wujiu").get(path).text
    with database.reading() as session:
        assert sorted(head.due.isoformat() for head in plan_heads(session, ZHANG)) == [DUE, due]


def test_whoever_reviews_reads_the_plan_where_he_decides_and_is_led_on(database: Database, new_desk: Desks) -> None:
    found = make_flagged(database)
    typed: dict[str, str | list[str]] = {"units[]": [FLAGGED], "plan_due": DUE}
    new_desk("zhangsan").post(f"/rectification/campaigns/{found.campaign_id}/plans", **typed)
    supervisor, liaison, plans = new_desk("zhengshi"), new_desk("wujiu"), "/rectification/plans"
    with database.writing() as session:
        (head,) = plan_heads(session, ZHANG)
        planning.save_plan(Acting(session, MORNING, WU), head.id, make_rows())
        session.flush()
    assert "填写和报送方案" in liaison.get(head.home).text
    assert "查看方案" in supervisor.get(head.home).text, "he does not write it"
    with database.writing() as session:
        planning.submit(Acting(session, MORNING, WU), head.id)
    assert f'href="{head.home}#at-plan_submitted"' in supervisor.get(plans).text
    page = supervisor.get(head.home).text
    assert "调整排班，周末开放到二十点" in page, "what he decides about stands beside the decision"
    with database.writing() as session:
        planning.send_back(Acting(session, MORNING, ZHENG), head.id, "措施不具体")
        planning.submit(Acting(session, MORNING, WU), head.id)
    assert "上次退回的意见：措施不具体" in supervisor.get(head.home).text
    with database.writing() as session:
        planning.accept(Acting(session, MORNING, ZHENG), head.id)
    assert f'href="{head.home}#at-plan_accepted"' in liaison.get(plans).text
    with database.writing() as session:
        planning.announce(Acting(session, MORNING, WU), head.id)
    assert f'href="/rectification/ledger?plan={head.id}"' in liaison.get(plans).text


def test_verdicts_are_those_of_the_newest_round_alone(database: Database, new_desk: Desks) -> None:
    found = make_flagged(database)
    page = f"/rectification/campaigns/{found.campaign_id}/plans?pick=remedial"
    assert new_desk("zhangsan").get(page).text.count(" checked") == 2
    retest = counted.store_counted(database, counted.make_votes(opinions=((90, 9, 1, 0, 0),)))
    with database.writing() as session:
        held = session.get_one(Round, retest)
        held.campaign_id, held.created_at = found.campaign_id, held.created_at + timedelta(days=30)
    counted.release(database, retest)
    assert new_desk("zhangsan").get(page).text.count(" checked") == 0, "nobody is flagged any more"


def test_an_issue_is_entered_changed_and_withdrawn_by_the_pages(database: Database, new_desk: Desks) -> None:
    found = make_flagged(database)
    organiser, path = new_desk("zhangsan"), f"/rectification/campaigns/{found.campaign_id}/issues"
    typed: dict[str, str | list[str]] = {
        "origin": "audit",
        "title": "账目公开不及时",
        "basis": "第 3 条",
        "units[]": [],
    }
    refused = organiser.post(path, **typed)
    assert refused.status_code == 422
    assert 'value="账目公开不及时"' in refused.text
    assert organiser.post(path, **(typed | {"units[]": [FLAGGED]})).status_code == 303
    page = new_desk("wujiu").get(path).text
    assert "账目公开不及时" in page
    assert "登记问题" not in page
    assert new_desk("wujiu").post(path, origin="audit", title="别的").status_code == 403
