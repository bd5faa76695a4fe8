"""Log-in, invitation and accounts, as a browser meets them."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, cast

import pytest
from httpx import Response
from starlette.testclient import TestClient

from app.accounts import service
from app.accounts.domain import Role
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.cast import MORNING, PASSWORD, Desk, make_cast
from tests.conftest import TestClock

NEW_PASSWORD = "Grey-Heron-88"


class Site:
    """An installation with the cast."""

    def __init__(self, database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> None:
        self.database, self.new_client = database, new_client
        self.folder = KeyFolder(settings.data / "keys")
        with database.writing() as session:
            self.cast = make_cast(session)

    def at(self, login: str = "") -> Desk:
        return Desk(self.new_client(), self.database, self.folder, login)


@pytest.fixture
def site(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Site:
    return Site(database, settings, new_client)


def told(answer: Response) -> str:
    found = re.search(r'role="alert">([^<]*)<', answer.text)
    return found[1] if found else ""


def test_it_works(site: Site) -> None:
    desk = site.at()
    assert desk.get("/staff").headers["location"] == "/login"
    answer = desk.post("/login", login=" ZhangSan ", password=PASSWORD)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "张三" in desk.get("/staff").text


def test_it_tells_unknown_wrong_and_disabled_alike(site: Site) -> None:
    with site.database.writing() as session:
        service.set_disabled(session, MORNING, site.cast["zhangsan"], "idlisi", disabled=True)
    texts = []
    for login in ("nobody", "zhangsan", "lisi"):
        desk = site.at()
        answers = [desk.post("/login", login=login, password=password) for password in ("a", "b", "c", PASSWORD + "d")]
        answers.append(desk.post("/login", login=login, password=PASSWORD))
        assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429]
        assert f'value="{login}"' in answers[-1].text
        assert PASSWORD not in answers[-1].text
        texts.append([told(answer) for answer in answers])
    assert texts[0] == texts[1] == texts[2]
    assert len(set(texts[0])) == 3
    assert "请等 2 秒再试" in texts[0][3]
    assert "口令还没有核对" in texts[0][4]


def test_a_stranger_who_guesses_does_not_keep_the_owner_out(site: Site, clock: TestClock) -> None:
    owner, stranger, colleague = site.at(), site.at(), site.at()
    owner.post("/login", login="zhangsan", password=PASSWORD)
    colleague.post("/login", login="lisi", password=PASSWORD)
    for guesser in (stranger, colleague):
        for number in range(50):
            clock.now += timedelta(seconds=3)
            assert guesser.post("/login", login="zhangsan", password=f"guess {number}").status_code in {401, 429}
    slowed = stranger.post("/login", login="zhangsan", password=PASSWORD)
    assert slowed.status_code == 429
    assert 0 < int(slowed.headers["retry-after"]) <= 300
    assert owner.post("/login", login="zhangsan", password=PASSWORD).status_code == 303
    clock.now += timedelta(seconds=int(slowed.headers["retry-after"]))
    assert stranger.post("/login", login="zhangsan", password=PASSWORD).status_code == 303


def test_who_set_a_password_by_a_fresh_link_waits_for_no_stranger(site: Site) -> None:
    with site.database.writing() as session:
        link = service.reissue_link(session, MORNING, site.cast["zhangsan"], "idlisi")
    stranger, owner = site.at(), site.at()
    for _ in range(9):
        stranger.post("/login", login="lisi", password="guess")
    owner.post(f"/welcome/{link}", password=NEW_PASSWORD, again=NEW_PASSWORD)
    assert stranger.post("/login", login="lisi", password=NEW_PASSWORD).status_code == 429
    assert owner.post("/login", login="lisi", password=NEW_PASSWORD).status_code == 303


def test_an_idle_browser_is_logged_out_and_a_busy_one_is_not(site: Site, clock: TestClock) -> None:
    desk = site.at()
    desk.post("/login", login="zhangsan", password=PASSWORD)
    for _ in range(4):
        clock.now += timedelta(minutes=29)
        assert desk.get("/staff").status_code == 200
    clock.now += timedelta(minutes=31)
    assert desk.get("/staff").status_code == 303


def test_even_a_busy_browser_is_logged_out_after_twelve_hours(site: Site, clock: TestClock) -> None:
    desk = site.at()
    desk.post("/login", login="zhangsan", password=PASSWORD)
    for _ in range(28):
        clock.now += timedelta(minutes=25)
        assert desk.get("/staff").status_code == 200
    clock.now += timedelta(minutes=25)
    assert desk.get("/staff").status_code == 303


def test_a_replayed_cookie_is_refused_after_log_out(site: Site) -> None:
    desk = site.at("zhangsan")
    old = desk.client.cookies["manyidu"]
    assert desk.post("/logout").headers["location"] == "/login"
    thief = site.new_client()
    thief.cookies.set("manyidu", old)
    assert thief.get("/staff").status_code == 303


def test_a_planted_cookie_never_becomes_a_log_in(site: Site) -> None:
    victim, planted = site.at(), "planted.1.value"
    answer = victim.client.post(
        "/login",
        data={"login": "zhangsan", "password": PASSWORD, "form_token": victim.form_token},
        headers={"cookie": f"manyidu={planted}"},
    )
    assert "planted" not in answer.headers["set-cookie"]
    thief = site.new_client()
    thief.cookies.set("manyidu", planted)
    assert thief.get("/staff").status_code == 303


@pytest.mark.parametrize(("address", "is_told"), [("http://127.0.0.1:8000", True), ("http://vote.example.cn", False)])
def test_a_link_that_opens_on_this_machine_alone_says_so(site: Site, address: str, is_told: bool) -> None:
    desk = site.at("zhangsan")
    state = cast("Any", desk.client.app)._api.state
    state.settings = state.settings.model_copy(update={"base_url": address, "desk_url": None})
    page = desk.post("/staff", login="zhouba", name="周八", **{"role[]": "leader"}).text
    assert f"{address}/welcome/" in page
    assert ("这个地址只有这台电脑自己能打开" in page) is is_told


def test_an_invited_person_sets_his_password_once(site: Site) -> None:
    answer = site.at("zhangsan").post("/staff", login="zhouba", name="周八", **{"role[]": "leader"})
    found = re.search(r"/welcome/([\w-]+)", answer.text)
    assert found
    path, guest = f"/welcome/{found[1]}", site.at()
    assert "周八" in guest.get(path).text
    differ = guest.post(path, password=NEW_PASSWORD, again="other")
    assert (differ.status_code, told(differ)) == (422, "两次输入的口令不一致，请重新输入。")
    assert guest.post(path, password="weak", again="weak").status_code == 422
    assert guest.post(path, password=NEW_PASSWORD, again=NEW_PASSWORD).headers["location"] == "/login"
    assert guest.get(path).status_code == 410
    assert guest.post("/login", login="zhouba", password=NEW_PASSWORD).status_code == 303


def test_the_first_organiser_keeps_what_was_typed(database: Database, settings: Settings, client: TestClient) -> None:
    with database.writing() as session:
        token = service.first_links(session, MORNING, [Role.ORGANISER])[Role.ORGANISER]
    guest = Desk(client, database, KeyFolder(settings.data / "keys"))
    fields = {"login": "zhangsan", "name": "张三", "password": NEW_PASSWORD}
    answer = guest.post(f"/welcome/{token}", **fields, again="other")
    assert answer.status_code == 422
    assert 'value="zhangsan"' in answer.text
    assert 'value="张三"' in answer.text
    assert NEW_PASSWORD not in answer.text
    assert guest.post(f"/welcome/{token}", **fields, again=NEW_PASSWORD).status_code == 303


def test_an_organiser_looks_after_the_accounts(site: Site) -> None:
    desk, other = site.at("zhangsan"), site.at("zhaoliu")
    leader = site.cast["zhaoliu"].id
    assert "已停用" in desk.post(f"/staff/{leader}/disable").text
    assert other.get("/results").headers["location"] == "/login"
    assert "已停用" not in desk.post(f"/staff/{leader}/enable").text
    assert "/welcome/" in desk.post(f"/staff/{leader}/link").text
    assert desk.post(f"/staff/{leader}/role", **{"role[]": "liaison"}).status_code == 200
    assert desk.post(f"/staff/{site.cast['zhangsan'].id}/disable").status_code == 409
    assert desk.post("/staff/nobody/link").status_code == 404


def test_an_account_of_weight_is_made_when_another_agrees(site: Site) -> None:
    asker, other = site.at("zhangsan"), site.at("lisi")
    page = asker.post("/staff", login="zhouba", name="周八", **{"role[]": "scrutineer"}).text
    assert "/welcome/" not in page
    [grant] = set(re.findall(r"/consents/(\w+)/refuse", page))
    assert f"/consents/{grant}/grant" not in page
    own = asker.post(f"/consents/{grant}/grant")
    assert (own.status_code, told(own)) == (403, "自己提出的事项须由另一人同意。")
    assert "周八" in other.get("/staff").text
    agreed = other.post(f"/consents/{grant}/grant")
    assert "/welcome/" in agreed.text
    assert other.post(f"/consents/{grant}/grant").status_code == 404


def made(_site: Site, asker: Desk) -> str:
    """Ask for a new account and return the page."""
    return asker.post("/staff", login="zhouba", name="周八", **{"role[]": "scrutineer"}).text


def promoted(site: Site, asker: Desk) -> str:
    """Make a leader's account alone, use it, and ask for a role that holds a key; return the page."""
    page = asker.post("/staff", login="zhouba", name="周八", **{"role[]": "leader"}).text
    [link] = re.findall(r"/welcome/[\w-]+", page)
    assert site.at().post(link, password=NEW_PASSWORD, again=NEW_PASSWORD).status_code == 303
    with site.database.reading() as session:
        [ghost] = [each.id for each in service.everyone(session) if each.login == "zhouba"]
    return asker.post(f"/staff/{ghost}/role", **{"role[]": "scrutineer"}).text


