"""Items under headings on the phone: in every layout, on the review page, in the editor and without scripts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from app.campaigns import reads, scheme_service
from app.campaigns.domain import Item
from app.rounds.domain import Layout
from tests.browser.conftest import Installation
from tests.browser.steps import check, organiser_at
from tests.browser.test_booth import option, scan, tap
from tests.browser.test_long_paper import SMALL, Paper, make
from tests.cast import MORNING, make_campaign, make_cast
from tests.factories import OpenRound, make_paper

__all__ = ["make"]
VIRTUE, ABILITY = "一、德", "二、能"
ITEMS = (
    Item("a", "政治表现", heading=VIRTUE),
    Item("b", "职业道德", heading=VIRTUE),
    Item("c", "业务能力", heading=ABILITY),
    Item("d", "总体评价", overall=True),
)
TOLD = """() => Array.from(document.querySelectorAll("legend"), one => one.innerText.trim().replace(/\\s+/g, " "))"""
"""What is seen and read aloud of each item."""


@pytest.fixture
def phone(same_phone: Page) -> Page:
    return same_phone


def headed(make: Paper, units: int, layout: Layout) -> OpenRound:
    parts = tuple(replace(part, items=ITEMS) for part in make_paper(units, 4).parts)
    return make(units, 4, parts=parts, layout=layout)


def fill(phone: Page, units: int) -> None:
    tap(phone, [(f"m{unit}-{item}", item) for unit in range(units) for item in range(len(ITEMS))])


@pytest.fixture
def plain(browser: Browser, installation: Installation) -> Iterator[Page]:
    """A phone with scripts off."""
    context = browser.new_context(base_url=installation.address, java_script_enabled=False, locale="zh-CN")
    yield context.new_page()
    context.close()


def test_a_list_says_each_heading_once(phone: Page, make: Paper) -> None:
    place = headed(make, 2, Layout.LIST)
    scan(phone, place.codes["residents"][0])
    assert phone.evaluate(TOLD) == [f"{VIRTUE} 政治表现", "职业道德", f"{ABILITY} 业务能力", "总体评价"] * 2
    over, under = (phone.locator("legend").first.locator(one).bounding_box() for one in ("b", "xpath=."))
    assert over
    assert under
    assert over["width"] > 0.8 * under["width"], "a heading has a line of its own"
    check(phone)
    phone.set_viewport_size(SMALL)
    phone.locator("label.tool").click()
    check(phone)
    phone.locator("label.tool").click()
    fill(phone, 2)
    phone.locator("[data-next]").click()
    terms = phone.locator("[data-review-list] dt")
    expect(terms).to_have_count(8)
    assert [one.inner_text().split() for one in terms.all()[:4]] == [
        [VIRTUE, "政治表现"], ["职业道德"], [ABILITY, "业务能力"], ["总体评价"],
    ]  # fmt: skip
    check(phone)
    phone.get_by_role("button", name="投入票箱").click()
    expect(phone.get_by_role("heading", name="已投入票箱")).to_be_visible()


def test_a_matrix_names_the_heading_of_every_item(phone: Page, make: Paper) -> None:
    place = headed(make, 3, Layout.MATRIX)
    scan(phone, place.codes["residents"][0])
    title, seen = phone.locator(".where h2"), []
    for item in range(len(ITEMS)):
        seen.append(title.inner_text())
        for unit in range(3):
            option(phone, f"m{unit}-{item}", 0).click()
        check(phone)
        phone.locator("[data-next]").click()
    assert seen == [f"{VIRTUE} 政治表现", f"{VIRTUE} 职业道德", f"{ABILITY} 业务能力", "总体评价"]
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()


def test_pages_of_objects_say_each_heading_once(phone: Page, make: Paper) -> None:
    place = headed(make, 3, Layout.PAGED)
    scan(phone, place.codes["residents"][0])
    legends = phone.locator("[data-unit]:not([hidden]) legend")
    told = [one.inner_text().split() for one in legends.all()]
    assert told == [[VIRTUE, "政治表现"], ["职业道德"], [ABILITY, "业务能力"], ["总体评价"]]
    check(phone)


def test_without_scripts(plain: Page, make: Paper) -> None:
    place = headed(make, 2, Layout.LIST)
    plain.goto("/v")
    plain.locator("[name=code]").fill(place.codes["residents"][0])
    plain.locator("[type=submit]").first.click()
    assert plain.locator("legend").first.inner_text().split() == [VIRTUE, "政治表现"]
    fill(plain, 2)
    plain.locator("[data-next]").click()
    terms = [one.inner_text().split() for one in plain.locator("dl.marks dt").all()]
    assert terms == [[VIRTUE, "政治表现"], ["职业道德"], [ABILITY, "业务能力"], ["总体评价"]] * 2


def test_they_are_typed_and_seen_at_once(browser: Browser, installation: Installation) -> None:
    with installation.database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        key = scheme_service.copy_form(session, MORNING, zhang, campaign_id, "t6")
    with organiser_at(browser, installation.address, f"/campaigns/{campaign_id}/forms/{key}") as page:
        phone = page.frame_locator("iframe:not(.coming)")
        page.get_by_label("第 1 项归在哪个标题下").fill("一、品行")
        expect(phone.locator("legend").first).to_contain_text("一、品行")
        page.get_by_label("第 2 项归在哪个标题下").fill("一、品行")
        page.get_by_role("button", name="保存测评表").click()
        expect(page.get_by_role("status")).to_contain_text("测评表已保存")
        check(page)
    with installation.database.reading() as session:
        form = reads.get_form(session, campaign_id, key)
    assert [item.heading for item in form.items][:4] == ["一、品行"] * 2 + ["", ""]
