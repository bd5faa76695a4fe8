"""What readers see of published results: leaders at the desk and on a phone, and anybody without a log-in."""

from playwright.sync_api import Page

from scripts.pictures.camera import DESK, PHONE, Camera


def take(camera: Camera) -> None:
    """Picture lists, results, units, overview and comparison, then notices, verification, templates and tokens."""
    for size, name in ((DESK, "leader"), (PHONE, "leader-phone")):
        _leader(camera, camera.at("zhaoliu", size), name)
    _anybody(camera)
    page = camera.desk("zhangsan")
    page.goto(f"{camera.round.replace('/rounds/', '/results/')}/reports")
    camera.shoot(page, "reports-page")
    for name in ("templates", "tokens"):
        page.goto(f"/{name}")
        camera.shoot(page, name)


def _leader(camera: Camera, page: Page, name: str) -> None:
    full = not name.endswith("phone")
    page.goto("/results")
    camera.shoot(page, f"{name}-list")
    overview = page.locator("main a[href^='/results/campaigns/']").first.get_attribute("href") or ""
    page.goto(camera.round.replace("/rounds/", "/results/"))
    camera.shoot(page, f"{name}-result", full=full)
    page.goto(page.locator("main a[href*='/units/']").nth(3).get_attribute("href") or "")
    camera.shoot(page, f"{name}-unit", full=full)
    page.goto(overview)
    camera.shoot(page, f"{name}-overview", full=full)
    page.goto(f"{overview}/compare")
    camera.shoot(page, f"{name}-compare", full=full)


def _anybody(camera: Camera) -> None:
    page = camera.anybody(PHONE)
    page.goto("/notices")
    page.locator("main a[href^='/notices/']").first.click()
    camera.shoot(page, "notice-phone")
    page = camera.anybody(DESK)
    page.goto("/verify?code=0000-0000-0000-0")
    camera.shoot(page, "verify", full=False)
