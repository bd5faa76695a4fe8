"""Axe finds a fault, where it is looked for, and one that came since it last looked."""

from playwright.sync_api import Browser

from tests.browser.axe import EVERY_RULE, axe_on

SOUND = "<!doctype html><html lang=zh><title>页</title><main><h1>题</h1><section>文</section></main></html>"


def test_it_works(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(SOUND)
    assert axe_on(page, options=EVERY_RULE).violations_count == 0
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><p id=still>文</p>')")
    found, elsewhere = axe_on(page), axe_on(page, "#still")
    page.close()
    assert found.generate_snapshot() == "image-alt (critical) : 1"
    assert "img" in found.generate_report()
    assert elsewhere.violations_count == 0


def test_it_judges_what_is_no_more_than_good_custom_by_every_rule_alone(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(SOUND.replace("</main>", "</main><p>外</p>"))
    strict, lax = axe_on(page, options=EVERY_RULE), axe_on(page)
    page.close()
    assert strict.generate_snapshot() == "region (moderate) : 1"
    assert lax.violations_count == 0
