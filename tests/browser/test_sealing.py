"""The phone seals: nothing but the envelope leaves it, a reload changes nothing, and a phone that cannot says so."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Request, Route, expect

from app.ballots.domain import envelope_id
from app.box.envelope import Ballot, plaintext_size
from app.box.seal import SEALED_OVERHEAD, receipt_text
from tests.browser.boxes import in_the_box
from tests.browser.conftest import Installation
from tests.browser.test_booth import REMARK, expect_thanks, fill, option, scan
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.found import some

AFTER_THE_ENTRY = {"/v/paper", "/v/document", "/v/cast"}


@pytest.fixture
def place(installation: Installation) -> OpenRound:
    paper = make_paper(3, 3, shuffle_units=True)
    return make_open_round(installation.database, installation.key_folder, paper)


def watch(page: Page) -> list[Request]:
    """Return the list that every request from now on is added to."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108 - playwright marks the handler
    return sent


def review(page: Page) -> None:
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="请核对")).to_be_visible()


def cast(page: Page) -> None:
    page.get_by_role("button", name="投入票箱").click()


def lose(route: Route) -> None:
    """Let a request come nowhere."""
    route.abort("internetdisconnected")


def cast_in_vain(page: Page, fate: Callable[[Route], None] = lose) -> None:
    """Cast a ballot whose answer never comes; ``fate`` is what becomes of it on the way."""
    page.route("**/v/cast", fate)
    cast(page)
    expect(page.get_by_role("status").filter(has_text="网络断了")).to_be_visible()


def write_remarks(page: Page) -> None:
    for unit, text in (("县文化馆", REMARK), ("县博物馆", "二 🙂")):
        area = page.get_by_label(f"对“{unit}”的意见")
        area.evaluate("(area) => { area.parentElement.open = true; }")
        area.fill(text)


def test_it_works(phone: Page, installation: Installation, place: OpenRound) -> None:
    """What was ticked is what the key-holders find, whatever the order on this phone."""
    sent = watch(phone)
    scan(phone, place.codes["staff"][0])
    for unit in (1, 2):
        for item in range(3):
            option(phone, f"m{unit}-{item}", (unit + item) % 5).click()
    area = phone.get_by_label("对“县博物馆”的意见")
    area.evaluate("(area) => { area.parentElement.open = true; }")
    area.fill("二 🙂")
    review(phone)
    cast(phone)
    expect_thanks(phone, installation, place)
    ((name, ballot),) = in_the_box(installation, place)
    assert ballot == Ballot("staff", bytes([255] * 3 + [1, 2, 3] + [2, 3, 4]), ((2, "二 🙂"),))
    expect(phone.locator("[data-receipt]")).to_have_text(receipt_text(name))
    (request,) = [one for one in sent if one.url.endswith("/v/cast")]
    body = json.loads(request.post_data or "")
    assert body.keys() == {"code", "round", "paper", "group", "sealed"}
    sealed = urlsafe_b64decode(body["sealed"])
    assert envelope_id(sealed) == name
    assert len(sealed) == plaintext_size(place.paper) + SEALED_OVERHEAD


def test_every_ballot_has_one_size_on_the_wire(phone: Page, installation: Installation, place: OpenRound) -> None:
    sizes = set()
    for at, code in enumerate(place.codes["residents"][:3]):
        sent = watch(phone)
        scan(phone, code)
        fill(phone, place)
        if at:
            write_remarks(phone)
        review(phone)
        cast(phone)
        expect(phone.locator("[data-receipt]")).to_be_visible()
        (request,) = [one for one in sent if one.url.endswith("/v/cast")]
        sizes.add(len(request.post_data or ""))
    assert len(sizes) == 1
    assert count_box(installation.database, place.id) == (3, 3)


def test_nothing_asks_for_more_than_paper_and_box_and_no_mark_leaves(
    phone: Page, installation: Installation, place: OpenRound
) -> None:
    """Language, size, review and 修改 happen on the phone."""
    sent = watch(phone)
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    write_remarks(phone)
    phone.locator("label.tool").click()
    assert [one.method for one in sent if one.url.endswith("/v/paper")] == ["POST"]
    phone.locator("[data-switch]").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator("[data-filled]")).to_have_text("9")
    expect(phone.locator("[data-switch]")).to_be_focused()
    assert phone.evaluate("document.getElementById('large').checked")
    phone.locator("[data-next]").click()
    expect(phone.locator("[data-review-title]")).to_be_visible()
    phone.locator("[data-switch]").click()
    expect(phone.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(phone.get_by_role("heading", name="请核对")).to_be_visible()
    phone.get_by_role("button", name="修改 县博物馆").click()
    option(phone, "m2-0", 4).click()
    review(phone)
    cast(phone)
    expect_thanks(phone, installation, place)
    paths = [one.url.removeprefix(installation.address).split("?")[0] for one in sent]
    assert {path for path in paths if path.startswith("/v")} <= {"/v", *AFTER_THE_ENTRY}
    posted = [one.post_data or "" for one in sent if one.method == "POST"]
    assert not [text for text in posted if "m0-0" in text or "marks" in text or "r0=" in text]
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 1, 2, 1, 2, 3, 4, 3, 4])
    assert dict(ballot.remarks) == {0: REMARK, 2: "二 🙂"}


