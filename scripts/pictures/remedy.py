"""补课 on the demo: opinions and issues, plans of all units, then an order up to its retest, and what supervises it."""

from playwright.sync_api import Page

from scripts.pictures.camera import DESK, PHONE, Camera
from tests.browser import test_rectification as story
from tests.browser.steps import BESIDE


def take(camera: Camera) -> None:
    """Walk the whole way by the pages and picture each."""
    organiser, liaison, supervisor = (camera.desk(login) for login in ("zhangsan", "wujiu", "zhengshi"))
    _opinions(camera, organiser)
    _plans(camera, organiser)
    organiser.goto("/rectification")
    organiser.get_by_role("link", name=story.UNIT, exact=True).click()
    order = organiser.url
    camera.shoot(organiser, "remedy-order")
    liaison.goto("/inbox")
    camera.shoot(liaison, "inbox")
    story.write_plan(liaison, order)
    liaison.get_by_role("link", name="查看方案").click()
    camera.shoot(liaison, "remedy-plan")
    supervisor.goto(order)
    camera.shoot(supervisor, "remedy-review")
    story.work(liaison, supervisor, order)
    _ledger(camera, liaison, supervisor)
    _commitments(camera, liaison, order)
    BESIDE[organiser.context] = {login: camera.desk(login) for login in ("lisi", "wangwu")}
    story.retest(organiser, order, camera.url, story.CONTENT)
    camera.shoot(organiser, "remedy-closed")
    _boards(camera, organiser)


def _opinions(camera: Camera, page: Page) -> None:
    page.goto("/campaigns")
    campaign = page.locator("main a[href^='/campaigns/']:not([href$=new])").first.get_attribute("href")
    page.goto(f"{campaign}/opinions")
    camera.shoot(page, "opinions", full=False)
    page.goto(f"{campaign}/opinions/proposals")
    camera.shoot(page, "opinions-proposals", full=False)
    for name in ("merge", "record", "import"):
        page.goto(f"{campaign}/opinions/{name}")
        camera.shoot(page, f"opinions-{name}", full=name == "import")


def _plans(camera: Camera, page: Page) -> None:
    """Picture the issues of the campaign and the plans of all its units."""
    page.goto("/rectification/plans")
    page.locator("main a[href^='/rectification/campaigns/']").first.click()
    camera.shoot(page, "remedy-plans")
    page.locator("main a[href$='/issues'], header a[href$='/issues'], a[href$='/issues']").first.click()
    camera.shoot(page, "remedy-issues")


def _ledger(camera: Camera, liaison: Page, supervisor: Page) -> None:
    supervisor.goto("/rectification/ledger")
    camera.shoot(supervisor, "ledger")
    supervisor.locator("a[href^='/rectification/actions/']").first.click()
    camera.shoot(supervisor, "ledger-action")
    supervisor.goto("/rectification/supervision")
    camera.shoot(supervisor, "supervision")
    supervisor.goto("/rectification/lists")
    camera.shoot(supervisor, "four-lists", full=False)
    liaison.goto("/rectification/import")
    camera.shoot(liaison, "ledger-import")


def _commitments(camera: Camera, liaison: Page, order: str) -> None:
    liaison.goto(order)
    path = liaison.locator("a[href^='/commitments/']").first.get_attribute("href") or ""
    for size, name in ((PHONE, "commitments-phone"), (DESK, "commitments")):
        page = camera.anybody(size)
        page.goto(path)
        camera.shoot(page, name)


def _boards(camera: Camera, page: Page) -> None:
    page.goto("/rectification")
    camera.shoot(page, "remedy-board")
    page.goto("/rectification/campaigns")
    camera.shoot(page, "campaign-boards")
    board = page.locator("main a[href$='/board']").first.get_attribute("href") or ""
    page.goto(page.locator("main a[href$='/bulletin']").first.get_attribute("href") or "")
    camera.shoot(page, "bulletin")
    page.goto(board)
    camera.shoot(page, "campaign-board")
    page.goto(f"{board}/edit")
    camera.shoot(page, "campaign-board-edit")
    phone = camera.at("wujiu", PHONE)
    phone.goto("/rectification")
    camera.shoot(phone, "remedy-board-phone")
