"""主要负责人签批 in Chromium: the head signs plan and completion in his own log-in, or signed pages are attached."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, ViewportSize, expect

from app.accounts.models import Staff, StaffSession, StaffUnit
from tests import cast
from tests.browser.conftest import PHONE, Installation
from tests.browser.steps import DESK, Desks, check, desks_at
from tests.browser.test_rectification import announce, ask_for_plan, report, write_plan
from tests.rectification.flagged import FLAGGED, make_flagged
from tests.rectification.ledger.test_service import PDF

UNIT = "县文工团"
HEAD = "sunyi"


@pytest.fixture
def desk_of(browser: Browser, installation: Installation) -> Iterator[Desks]:
    """The cast and the head of a unit, each at a desk or a phone of his own; his proofs have run out."""
    make_flagged(installation.database)
    with installation.database.writing() as session:
        head = Staff(id=f"id{HEAD}", login=HEAD, name="孙团长", created_at=cast.MORNING, disabled=False)
        head.password_hash, head.roles = cast.PASSWORD_HASH, {"liaison"}
        session.add(head)
        session.flush()
        session.add(StaffUnit(staff_id=head.id, unit_id=FLAGGED))
    with desks_at(browser, installation) as desk:
        yield desk


def name_head(page: Page) -> None:
    """Name the head of the unit and ask for his signature, on the campaign's page."""
    page.goto("/rectification/campaigns")
    page.get_by_role("link", name="主要负责人签批").click()
    page.get_by_label(f"{UNIT}的主要负责人").select_option("孙团长")
    page.get_by_label("没有主要负责人签批的，方案不能审定，事项不能销号").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_be_visible()
    check(page)


SIZES = (PHONE["viewport"], DESK["viewport"])


def check_at_both(page: Page) -> None:
    """Look at a page as it is on a phone and on a desk."""
    for size in SIZES:
        page.set_viewport_size(size)
        check(page)


def sign(page: Page, installation: Installation, told: str, button: str, size: ViewportSize) -> None:
    """Come from the inbox, sign, and prove who one is where the last proof has run out."""
    page.goto("/inbox")
    check_at_both(page)
    page.set_viewport_size(size)
    page.get_by_role("link", name=told).first.click()
    check_at_both(page)
    page.set_viewport_size(size)
    with installation.database.writing() as session:
        session.execute(sa.update(StaffSession).values(proved_at=None))
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url) if answer.status == FORBIDDEN else None)
    page.get_by_role("button", name=button).click()
    expect(page.locator("main")).to_contain_text("孙团长，")
    assert asked, "nobody signs without a fresh proof of who he is"
    check_at_both(page)


FORBIDDEN = 403


def accept_plan(page: Page, plan: str) -> None:
    page.goto(plan)
    check(page)
    page.get_by_role("button", name="审定方案").click()


def accept_action(page: Page, action: str) -> None:
    page.goto(action)
    page.get_by_label("验收销号", exact=True).check()
    page.get_by_role("button", name="提交").click()


def test_the_head_signs_in_his_own_log_in(desk_of: Desks, installation: Installation) -> None:
    """The plan on a phone, what is completed at a desk."""
    organiser, liaison, supervisor = desk_of("zhangsan"), desk_of("wujiu"), desk_of("zhengshi")
    name_head(organiser)
    plan = ask_for_plan(organiser, UNIT)
    write_plan(liaison, plan, UNIT)
    accept_plan(supervisor, plan)
    expect(supervisor.get_by_role("alert")).to_contain_text("签批")
    head = desk_of(HEAD, PHONE)
    sign(head, installation, "请主要负责人签批", "签批方案", SIZES[0])
    accept_plan(supervisor, plan)
    expect(supervisor.get_by_role("status")).to_contain_text("方案已审定")
    announce(liaison, plan)
    action = report(liaison)
    accept_action(supervisor, action)
    expect(supervisor.get_by_role("alert")).to_contain_text("签批")
    sign(head, installation, "已经完成，请主要负责人签批", "签批完成情况", SIZES[1])
    accept_action(supervisor, action)
    expect(supervisor.get_by_role("status")).to_contain_text("已验收销号")
    check(supervisor)


def attach(page: Page, tmp_path: Path, address: str) -> None:
    """Attach the page that the head has signed with a pen, and open it again."""
    signed = tmp_path / "签字页.pdf"
    signed.write_bytes(PDF)
    page.goto(address)
    page.get_by_text("上传主要负责人的签字页").click()
    check(page)
    page.get_by_label("签字页的扫描件").set_input_files(signed)
    page.get_by_role("button", name="上传").click()
    expect(page.locator("main")).to_contain_text("签字页（张三上传）")
    check(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="签字页").first.click()
    assert Path(waiting.value.path()).read_bytes() == PDF


def test_pages_signed_with_a_pen_are_attached(desk_of: Desks, tmp_path: Path) -> None:
    organiser, liaison, supervisor = desk_of("zhangsan"), desk_of("wujiu"), desk_of("zhengshi")
    name_head(organiser)
    plan = ask_for_plan(organiser, UNIT)
    write_plan(liaison, plan, UNIT)
    attach(organiser, tmp_path, plan)
    accept_plan(supervisor, plan)
    expect(supervisor.get_by_role("status")).to_contain_text("方案已审定")
    announce(liaison, plan)
    action = report(liaison)
    attach(organiser, tmp_path, action)
    accept_action(supervisor, action)
    expect(supervisor.get_by_role("status")).to_contain_text("已验收销号")