def test_a_switch_of_language_without_a_network_keeps_everything(phone: Page, place: OpenRound) -> None:
    scan(phone, place.codes["residents"][0])
    option(phone, "m1-1", 2).click()
    phone.route("**/v/paper", lambda route: route.abort("internetdisconnected"), times=1)
    phone.locator("[data-switch]").click()
    expect(phone.get_by_role("status").filter(has_text="请再点一次")).to_be_visible()
    expect(phone.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(phone.locator("input[name=m1-1][value='2']")).to_be_checked()


def test_the_sealing_module_comes_while_the_person_marks(phone: Page, installation: Installation) -> None:
    place = make_open_round(installation.database, installation.key_folder, make_paper(8, 6))
    sent: list[Any] = []
    phone.on("requestfinished", lambda request: sent.append(request))  # noqa: PLW0108 - playwright marks the handler
    scan(phone, place.codes["residents"][0])
    phone.wait_for_load_state("networkidle")
    assert not [one for one in sent if "seal" in one.url]
    option(phone, "m0-0", 1).click()
    phone.wait_for_load_state("networkidle")
    wait = "() => performance.getEntriesByType('resource').filter((one) => one.name.includes('seal')).length === 1"
    phone.wait_for_function(wait)
    phone.wait_for_load_state("networkidle")
    sizes = [one.sizes() for one in sent if one.url.startswith(installation.address)]
    fetched = [size for size in sizes if size["responseBodySize"] >= 0]
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in fetched) <= 36_000, fetched


def miscalculate(route: Route) -> None:
    """Bring arithmetic that is wrong: ChaCha20 begins with another word than "expa"."""
    script = route.fetch().text()
    wrong = script.replace(str(int.from_bytes(b"expa", "little")), "0")
    assert wrong != script
    route.fulfill(content_type="text/javascript", body=wrong)


def lose_the_answer(route: Route) -> None:
    """Let the ballot into the box and the answer get lost, for good."""
    route.fetch()
    route.abort("internetdisconnected")


@pytest.mark.parametrize("arrived", [True, False])
def test_a_reload_between_sending_and_answer_ends_with_the_same_receipt(
    phone: Page, installation: Installation, place: OpenRound, arrived: bool
) -> None:
    sent = watch(phone)
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    review(phone)
    cast_in_vain(phone, lose_the_answer if arrived else lose)
    kept = json.loads(phone.evaluate("sessionStorage.getItem('ballot')"))
    assert kept.keys() == {"code", "round", "paper", "group", "sealed", "draft"}
    phone.unroute("**/v/cast")
    phone.reload()
    expect_thanks(phone, installation, place)
    ((name, _),) = in_the_box(installation, place)
    expect(phone.locator("[data-receipt]")).to_have_text(receipt_text(name))
    assert envelope_id(urlsafe_b64decode(kept["sealed"])) == name
    assert phone.evaluate("sessionStorage.length") == 0
    posts = [unquote(one.post_data or "") for one in sent if one.url.endswith("/v/cast")]
    assert all(kept["sealed"] in body for body in some(posts))
    phone.goto("/v")
    expect(phone.get_by_label("票码")).to_be_visible()


def test_a_kept_ballot_that_is_refused_is_told_once_and_forgotten(phone: Page, place: OpenRound) -> None:
    """Somebody else was quicker with this code."""
    scan(phone, place.codes["residents"][0])
    kept = {
        "code": place.codes["residents"][0],
        "round": place.id,
        "paper": "ab" * 32,
        "group": "residents",
        "sealed": "AAAA",
    }
    phone.evaluate("(kept) => sessionStorage.setItem('ballot', JSON.stringify(kept))", kept)
    phone.goto("/v")
    expect(phone.get_by_role("heading", name="测评表已更换")).to_be_visible()
    assert phone.evaluate("sessionStorage.length") == 0
    phone.get_by_role("link", name="重新输入票码").click()
    expect(phone.get_by_label("票码")).to_be_visible()


