"""The phone's way from the slip to the thanks, in both colour schemes, both type sizes and both languages."""

from playwright.sync_api import Page

from scripts.pictures.camera import PHONE, Camera


def take(camera: Camera) -> None:
    """Picture the booth."""
    for scheme, name in (("light", "booth"), ("dark", "booth-dark")):
        page = camera.anybody(PHONE, color_scheme=scheme)
        code = camera.codes.pop()
        _vote(camera, page, code, name)
        if scheme == "light":
            _refusals(camera, page, code)
        page.context.close()
    _english(camera)


def _vote(camera: Camera, page: Page, code: str, name: str) -> None:
    page.goto("/v")
    camera.shoot(page, f"{name}-entry", full=False)
    page.goto(f"/v?lang=zh#{code}")
    page.wait_for_selector("fieldset")
    camera.shoot(page, f"{name}-paper", full=False)
    page.locator("label[for=large]").first.click()
    camera.shoot(page, f"{name}-large", full=False)
    page.locator("label[for=large]").first.click()
    page.click("[data-next]")
    camera.shoot(page, f"{name}-missing", full=False)
    _fill_in(page)
    page.click("[data-open-index]")
    page.wait_for_selector("[data-index]:not([hidden])")
    camera.shoot(page, f"{name}-index", full=False)
    page.click("[data-back]")
    page.locator("fieldset").nth(3).scroll_into_view_if_needed()
    camera.shoot(page, f"{name}-filled", full=False)
    page.click("[data-next]")
    camera.shoot(page, f"{name}-review", full=False)
    page.click("[data-next]")
    page.wait_for_selector("[data-receipt]")
    camera.shoot(page, f"{name}-thanks", full=False)


def _fill_in(page: Page) -> None:
    """Mark something everywhere: mostly the first grades."""
    for number, field in enumerate(page.locator("fieldset").all()):
        field.locator("label").nth([0, 0, 1, 0, 2, 1][number % 6]).click()


def _refusals(camera: Camera, page: Page, used: str) -> None:
    for name, code in (("used", used), ("unknown", "0000000000000")):
        page.goto("about:blank")
        page.goto(f"{camera.url}/v#{code}")
        page.wait_for_selector("[role=alert]")
        camera.shoot(page, f"booth-{name}", full=False)


def _english(camera: Camera) -> None:
    page = camera.anybody(PHONE, "en-GB")
    page.goto(f"/v?lang=en#{camera.codes.pop()}")
    page.wait_for_selector("fieldset")
    camera.shoot(page, "booth-english", full=False)
    page.context.close()
