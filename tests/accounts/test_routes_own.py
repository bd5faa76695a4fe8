"""The second factor as a browser meets it: set up, log-in, step-up, demanded of organisers, given up."""

import re
from datetime import timedelta
from html import unescape

import pytest
from httpx import Response
from pyotp import TOTP

from app.core.db import Database
from app.core.settings import Settings
from tests.booth.test_routes import read
from tests.cast import PASSWORD, Desk, Desks, make_cast
from tests.conftest import TestClock

SECRET = re.compile(r'copy-once">([A-Z2-7]{32})<')
CODES = re.compile(r"<code>([A-Z2-7-]{19})</code>")
TICKET = re.compile(r'name="ticket" value="([^"]+)"')
STEP = timedelta(seconds=30)
NEW = {"login": "zhouba", "name": "周八", "role[]": "leader"}


@pytest.fixture
def at(new_desk: Desks, database: Database) -> Desks:
    with database.writing() as session:
        make_cast(session)
    return new_desk


def turn_on(desk: Desk, clock: TestClock) -> tuple[TOTP, list[str]]:
    assert desk.post("/account/factor").status_code == 303
    [secret] = SECRET.findall(desk.get("/account").text)
    phone = TOTP(secret)
    answer = desk.post("/account/factor/confirm", code=phone.at(clock.now))
    clock.now += STEP
    return phone, CODES.findall(answer.text)


def told(answer: Response) -> str:
    found = re.search(r'role="alert">([^<]*)<', answer.text)
    return unescape(found[1]) if found else ""


def enter(desk: Desk, code: str, login: str = "zhangsan") -> Response:
    asked = desk.post("/login", login=login, password=PASSWORD)
    [ticket] = TICKET.findall(asked.text)
    return desk.post("/login/code", ticket=ticket, code=code)


@pytest.mark.parametrize("login", ["zhangsan", "lisi", "zhaoliu", "sunqi", "wujiu", "zhengshi"])
def test_it_works(at: Desks, clock: TestClock, login: str) -> None:
    desk = at(login)
    assert "未开通" in desk.get("/account").text
    phone, codes = turn_on(desk, clock)
    assert len(codes) == 10
    page = desk.get("/account").text
    assert "恢复码还剩 10 个" in page
    assert not any(code in page for code in codes)
    browser = at("")
    assert enter(browser, phone.at(clock.now), login).status_code == 303
    assert "已开通" in browser.get("/account").text
    assert enter(at(""), codes[0].lower(), login).status_code == 303
    assert enter(at(""), codes[0], login).status_code == 401


def test_a_code_is_asked_for_after_the_password_alone(at: Desks, clock: TestClock) -> None:
    phone, _ = turn_on(at("zhangsan"), clock)
    browser = at("")
    assert not TICKET.search(browser.post("/login", login="zhangsan", password="wrong").text)
    asked = browser.post("/login", login="zhangsan", password=PASSWORD)
    assert asked.status_code == 200
    assert PASSWORD not in asked.text
    assert browser.get("/account").headers["location"] == "/login"
    [ticket] = TICKET.findall(asked.text)
    wrong = browser.post("/login/code", ticket=ticket, code="000000")
    assert (wrong.status_code, TICKET.findall(wrong.text)) == (401, [ticket])
    code = phone.at(clock.now)
    assert browser.post("/login/code", ticket=ticket, code=code).status_code == 303
    assert at("").post("/login/code", ticket=ticket, code=code).status_code == 401


def test_a_ticket_is_over_after_five_minutes_and_cannot_be_forged(at: Desks, clock: TestClock) -> None:
    phone, _ = turn_on(at("zhangsan"), clock)
    browser = at("")
    [ticket] = TICKET.findall(browser.post("/login", login="zhangsan", password=PASSWORD).text)
    staff_id, made, mac = ticket.split(".")
    forged = ("", "a.b.c", f"idlisi.{made}.{mac}", f"{staff_id}.{int(made) + 1}.{mac}", f"{staff_id}.².{mac}")
    for broken in forged:
        answer = browser.post("/login/code", ticket=broken, code=phone.at(clock.now))
        assert (answer.status_code, told(answer)) == (401, "等得太久，或口令已改，请重新输入用户名和口令。")
    clock.now += timedelta(minutes=5, seconds=1)
    assert "等得太久" in told(browser.post("/login/code", ticket=ticket, code=phone.at(clock.now)))


def test_wrong_codes_slow_the_next_one(at: Desks, clock: TestClock) -> None:
    phone, _ = turn_on(at("zhangsan"), clock)
    browser = at("")
    for _ in range(4):
        assert enter(browser, "000000").status_code == 401
    assert browser.post("/login", login="zhangsan", password=PASSWORD).status_code == 429
    clock.now += timedelta(seconds=2)
    assert enter(browser, phone.at(clock.now)).status_code == 303


def test_a_code_is_the_proof_before_an_act_of_weight(at: Desks, clock: TestClock) -> None:
    desk = at("zhangsan")
    phone, codes = turn_on(desk, clock)
    clock.now += timedelta(minutes=6)
    asked = desk.post_once("/staff", **NEW)
    assert 'name="proof_code"' in asked.text
    assert 'value="周八"' in asked.text
    assert desk.post_once("/staff", **NEW, proof_password=PASSWORD).status_code == 403
    assert desk.post_once("/staff", **NEW, proof_code="000000").status_code == 403
    assert "/welcome/" in desk.post_once("/staff", **NEW, proof_code=phone.at(clock.now)).text
    clock.now += timedelta(minutes=6)
    again = desk.post_once("/staff", **{**NEW, "login": "zhoujiu"}, proof_code=codes[0])
    assert "/welcome/" in again.text


def test_it_is_given_up_by_password_and_code(at: Desks, clock: TestClock) -> None:
    desk = at("zhangsan")
    phone, _ = turn_on(desk, clock)
    code = phone.at(clock.now)
    for password, typed in (("wrong", code), (PASSWORD, "000000"), ("", "")):
        assert desk.post("/account/factor/off", password=password, code=typed).status_code in {403, 422}
    assert "已开通" in desk.get("/account").text
    assert desk.post("/account/factor/off", password=PASSWORD, code=code).status_code == 303
    assert "未开通" in desk.get("/account").text
    assert at("").post("/login", login="zhangsan", password=PASSWORD).status_code == 303


class TestDemanded:
    """Where organisers need a second factor."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"organiser_totp": True})

    def test_an_organiser_without_one_can_do_nothing_else(self, at: Desks, clock: TestClock) -> None:
        desk = at("zhangsan")
        for path in ("/", "/rounds", "/staff", "/campaigns", "/inbox"):
            answer = desk.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        kept = desk.post("/staff", **NEW)
        assert (kept.status_code, "须先开通动态码，还没有提交" in kept.text) == (403, True)
        carried = read(kept, "/again").fields
        assert desk.client.post("/again", data=carried).status_code == 403, "going on before it is turned on keeps it"
        assert "组织者须先开通动态码" in desk.get("/account").text
        turn_on(desk, clock)
        assert desk.get("/rounds").status_code == 200
        form = read(desk.client.post("/again", data=carried), "/staff")
        assert {name: form.fields[name] for name in NEW} == NEW
        assert "/welcome/" in desk.client.post(form.action, data=form.fields).text

    def test_others_do_not_need_one(self, at: Desks) -> None:
        assert at("lisi").get("/rounds").status_code == 200
        assert at("zhangsan").post("/logout").status_code == 303
