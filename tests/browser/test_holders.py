"""A key-holder's secret in his own browser: as the server reads it, and never sent (SEC-73)."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from shamir_mnemonic.wordlist import WORDLIST

from app.box.holder_secret import numbers_of, public_half, read_words, words_of
from app.core.acting import Acting
from app.rounds.service import RoundDraft
from tests import cast
from tests.browser.conftest import Installation
from tests.browser.steps import DESK, HOLDERS, check, draw_and_read_back, log_in, staff_at

LOAD = """
    const primitives = await import("/static/vendor/sealing/primitives.min.js");
    const { hex } = await import("/static/js/hpke.js");
    const secret = await import("/static/js/box-secret.js");
    const { WORDS } = await import("/static/js/box-wordlist.js");
    const bytes = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
"""


def run(page: Page, script: str, argument: object = None) -> Any:  # noqa: ANN401 - what the script returns
    return page.evaluate(f"async (given) => {{ {LOAD} {script} }}", argument)


@pytest.fixture
def arithmetic(phone: Page, installation: Installation) -> Page:
    """Any page of ours, under its content policy."""
    phone.goto(f"{installation.address}/v")
    return phone


def test_a_browser_writes_and_reads_words_as_the_server_does(arithmetic: Page) -> None:
    assert run(arithmetic, "return WORDS") == WORDLIST
    for secret in (bytes(16), b"\xff" * 16, bytes(range(16)), bytes(range(100, 116))):
        words = words_of(secret)
        assert run(arithmetic, "return secret.wordsOf(WORDS, bytes(given)).join(' ')", secret.hex()) == words
        numbers = numbers_of(words.split())
        assert run(arithmetic, "return secret.numbersOf(WORDS, given.split(' '))", words) == numbers
        short = " ".join(word[:4] for word in words.split())
        for typed in (words, words.upper().replace(" ", "\n"), short, " ".join(numbers), "".join(numbers)):
            assert run(arithmetic, "return hex(secret.readWords(WORDS, given))", typed) == secret.hex()
        half = run(arithmetic, "return hex(secret.publicHalf(primitives, bytes(given), 'r1'))", secret.hex())
        assert half == public_half(secret, "r1").hex()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda words: [*words[:4], "mistake", *words[5:]], "share_word_unknown"),
        (lambda words: words[:15], "share_length"),
        (lambda words: [words[1], words[0], *words[2:]], "share_checksum"),
        (lambda words: ["zero", *words[1:]], "share_checksum"),
    ],
)
def test_a_browser_notices_a_slip_of_the_pen(arithmetic: Page, change: Any, code: str) -> None:  # noqa: ANN401
    script = "try { secret.readWords(WORDS, given); } catch (error) { return error.code; }"
    assert run(arithmetic, script, " ".join(change(words_of(bytes(range(16))).split()))) == code


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
    page.set_default_timeout(15_000)
    log_in(page, "zhangsan")
    page.goto(f"/rounds/{round_id}/key")
    for place, login in enumerate(HOLDERS):
        page.locator("select[name='holder[]']").nth(place).select_option(f"id{login}")
    page.get_by_role("button", name="指定持有人").click()
    yield page
    context.close()


def test_no_word_is_ever_sent(desk: Page, round_id: str) -> None:
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    words = draw_and_read_back(desk, round_id).split()
    assert any("public_key=" in one for one in sent)
    assert any("proof=" in one for one in sent)
    for first, second in pairwise(words):
        assert not any(first in one and second in one for one in sent)
    assert len(read_words(" ".join(words))) == 16


def test_a_wrong_slip_is_told_without_asking_the_server(desk: Page, round_id: str) -> None:
    with staff_at(desk, "lisi") as other:
        lisi = draw_and_read_back(other, round_id)
    desk.goto(f"/rounds/{round_id}/key")
    desk.get_by_role("button", name="抽取我的钥匙单").click()
    expect(desk.locator("[data-word]").last).not_to_be_empty()
    desk.get_by_role("link", name="去核对").click()
    problem = desk.locator("form[data-read-back] [data-problem]")
    for typed, told in (
        (lisi, "这是“李四”的钥匙单"),
        (words_of(bytes(range(16))), "不属于本轮的票箱"),
        (lisi.replace(lisi.split()[2], "qqqq"), "第 3 个词不在词表中"),
        (" ".join(lisi.split()[:15]), "实际输入了 15 个"),
    ):
        desk.locator("textarea").fill(typed)
        desk.get_by_role("button", name="核对", exact=True).click()
        expect(problem).to_contain_text(told)
    check(desk)


def test_without_scripts_the_server_draws_and_the_page_says_so(
    browser: Browser, installation: Installation, desk: Page, round_id: str
) -> None:
    assert desk.url
    context = browser.new_context(**DESK, base_url=installation.address, java_script_enabled=False)
    page = context.new_page()
    log_in(page, "wangwu")
    words = draw_and_read_back(page, round_id, is_checked=False)
    assert len(read_words(words)) == 16
    page.goto(f"/rounds/{round_id}/key")
    page.locator("summary").first.click()
    expect(page.get_by_text("由收到它的服务器办理").first).to_be_visible()
    context.close()
