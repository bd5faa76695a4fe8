"""The editor of a form with the phone beside it: by the keyboard alone, with scripts off, in both languages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from app.campaigns import reads, scheme_service
from app.campaigns.domain import Form
from tests.browser.conftest import Installation
from tests.browser.steps import check, log_in, organiser_at
from tests.cast import MORNING, make_campaign, make_cast

TABLES_FIT = "[...document.querySelectorAll('.table-scroll')].every(one => one.scrollWidth <= one.clientWidth)"


@pytest.fixture
def path(installation: Installation) -> str:
    """The editor of a copy of a form that ships."""
    with installation.database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        key = scheme_service.copy_form(session, MORNING, zhang, campaign_id, "t6")
    return f"/campaigns/{campaign_id}/forms/{key}"


@pytest.fixture
def plain(browser: Browser, installation: Installation, path: str) -> Iterator[Page]:
    """The editor at the desk of 张三 with scripts off."""
    context = browser.new_context(base_url=installation.address, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    log_in(page, "zhangsan")
    page.goto(path)
    yield page
    context.close()


def stored(installation: Installation, path: str) -> Form:
    _, _, campaign_id, _, key = path.split("/")
    with installation.database.reading() as session:
        return reads.get_form(session, campaign_id, key)


def phone_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe:not(.coming)")


def test_it_works(browser: Browser, installation: Installation, path: str) -> None:
    with organiser_at(browser, installation.address, path) as page:
        check(page)
        assert page.evaluate(TABLES_FIT)
        expect(phone_of(page).locator("legend").first).to_have_text("德")
        item = page.get_by_label("第 1 项指标")
        item.focus()
        item.press("End")
        page.keyboard.type("行")
        expect(phone_of(page).locator("legend").first).to_have_text("德行")
        expect(item).to_be_focused()
        steps = page.evaluate("history.length")
        page.locator("#f-scale").select_option("yes_no")
        expect(phone_of(page).get_by_role("alert")).to_contain_text("计入满意率的等次太多")
        page.get_by_label("计入满意率的等次").select_option("1")
        expect(phone_of(page).locator("[data-cell]").first.locator("label")).to_have_count(3)
        assert page.evaluate("history.length") == steps
        page.locator("summary", has_text="自定等次").press("Enter")
        page.get_by_role("button", name="用上面选的等次作底稿").press("Enter")
        page.get_by_label("第 1 级的词").fill("同意")
        expect(phone_of(page).locator("[data-cell]").first.locator("label").first).to_have_text("同意")
        page.get_by_label("第 1 级的分值").fill("0")
        expect(phone_of(page).get_by_role("alert")).to_contain_text("分值应当更低")
        page.get_by_label("第 1 级的分值").fill("100")
        page.get_by_label("第 1 级的分值").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("测评表已保存")
        check(page)
    form = stored(installation, path)
    assert form.own_scale is not None
    assert form.own_scale.options == ("同意", "否", "不了解")
    assert (form.items[0].label, form.top) == ("德行", 1)


def test_without_scripts_rows_come_and_go(installation: Installation, plain: Page, path: str) -> None:
    plain.get_by_label("第 2 项指标").fill("能力")
    plain.get_by_role("button", name="第 2 项上移").click()
    expect(plain.get_by_label("第 1 项指标")).to_have_value("能力")
    plain.get_by_role("button", name="删去第 2 项").click()
    expect(plain.get_by_label("第 2 项指标")).to_have_value("勤")
    assert stored(installation, path).items[0].label == "德"
    plain.get_by_role("button", name="刷新预览").click()
    expect(plain.frame_locator("iframe").locator("legend").first).to_have_text("能力")
    expect(plain.get_by_label("第 1 项指标")).to_have_value("能力")
    plain.get_by_role("button", name="保存测评表").click()
    expect(plain.get_by_role("status")).to_contain_text("测评表已保存")
    assert [item.label for item in stored(installation, path).items] == ["能力", "勤", "绩", "廉", "总体评价"]


def test_what_is_refused_marks_its_field_and_stays(installation: Installation, plain: Page, path: str) -> None:
    plain.locator("summary", has_text="自定等次").click()
    plain.get_by_role("button", name="用上面选的等次作底稿").click()
    plain.get_by_role("button", name="加一级").click()
    plain.get_by_label("第 5 级的分值").fill("70")
    plain.get_by_label("第 2 项指标").fill("才能")
    plain.get_by_role("button", name="保存测评表").click()
    expect(plain.get_by_role("alert")).to_contain_text("第 5 级没有填等次的词")
    expect(plain.locator("[aria-invalid=true]")).to_have_attribute("id", "f-grade-5")
    plain.get_by_label("第 5 级的词").fill("很差")
    plain.get_by_role("button", name="保存测评表").click()
    expect(plain.get_by_role("alert")).to_contain_text("“很差”排在“不称职”后面")
    expect(plain.locator("[aria-invalid=true]")).to_have_attribute("id", "f-score-5")
    expect(plain.get_by_label("第 2 项指标")).to_have_value("才能")
    assert stored(installation, path).own_scale is None


def test_headings_that_do_not_stand_together_are_refused(installation: Installation, plain: Page, path: str) -> None:
    for item in (1, 3):
        plain.get_by_label(f"第 {item} 项归在哪个标题下").fill("一、品行")
    plain.get_by_role("button", name="保存测评表").click()
    expect(plain.get_by_role("alert")).to_contain_text("标题“一、品行”下的各项没有排在一起")
    plain.get_by_role("button", name="第 3 项上移").click()
    expect(plain.get_by_label("第 2 项归在哪个标题下")).to_have_value("一、品行")
    plain.get_by_role("button", name="保存测评表").click()
    expect(plain.get_by_role("status")).to_contain_text("测评表已保存")
    assert [(one.heading, one.label) for one in stored(installation, path).items][:3] == [
        ("一、品行", "德"),
        ("一、品行", "勤"),
        ("", "能"),
    ]


def test_in_english(browser: Browser, installation: Installation, path: str) -> None:
    with organiser_at(browser, installation.address, path) as page:
        page.locator(".desk-language button").click()
        page.goto(path)
        check(page)
        expect(page.get_by_role("button", name="Refresh the preview")).to_be_visible()
        expect(phone_of(page).get_by_role("note")).to_contain_text("Preview")


NAMES_FIT = (
    "[...document.querySelectorAll('[name=\"label[]\"]')].filter(one => one.scrollWidth > one.clientWidth).length"
)


@pytest.mark.parametrize("width", [1280, 1366, 1920])
def test_what_an_item_is_called_is_read_whole(
    browser: Browser, installation: Installation, path: str, width: int
) -> None:
    with organiser_at(browser, installation.address, path) as page:
        page.set_viewport_size({"width": width, "height": 860})
        page.get_by_label("第 1 项指标").fill("解决群众反映强烈的突出问题")
        page.get_by_label("第 2 项指标").fill("解决")
        assert page.evaluate(NAMES_FIT) == 0
        assert page.evaluate(TABLES_FIT)
