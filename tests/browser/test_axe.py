"""Axe finds a fault, where it is looked for, and one that came since it last looked."""

import pytest
from playwright.sync_api import Browser, Page

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


COUNTED = """() => {
  const run = axe.run;
  axe.run = (...asked) => { window.runs = (window.runs || 0) + 1; return run(...asked); };
}"""
PALE = "<p style='color: #aaa'>浅色的字</p>"
PALER = "<style>p, button { color: #949494; background: none }</style>"
"""Enough for large text, and too little for other text on white."""


def show(page: Page, more: str) -> None:
    """Show a page with ``more``, which axe has not looked at yet."""
    page.goto("about:blank")
    page.set_content(SOUND.replace("</main>", f"{more}</main>"))


def test_a_pale_text_is_found_on_every_page_and_beside_what_looks_otherwise(browser: Browser) -> None:
    page = browser.new_page()
    for around in ("", "<p>深色的字</p>", "<p>深色的字</p>"):
        show(page, f"{around}{PALE}")
        assert axe_on(page).generate_snapshot() == "color-contrast (serious) : 1"
    assert axe_on(page, "section").violations_count == 0
    page.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<button disabled>一个按钮</button>", "<button>一个按钮</button>"),
        ("<p style='font-size: 30px'>一些文字</p>", "<p>一些文字</p>"),
        ("<div style='background: black'><p>一些文字</p></div>", "<div><p>一些文字</p></div>"),
        ("<div><p style='background: black'>一些文字</p></div>", "<div style='opacity: 0.9'><p>一些文字</p></div>"),
    ],
)
def test_what_is_right_in_one_place_excuses_no_other(browser: Browser, before: str, after: str) -> None:
    page = browser.new_page()
    show(page, PALER + before)
    assert axe_on(page).violations_count == 0
    show(page, PALER + after)
    found = axe_on(page)
    page.close()
    assert found.generate_snapshot() == "color-contrast (serious) : 1"


def test_contrast_is_judged_once_for_what_looks_alike(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(SOUND)
    axe_on(page)
    page.evaluate(COUNTED)
    axe_on(page)
    runs = page.evaluate("window.runs")
    page.close()
    assert runs == 1