def granted(site: Site, ask: Callable[[Site, Desk], str] = made) -> tuple[str, str]:
    """Return (path of the link, handover code) of an account that one asked for and another agreed to."""
    asker, other = site.at("zhangsan"), site.at("lisi")
    page = ask(site, asker)
    assert "缺一样都设不了口令" in page
    [asked] = set(re.findall(r"/consents/(\w+)/refuse", page))
    agreed = other.post(f"/consents/{asked}/grant").text
    [link] = re.findall(r"/welcome/[\w-]+", agreed)
    [code] = re.findall(r"\b\d{4} \d{4}\b", asker.get("/staff").text)
    assert code not in agreed
    assert code not in other.get("/staff").text
    assert link not in asker.get("/staff").text
    return link, code


@pytest.mark.parametrize("ask", [made, promoted])
def test_neither_who_asked_nor_who_agreed_can_take_the_account(site: Site, ask: Callable[[Site, Desk], str]) -> None:
    link, code = granted(site, ask)
    agreed = site.at()
    assert 'name="code"' in agreed.get(link).text
    refused = agreed.post(link, password=NEW_PASSWORD, again=NEW_PASSWORD)
    assert refused.status_code == 422
    assert "交接码不对" in refused.text
    assert site.at().post("/login", login="zhouba", password=NEW_PASSWORD).status_code == 401
    owner = site.at()
    assert owner.post(link, password=NEW_PASSWORD, again=NEW_PASSWORD, code=code).status_code == 303
    assert owner.post("/login", login="zhouba", password=NEW_PASSWORD).status_code == 303
    assert code not in site.at("zhangsan").get("/staff").text


