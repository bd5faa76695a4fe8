"""A key-holder's secret in his own browser: as the server reads it, and never sent (SEC-73)."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from shamir_mnemonic.wordlist import WORDLIST

from app.box.holder_secret import numbers_of, public_half, read_secret, signs_of_secret
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.signs import SIGNS, TRADITIONAL
from app.rounds.service import RoundDraft
from tests import cast, chromium
from tests.box.word_slips import word_numbers_of, words_of
from tests.browser.conftest import Installation
from tests.browser.steps import DESK, HOLDERS, check, draw_and_read_back, leave, log_in, settle, staff_at

LOAD = """
    const primitives = await import("/static/vendor/sealing/primitives.min.js");
    const { hex } = await import("/static/js/hpke.js");
    const secret = await import("/static/js/box-secret.js");
    const { SIGNS, TRADITIONAL } = await import("/static/js/box-signs.js");
    const { WORDS } = await import("/static/js/box-wordlist.js");
    const bytes = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
    const { encodeQR } = await import("/static/vendor/qr-write/qr-write.min.js");
    const { decodeQR } = await import("/static/vendor/qr-read/qr-read.min.js");
"""
SECRET = bytes(range(16))
SIGNS_OF_IT = signs_of_secret(SECRET)
WORDS_OF_IT = words_of(SECRET)
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
FRAME = (640, 480)


def run(page: Page, script: str, argument: object = None) -> Any:  # noqa: ANN401 - what the script returns
    return page.evaluate(f"async (given) => {{ {LOAD} {script} }}", argument)


@pytest.fixture
def arithmetic(phone: Page, installation: Installation) -> Page:
    """Any page of ours, under its content policy."""
    phone.goto(f"{installation.address}/v")
    return phone


def test_a_browser_writes_and_reads_signs_as_the_server_does(arithmetic: Page) -> None:
    assert run(arithmetic, "return WORDS") == WORDLIST
    assert run(arithmetic, "return SIGNS.join('')") == SIGNS
    assert run(arithmetic, "return TRADITIONAL.join('')") == TRADITIONAL
    for secret in (bytes(16), b"\xff" * 16, SECRET, bytes(range(100, 116))):
        signs = signs_of_secret(secret)
        plain, numbers = signs.replace(" ", ""), numbers_of(signs)
        wrote = run(arithmetic, "return secret.signsOf(primitives, bytes(given)).join('')", secret.hex())
        assert wrote == plain
        assert run(arithmetic, "return secret.numbersOf(Array.from(given))", plain) == numbers
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in "".join(numbers))
        words = words_of(secret)
        old = "".join(word_numbers_of(words))
        for typed in (signs, plain, "、".join(plain), " ".join(numbers), "".join(numbers), wide, words.upper(), old):
            assert run(arithmetic, "return hex(secret.readSecret(primitives, given))", typed) == secret.hex()
        half = run(arithmetic, "return hex(secret.publicHalf(primitives, bytes(given), 'r1'))", secret.hex())
        assert half == public_half(secret, "r1").hex()
    traditional = "的三歐三 考於據保 量損破戰"
    assert run(arithmetic, "return hex(secret.readSecret(primitives, given))", traditional) == SECRET.hex()


NOTICED = [
    (SIGNS_OF_IT.replace("据", "籀"), "share_sign_unknown", 7),
    (SIGNS_OF_IT.replace("据", "𬭎"), "share_sign_unknown", 7),
    (SIGNS_OF_IT[:-1], "share_signs", None),
    (SIGNS_OF_IT.replace("的三", "三的"), "share_signs_checksum", None),
    (" ".join(["0001"] * 4 + ["2049"] * 8), "share_number_unknown", 5),
    (WORDS_OF_IT.replace("activity", "mistake"), "share_word_unknown", 5),
    (WORDS_OF_IT[:-5], "share_length", None),
    (WORDS_OF_IT.replace("academic", "zero"), "share_checksum", None),
]


def test_a_browser_notices_what_the_server_notices(arithmetic: Page) -> None:
    script = "try { secret.readSecret(primitives, given); } catch (error) { return [error.code, error.params]; }"
    for typed, code, position in NOTICED:
        told, params = run(arithmetic, script, typed)
        with pytest.raises(DomainError) as caught:
            read_secret(typed)
        assert told == caught.value.code == code
        assert params.get("position") == caught.value.params.get("position") == position


def test_the_code_of_a_slip_holds_its_numbers(arithmetic: Page) -> None:
    """The page's own code is read by the page's own reader, and so is one that the server drew."""
    script = """
        const cells = encodeQR(given, "raw", { border: 4 });
        const side = 8 * cells.length;
        const data = new Uint8Array(4 * side * side).fill(255);
        for (let y = 0; y < side; y += 1) for (let x = 0; x < side; x += 1)
            if (cells[y >> 3][x >> 3]) data.fill(0, 4 * (y * side + x), 4 * (y * side + x) + 3);
        return [cells.length, decodeQR({ width: side, height: side, data })];
    """
    digits = "".join(numbers_of(SIGNS_OF_IT))
    assert run(arithmetic, script, digits) == [25 + 8, digits]


@pytest.fixture
def round_id(installation: Installation) -> str:
    """A frozen round whose three keys are to be held."""
    with installation.database.writing() as session:
        people = cast.make_cast(session)
        acting = Acting(session, cast.MORNING, people["zhangsan"])
        draft = RoundDraft("第一轮", "t2", key_needed=2, key_holders=3)
        return cast.make_ready(acting, draft=draft)


@pytest.fixture
def desk(browser: Browser, installation: Installation, round_id: str) -> Iterator[Page]:
    context = browser.new_context(**DESK, base_url=installation.address)
    page = context.new_page()
    log_in(page, "zhangsan")
    page.goto(f"/rounds/{round_id}/key")
    for place, login in enumerate(HOLDERS):
        page.locator("select[name='holder[]']").nth(place).select_option(f"id{login}")
    page.get_by_role("button", name="指定持有人").click()
    yield page
    leave(page)


def drawn_on(page: Page, round_id: str) -> list[str]:
    """Draw a slip and go on to reading it back; return the numbers that it showed."""
    page.goto(f"/rounds/{round_id}/key")
    page.get_by_role("button", name="抽取我的钥匙单").click()
    expect(page.locator("[data-sign]").last).not_to_be_empty()
    numbers = page.locator("[data-number]").all_inner_texts()
    check(page)
    page.get_by_role("link", name="去核对").click()
    settle(page)
    return numbers


def test_no_sign_is_ever_sent(desk: Page, round_id: str) -> None:
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    signs = draw_and_read_back(desk, round_id)
    assert any("public_key=" in one for one in sent)
    assert any("proof=" in one for one in sent)
    traces = [*(quote(sign) for sign in signs.replace(" ", "")), "".join(numbers_of(signs)), read_secret(signs).hex()]
    assert not [trace for trace in traces if any(trace in one for one in sent)]


def test_a_wrong_slip_is_told_without_asking_the_server(desk: Page, round_id: str) -> None:
    other = staff_at(desk, "lisi")
    lisi = draw_and_read_back(other, round_id).replace(" ", "")
    drawn_on(desk, round_id)
    problem = desk.locator("form[data-read-back] [data-problem]")
    for typed, told in (
        (lisi, "这是“李四”的钥匙单"),
        (SIGNS_OF_IT, "不属于本轮的票箱"),
        (f"{lisi[:2]}籀{lisi[3:]}", "第 3 个字“籀”不在字表中"),
        (lisi[:11], "应有 12 个字（或四位数字），实际输入了 11 个"),
        (SIGNS_OF_IT.replace("的三", "三的"), "合起来不对"),
        ("0001 9999", "第 2 个数字“9999”不对"),
    ):
        desk.locator("textarea").fill(typed)
        desk.get_by_role("button", name="核对", exact=True).click()
        expect(problem).to_contain_text(told)
    check(desk)


def test_a_scanner_gun_types_the_code_and_ends_with_enter(desk: Page, round_id: str) -> None:
    """Nothing is clicked between: the field has the focus, and Enter before the end is a line break."""
    numbers = drawn_on(desk, round_id)
    expect(desk.locator("textarea")).to_be_focused()
    desk.keyboard.type("".join(numbers[:6]))
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-count]")).to_have_text("6 / 12")
    desk.keyboard.type("".join(numbers[6:]))
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("您的钥匙单已核对")).to_be_visible()


@contextmanager
def with_camera_on(browser: Browser, film: Path) -> Iterator[Browser]:
    """Yield a browser whose camera shows the film, which may be made later."""
    arguments = [*chromium.ARGUMENTS, *CAMERA, f"--use-file-for-fake-video-capture={film}"]
    kind = browser.browser_type
    shooting = kind.launch(executable_path=chromium.PATH, args=arguments)
    yield shooting
    shooting.close()


def make_film(picture: bytes, film: Path) -> None:
    """Write a film in YUV4MPEG2 of one grey frame: the picture in its middle, on grey."""
    width, height = FRAME
    frame = Image.new("L", FRAME, 190)
    shown = Image.open(io.BytesIO(picture)).convert("L")
    frame.paste(shown, ((width - shown.width) // 2, (height - shown.height) // 2))
    colours = bytes([128]) * (width * height // 2)
    film.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\nFRAME\n".encode() + frame.tobytes() + colours)


def test_the_camera_reads_the_slip(
    browser: Browser, installation: Installation, desk: Page, round_id: str, tmp_path: Path
) -> None:
    assert desk.url
    film = tmp_path / "slip.y4m"
    with with_camera_on(browser, film) as shooting:
        context = shooting.new_context(**DESK, base_url=installation.address)
        page = context.new_page()
        log_in(page, "lisi")
        page.goto(f"/rounds/{round_id}/key")
        page.get_by_role("button", name="抽取我的钥匙单").click()
        expect(page.locator("[data-sign]").last).not_to_be_empty()
        make_film(page.locator("[data-code]").screenshot(), film)
        page.get_by_role("link", name="去核对").click()
        page.get_by_role("button", name="用摄像头读二维码").click()
        expect(page.get_by_text("您的钥匙单已核对")).to_be_visible()
        context.close()


def test_a_page_without_a_camera_says_so(desk: Page, round_id: str) -> None:
    drawn_on(desk, round_id)
    desk.get_by_role("button", name="用摄像头读二维码").click()
    expect(desk.get_by_text("请输入，或用扫码枪")).to_be_visible()
    desk.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined });")
    desk.reload()
    expect(desk.get_by_text("这个浏览器不能用摄像头")).to_be_visible()
    expect(desk.get_by_role("button", name="用摄像头读二维码")).to_be_hidden()


def test_without_scripts_the_server_draws_and_the_page_says_so(
    browser: Browser, installation: Installation, desk: Page, round_id: str
) -> None:
    assert desk.url
    context = browser.new_context(**DESK, base_url=installation.address, java_script_enabled=False)
    page = context.new_page()
    log_in(page, "wangwu")
    signs = draw_and_read_back(page, round_id, is_checked=False)
    assert len(read_secret(signs)) == 16
    page.goto(f"/rounds/{round_id}/key")
    page.locator("summary").first.click()
    expect(page.get_by_text("由收到它的服务器办理").first).to_be_visible()
    context.close()
