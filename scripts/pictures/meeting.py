"""The organiser's pages from the campaign to the published result of the round that is open in the demo."""

from playwright.sync_api import Page

from scripts.pictures.camera import DESK, HALL, PHONE, Camera


def take(camera: Camera) -> None:
    """Picture setting up, the open round, the hall screen, the opening and the scrutiny report."""
    hall = camera.at("zhangsan", HALL)
    hall.goto(camera.round + "/hall")
    camera.shoot(hall, "hall", full=False)
    page = camera.desk("zhangsan")
    _campaign(camera, page)
    _open_round(camera, page)
    _open_the_box(camera, page)
    _publish(camera, page)


def _campaign(camera: Camera, page: Page) -> None:
    page.goto("/campaigns")
    camera.shoot(page, "campaigns")
    campaign = page.locator("main a[href^='/campaigns/']:not([href$=new])").first.get_attribute("href")
    for name in ("units", "groups", "scheme", "tryout", "forms", "import", "liaisons"):
        page.goto(f"{campaign}/{name}")
        camera.shoot(page, f"campaign-{name}")
    page.goto("/holidays")
    camera.shoot(page, "campaign-holidays")
    page.goto(f"{campaign}")
    camera.shoot(page, "campaign")
    page.goto(f"{campaign}/rounds/new")
    camera.shoot(page, "round-new")


def _open_round(camera: Camera, page: Page) -> None:
    for name in ("", "/slips", "/paper", "/key"):
        page.goto(camera.round + name)
        camera.shoot(page, f"round-open{name.replace('/', '-')}")
    page.goto("/staff")
    camera.shoot(page, "staff")
    phone = camera.at("zhangsan", PHONE)
    phone.goto(camera.round)
    camera.shoot(phone, "round-open-phone")


def _open_the_box(camera: Camera, page: Page) -> None:
    """Close, count by hand and open the box with the demo's share, by the pages."""
    page.goto(camera.round)
    page.click("details.confirm summary")
    camera.shoot(page, "round-confirm", full=False)
    page.click("form[action$='/close'] button")
    camera.shoot(page, "round-sealed")
    _box_record(camera, page)
    page.goto(camera.round + "/slips")
    page.get_by_role("button", name="保存清点").click()
    camera.shoot(page, "slips-counted")
    page.goto(camera.round + "/opening")
    page.click("form[action$='/opening/begin'] button")
    page.wait_for_selector("#words", timeout=60_000)
    camera.shoot(page, "opening")
    page.fill("#words", camera.told["shares"][0])
    page.get_by_role("button", name="核对这份钥匙").click()
    page.get_by_text("钥匙已齐").wait_for()
    camera.shoot(page, "opening-unlocked")
    page.click("button[formaction$='/opening/start']")
    page.wait_for_selector("a[href$='/scrutiny']", timeout=60_000)
    camera.shoot(page, "opening-done")
    page.goto(camera.round + "/scrutiny")
    camera.shoot(page, "scrutiny-report")
    page.goto(camera.round)
    camera.shoot(page, "round-counted")


def _publish(camera: Camera, page: Page) -> None:
    page.goto(camera.round + "/publish")
    camera.shoot(page, "publish")
    page.click("main form button[type=submit]")
    page.goto(camera.round + "/publish")
    camera.shoot(page, "publish-ledger")
    page.goto(camera.round.replace("/rounds/", "/results/"))
    camera.shoot(page, "result")


def _box_record(camera: Camera, page: Page) -> None:
    """Picture what is public of the closed box: hall screen, record to be signed, receipts."""
    page.goto(camera.round + "/closing")
    camera.shoot(page, "closing-record")
    hall = camera.at("zhangsan", HALL)
    hall.goto(camera.round + "/hall")
    camera.shoot(hall, "hall-closed", full=False)
    for size, name in ((PHONE, "receipts-phone"), (DESK, "receipts")):
        anybody = camera.anybody(size)
        anybody.goto(camera.round.replace("/rounds/", "/receipts/"))
        camera.shoot(anybody, name, full=False)


def auditor(camera: Camera) -> None:
    """Picture the audit log."""
    page = camera.at("sunqi", DESK)
    page.goto("/audit")
    camera.shoot(page, "audit")