def test_a_link_ends_when_its_code_is_guessed(site: Site) -> None:
    link, code = granted(site)
    guest, wrong = site.at(), f"{(int(code.replace(' ', '')) + 1) % 10**8:08d}"
    answers = [guest.post(link, password=NEW_PASSWORD, again=NEW_PASSWORD, code=wrong).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 410]
    assert guest.post(link, password=NEW_PASSWORD, again=NEW_PASSWORD, code=code).status_code == 410
    assert guest.get(link).status_code == 410
    assert code not in site.at("zhangsan").get("/staff").text


def test_many_guesses_at_once_count_one_by_one(site: Site) -> None:
    link, _ = granted(site)
    guests = [site.at() for _ in range(12)]
    with ThreadPoolExecutor(12) as threads:
        fields = {"password": NEW_PASSWORD, "again": NEW_PASSWORD, "code": "x"}
        answers = list(threads.map(lambda guest: guest.post(link, **fields).status_code, guests))
    assert answers.count(422) <= 5
    assert set(answers) <= {422, 410}


def test_a_code_is_read_however_it_is_set_apart(site: Site) -> None:
    link, code = granted(site)
    assert (
        site.at().post(link, password=NEW_PASSWORD, again=NEW_PASSWORD, code=code.replace(" ", "-")).status_code == 303
    )


def test_what_is_refused_is_not_done(site: Site) -> None:
    asker, other = site.at("zhangsan"), site.at("sunqi")
    page = asker.post(f"/staff/{site.cast['lisi'].id}/link").text
    [asked] = set(re.findall(r"/consents/(\w+)/refuse", page))
    assert other.post(f"/consents/{asked}/refuse").status_code == 200
    assert site.at().post("/login", login="lisi", password=PASSWORD).status_code == 303


@pytest.mark.parametrize("login", ["lisi", "zhaoliu", "sunqi"])
def test_it_refuses_everyone_but_organisers(site: Site, login: str) -> None:
    desk = site.at(login)
    assert desk.post("/staff", login="zhouba", name="周八", **{"role[]": "organiser"}).status_code == 403
    assert desk.post(f"/staff/{site.cast['lisi'].id}/link").status_code == 403


def test_a_form_of_another_browser_is_refused(site: Site) -> None:
    desk, other = site.at("zhangsan"), site.at("qianer")
    fields = {"login": "zhouba", "name": "周八", "role[]": "leader"}
    stolen = desk.client.post("/staff", data={**fields, "form_token": other.form_token})
    assert stolen.status_code == 403
    assert desk.client.post("/staff", data=fields).status_code == 403
    assert site.at().post("/staff", **fields).status_code in {303, 401}


def test_requests_and_answers_stand_in_inboxes(site: Site) -> None:
    asker, other = site.at("zhangsan"), site.at("sunqi")
    page = asker.post("/staff", login="zhouba", name="周八", **{"role[]": "scrutineer"}).text
    [asked] = set(re.findall(r"/consents/(\w+)/refuse", page))
    assert "张三 提请：建立账号“周八”（zhouba）" in other.get("/inbox").text
    assert "建立账号" not in site.at("zhaoliu").get("/inbox").text
    other.post(f"/consents/{asked}/grant")
    assert "孙七同意了您的提请" in asker.get("/inbox").text
    assert "等您答复" not in other.get("/inbox").text
