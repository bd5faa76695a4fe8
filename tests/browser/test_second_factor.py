"""A second factor in Chromium: set up, log-in and step-up by keyboard, in both languages, with axe content."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from app.accounts.models import SecondFactor, StaffSession
from app.core.clock import utc_now
from tests import cast
from tests.browser.conftest import Installation
from tests.browser.steps import DESK, check


def forget_used(installation: Installation) -> None:
    """Spare the test the half minute until the next code, and let every proof run out."""
    with installation.database.writing() as session:
        session.execute(sa.update(SecondFactor).values(last_step=0))
        session.execute(sa.update(StaffSession).values(proved_at=None))


def log_in(page: Page) -> None:
    page.goto("/login")
    page.locator("#f-login").fill("zhangsan")
    page.locator("#f-password").fill(cast.PASSWORD)
    page.keyboard.press("Enter")


def set_up(page: Page) -> TOTP:
    """Turn the second factor on and return what the phone's app would make codes with."""
    page.locator(".desk-who a").click()
    check(page)
    page.locator("main button").press("Enter")
    expect(page.locator("main svg[role=img]")).to_be_visible()
    check(page)
    phone = TOTP(page.locator(".copy-once").inner_text())
    page.locator("#f-code").fill(phone.at(utc_now()))
    page.keyboard.press("Enter")
    expect(page.locator("main code")).to_have_count(10)
    check(page)
    return phone


def enter_code(page: Page, field: str, phone: TOTP) -> None:
    """Type a code where the page has put the cursor."""
    expect(page.locator(field)).to_be_focused()
    check(page)
    page.locator(field).focus()
    page.keyboard.type(phone.at(utc_now()))
    page.keyboard.press("Enter")


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Callable[[str], Page]:
    with installation.database.writing() as session:
        cast.make_cast(session)
    return lambda locale: browser.new_context(
        viewport=DESK["viewport"], locale=locale, base_url=installation.address
    ).new_page()


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_it_works(desk: Callable[[str], Page], installation: Installation, locale: str) -> None:
    page = desk(locale)
    log_in(page)
    page.wait_for_url(re.compile("/rounds"))
    phone = set_up(page)
    page.context.clear_cookies()
    forget_used(installation)
    log_in(page)
    enter_code(page, "#f-code", phone)
    page.wait_for_url(re.compile("/rounds"))
    forget_used(installation)
    page.goto("/staff/new")
    page.locator("#f-name").fill("周八")
    page.locator("#f-login").fill("zhouba")
    page.locator("form[action='/staff'] input[value=leader]").check()
    page.locator("form[action='/staff'] button").press("Enter")
    enter_code(page, "#f-proof", phone)
    expect(page.locator(".copy-once")).to_contain_text("/welcome/")
    page.context.close()


def test_a_phone_shows_all_of_it(desk: Callable[[str], Page]) -> None:
    page = desk("zh-CN")
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page)
    page.wait_for_url(re.compile("/rounds"))
    set_up(page)
    page.context.close()
