"""An office of three runs all of it, each in one log-in: vote, opening, publication, order, plan and acceptance.

张三 organises and supervises, 李四 watches over the box, 王五 does too and speaks for a unit once it is open.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.accounts.models import Staff
from app.accounts.service import principal
from tests import cast
from tests.browser.conftest import Installation
from tests.browser.steps import (
    Desks,
    check,
    confirm,
    desks_at,
    freeze,
    hand_out_keys,
    open_the_box,
    play,
    print_slips,
)
from tests.browser.test_rectification import ANGRY, order, work, write_plan

PEOPLE = {
    "zhangsan": ("张三", {"organiser", "supervisor"}),
    "lisi": ("李四", {"scrutineer"}),
    "wangwu": ("王五", {"scrutineer", "liaison"}),
}
UNIT = cast.UNITS[1]


@pytest.fixture
def campaign_id(installation: Installation) -> str:
    with installation.database.writing() as session:
        for login, (name, roles) in PEOPLE.items():
            account = Staff(id=f"id{login}", login=login, name=name, created_at=cast.MORNING, disabled=False)
            account.password_hash, account.roles = cast.PASSWORD_HASH, roles
            session.add(account)
        session.flush()
        return cast.make_campaign(session, principal(session.get_one(Staff, "idzhangsan")))


@pytest.fixture
def desk_of(browser: Browser, installation: Installation) -> Iterator[Desks]:
    """Three people, each at a desk of his own."""
    with desks_at(browser, installation) as desk:
        yield desk


def make_round(page: Page, second: Page, campaign_id: str) -> str:
    """Set a round up with two keys, and have it frozen when the second person agrees; return its id."""
    page.goto(f"/campaigns/{campaign_id}")
    page.get_by_role("link", name="发起测评轮次").click()
    page.get_by_label("开箱需要几份").select_option("2")
    page.get_by_label("一共分成几份").select_option("2")
    page.get_by_role("button", name="保存").click()
    freeze(page)
    round_id = page.url.rsplit("/", 1)[-1]
    second.goto(f"/rounds/{round_id}")
    second.get_by_role("link", name="核对类别、人数和预览").first.click()
    second.get_by_role("button", name="已核对类别、人数和回避，同意冻结").click()
    expect(second.locator(".round-state-ready")).to_be_visible()
    return round_id


def name_liaison(page: Page, campaign_id: str) -> None:
    """Let 王五 speak for the unit, on the campaign's page."""
    page.goto(f"/campaigns/{campaign_id}/liaisons")
    check(page)
    row = page.locator("tr, fieldset").filter(has_text=UNIT).last
    row.get_by_label("王五").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_be_visible()


def test_it_works(desk_of: Desks, campaign_id: str, installation: Installation) -> None:
    organiser, second, liaison = desk_of("zhangsan"), desk_of("lisi"), desk_of("wangwu")
    organiser.goto("/")
    liaison.goto("/")
    expect(organiser.locator(".desk-who")).to_contain_text("组织者、督办员")
    expect(liaison.locator(".desk-who")).to_contain_text("监票人、单位联络员")
    round_id = make_round(organiser, second, campaign_id)
    codes = print_slips(organiser, round_id, is_checked=False)
    shares = hand_out_keys(organiser, round_id, 2, is_checked=False)
    organiser.goto(f"/rounds/{round_id}")
    confirm(organiser, "开始投票")
    opinion = [*ANGRY, 0.2, 0.2, 0.2]
    voted = play(installation.address, codes, lambda _unit, _item, count: opinion[:count])
    assert len(voted.cast) == len(codes)
    organiser.goto(f"/rounds/{round_id}")
    confirm(organiser, "截止投票")
    open_the_box(organiser, round_id, shares, is_checked=False)
    organiser.goto(f"/rounds/{round_id}/publish")
    organiser.locator("main form button[type=submit]").first.click()
    second.goto(f"/rounds/{round_id}")
    second.get_by_role("button", name="同意", exact=True).click()
    expect(second.locator(".round-state-published")).to_be_visible()
    name_liaison(organiser, campaign_id)
    order_url = order(organiser, UNIT)
    write_plan(liaison, order_url, UNIT)
    work(liaison, organiser, order_url)
    organiser.goto(order_url)
    check(organiser)
    expect(organiser.locator("main")).to_contain_text("下乡演出计划已经公布")
