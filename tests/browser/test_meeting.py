"""A whole meeting by the pages alone: round, slips, keys, votes, close, count, opening, publication, result."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import cast
from tests.browser.conftest import Installation
from tests.browser.steps import (
    DESK,
    check,
    confirm,
    freeze,
    hand_out_keys,
    log_in,
    open_the_box,
    organiser_at,
    play,
    print_slips,
    staff_at,
)


@pytest.fixture
def campaign_id(installation: Installation) -> str:
    with installation.database.writing() as session:
        people = cast.make_cast(session)
        return cast.make_campaign(session, people["zhangsan"])


@pytest.fixture
def desk(browser: Browser, installation: Installation, campaign_id: str) -> Iterator[Page]:
    with organiser_at(browser, installation.address, f"/campaigns/{campaign_id}") as page:
        yield page


def make_round(page: Page) -> str:
    page.get_by_role("link", name="发起测评轮次").click()
    page.get_by_label("允许填写意见建议").check()
    check(page)
    page.get_by_role("button", name="保存").click()
    check(page)
    freeze(page)
    round_id = page.url.rsplit("/", 1)[-1]
    agree_to_freeze(page, round_id)
    page.reload()
    expect(page.locator(".round-state-ready")).to_be_visible()
    return round_id


def agree_to_freeze(desk: Page, round_id: str) -> None:
    """Let the second person look at groups, recusals and the preview, and agree."""
    page = staff_at(desk, "lisi")
    page.goto(f"/rounds/{round_id}")
    page.get_by_role("link", name="核对类别、人数和预览").first.click()
    expect(page.locator("main")).to_contain_text("示例票面，不是任何人的评价")
    check(page)
    page.get_by_role("button", name="已核对类别、人数和回避，同意冻结").click()
    expect(page.locator(".round-state-ready")).to_be_visible()


def agree(desk: Page, round_id: str) -> None:
    """Let the second person agree to what was asked."""
    page = staff_at(desk, "lisi")
    page.goto(f"/rounds/{round_id}")
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.locator(".round-state-published")).to_be_visible()


def read_result(browser: Browser, installation: Installation, round_id: str) -> str:
    """Return what the leader reads."""
    context = browser.new_context(**DESK, base_url=installation.address)
    page = context.new_page()
    log_in(page, "zhaoliu")
    page.goto(f"/results/{round_id}")
    check(page)
    text = page.locator("main").inner_text()
    page.get_by_role("link", name=cast.UNITS[1]).first.click()
    check(page)
    context.close()
    return text


def test_it_works(desk: Page, browser: Browser, installation: Installation) -> None:
    round_id = make_round(desk)
    codes = print_slips(desk, round_id)
    expected = sum(cast.GROUPS.values())
    assert len(codes) > expected
    shares = hand_out_keys(desk, round_id)
    desk.goto(f"/rounds/{round_id}")
    confirm(desk, "开始投票")
    expect(desk.locator(".round-state-open")).to_be_visible()
    desk.goto(f"/rounds/{round_id}/hall")
    check(desk)
    assert len(play(installation.address, codes).cast) == len(codes)
    desk.goto(f"/rounds/{round_id}")
    check(desk)
    confirm(desk, "截止投票")
    open_the_box(desk, round_id, shares)
    minutes = desk.locator("main").inner_text()
    for told in ("各人在本人账号下抽取", "监票人李四在本人账号下另行清点", "由张三、李四输入钥匙 2 份"):
        assert told in minutes
    desk.goto(f"/rounds/{round_id}/publish")
    check(desk)
    desk.locator("main form button[type=submit]").first.click()
    agree(desk, round_id)
    text = read_result(browser, installation, round_id)
    assert [name for name in cast.UNITS if name in text] == list(cast.UNITS)
    assert str(len(codes)) in text
    assert datetime.now(UTC).strftime("%Y年") in text