def test_a_used_code_says_what_to_do(phone: Page, installation: Installation, place: OpenRound) -> None:
    code = place.codes["residents"][0]
    scan(phone, code)
    fill(phone, place)
    review(phone)
    cast(phone)
    expect_thanks(phone, installation, place)
    phone.goto(f"/v#{code}")
    expect(phone.get_by_role("alert")).to_have_text(
        "这张票已经用过。若是您刚才投的，选票已在票箱里；若不是您投的，请马上告诉监票人。"
    )


def test_a_phone_that_cannot_seal_says_so_and_lets_the_server(
    phone: Page, installation: Installation, place: OpenRound
) -> None:
    phone.route("**/booth-seal.js*", miscalculate)
    sent = watch(phone)
    scan(phone, place.codes["residents"][0])
    expect(phone.get_by_text("答案在这部手机上封好才发出")).to_be_visible()
    fill(phone, place)
    expect(phone.get_by_role("alert").filter(has_text="这部手机不能自己封票")).to_be_visible()
    expect(phone.get_by_text("答案由服务器收到后当即封好")).to_be_visible()
    expect(phone.get_by_text("答案在这部手机上封好才发出")).to_be_hidden()
    assert not [one for one in sent if one.url.endswith("/v/review")]
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_text("答案已由服务器封好")).to_be_visible()
    cast(phone)
    expect_thanks(phone, installation, place)
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 1, 2, 1, 2, 3, 2, 3, 4])


def test_a_self_test_that_fails_only_at_the_cast_sends_nothing_before_it_is_told(
    phone: Page, installation: Installation, place: OpenRound
) -> None:
    """The module arrives late: the review is open already."""
    scan(phone, place.codes["residents"][0])
    phone.route("**/booth-seal.js*", lambda route: route.abort("internetdisconnected"))
    fill(phone, place)
    review(phone)
    phone.unroute("**/booth-seal.js*")
    phone.route("**/booth-seal.js*", miscalculate)
    sent = watch(phone)
    cast(phone)
    expect(phone.get_by_role("status").filter(has_text="这部手机不能自己封票")).to_be_visible()
    assert [one.url for one in sent if one.method == "POST"] == []
    expect(phone.locator("[data-filled]")).to_have_text("9")
    phone.get_by_role("button", name="下一步").click()
    cast(phone)
    expect_thanks(phone, installation, place)


def test_a_module_that_got_lost_is_fetched_again(phone: Page, installation: Installation, place: OpenRound) -> None:
    phone.route("**/booth-seal.js*", lambda route: route.abort("internetdisconnected"))
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    phone.wait_for_load_state("networkidle")
    phone.unroute("**/booth-seal.js*")
    review(phone)
    cast(phone)
    expect_thanks(phone, installation, place)


def test_without_scripts_the_form_for_the_box_holds_no_mark(
    old_phone: Page, installation: Installation, place: OpenRound
) -> None:
    sent = watch(old_phone)
    old_phone.goto("/v")
    old_phone.get_by_label("票码").fill(place.codes["residents"][0])
    old_phone.get_by_role("button", name="打开测评表").click()
    expect(old_phone.get_by_text("答案由服务器收到后当即封好")).to_be_visible()
    fill(old_phone, place)
    old_phone.get_by_role("button", name="下一步").click()
    cast(old_phone)
    expect_thanks(old_phone, installation, place)
    receipt = old_phone.locator("[data-receipt]").text_content()
    (request,) = [one for one in sent if one.url.endswith("/v/cast")]
    assert "marks" not in (request.post_data or "")
    assert "m0-0" not in (request.post_data or "")
    old_phone.reload()
    expect(old_phone.locator("[data-receipt]")).to_have_text(receipt or "")
    assert count_box(installation.database, place.id) == (1, 1)


def test_what_is_open_again_on_the_review_is_asked_for_and_not_sealed(
    phone: Page, installation: Installation, place: OpenRound
) -> None:
    """Nothing on our pages takes a mark away behind the review; if something does, it is not sealed as the best one."""
    scan(phone, place.codes["residents"][0])
    fill(phone, place)
    review(phone)
    phone.locator("input[name=m1-1]:checked").evaluate("(mark) => { mark.checked = false; }")
    cast(phone)
    expect(phone.get_by_role("status").filter(has_text="还有 1 项没有评")).to_be_visible()
    expect(phone.locator("[data-cell]").filter(has=phone.locator("input[name=m1-1]"))).to_be_in_viewport()
    assert count_box(installation.database, place.id) == (0, 0)
    option(phone, "m1-1", 4).click()
    review(phone)
    cast(phone)
    expect_thanks(phone, installation, place)
    ((_, ballot),) = in_the_box(installation, place)
    assert ballot.marks == bytes([0, 1, 2, 1, 4, 3, 2, 3, 4])
