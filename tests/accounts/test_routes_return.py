"""What was asked for or typed is not lost when a log-in has ended."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.campaigns.reads import get_campaign
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.web.kept import WAY_COOKIE
from tests.booth.test_routes import read
from tests.cast import PASSWORD, Desk, make_campaign, make_cast

NAMES = "县教育局 & 体育局\n“县卫生局”=1"


class Office:
    """A campaign, and a browser in which nobody is logged in any more."""

    def __init__(self, database: Database, settings: Settings, client: TestClient) -> None:
        self.database = database
        with database.writing() as session:
            self.campaign = make_campaign(session, make_cast(session)["zhangsan"])
        self.desk = Desk(client, database, KeyFolder(settings.data / "keys"))
        self.path = f"/campaigns/{self.campaign}/units/add"

    def log_in(self) -> str:
        answer = self.desk.post("/login", login="zhangsan", password=PASSWORD)
        return str(self.desk.client.get(answer.headers["location"]).headers["location"])

    def units(self) -> list[str]:
        with self.database.reading() as session:
            return [unit.name for unit in get_campaign(session, self.campaign).units]


@pytest.fixture
def office(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Office:
    return Office(database, settings, new_client())


def test_a_form_that_came_too_late_is_sent_after_the_log_in(office: Office) -> None:
    client = office.desk.client
    late = office.desk.post(office.path, names=NAMES)
    assert late.status_code == 401
    assert "您填的内容都在本页" in late.text
    carried = read(late, "/again").fields
    early = client.post("/again", data=carried)
    assert early.status_code == 401
    assert read(early, "/again").fields["kept"] == carried["kept"], "going on before the log-in keeps it too"
    office.log_in()
    shown = client.post("/again", data=carried)
    form = read(shown, office.path)
    assert form.fields["names"] == NAMES
    sent = client.post(form.action, data=form.fields)
    assert sent.status_code == 303
    assert office.units()[-2:] == NAMES.splitlines()


def test_the_log_in_leads_to_the_page_that_was_asked_for(office: Office) -> None:
    wanted = f"/campaigns/{office.campaign}/units?from=list"
    answer = office.desk.client.get(wanted)
    assert answer.headers["location"] == "/login"
    assert office.log_in() == wanted
    assert office.desk.client.get("/").headers["location"] == "/rounds", "only once"


def test_the_bare_address_asks_for_a_slip_first_and_lets_staff_go_on(office: Office) -> None:
    """One who typed what stands on the slip without its end is a voter."""
    client = office.desk.client
    answer = client.get("/")
    assert answer.headers["location"] == "/v?staff"
    door = client.get("/v?staff").text
    assert door.index('name="code"') < door.index('href="/login"')
    assert "/login" not in client.get("/v").text
    assert office.log_in() == "/rounds"
    assert client.get("/").headers["location"] == "/rounds"


ODD = ("/rounds/第一轮", "/rounds/r1?from=%E8%BD%AE", "/rounds/\u00e9", '/rounds/";x=1', "/" + "r" * 2_000)


@pytest.mark.parametrize("path", ODD)
def test_whatever_was_asked_for_the_log_in_is_shown(office: Office, path: str) -> None:
    assert office.desk.client.get(path).status_code in {303, 404}
    assert office.log_in().isascii()


def test_a_form_for_a_path_that_no_cookie_could_carry_is_refused_plainly(office: Office) -> None:
    answer = office.desk.post("/campaigns/第一/units/add", names=NAMES)
    assert answer.status_code == 401
    assert "请先登录" in answer.text


@pytest.mark.parametrize(
    "way", ["//evil.example/x", "/\\evil.example", "https://evil.example/", "/a b", "", "javascript:x"]
)
def test_a_way_that_leads_away_from_us_is_not_followed(office: Office, way: str) -> None:
    office.desk.client.cookies.set(WAY_COOKIE, f'"{way}"' if " " in way else way)
    assert office.log_in() == "/rounds"


@pytest.mark.parametrize("path", ["//evil.example/x", "https://evil.example/", "javascript:alert(1)", "units"])
def test_a_kept_form_goes_nowhere_but_to_us(office: Office, path: str) -> None:
    carried = read(office.desk.post(office.path, names=NAMES), "/again").fields
    office.log_in()
    assert office.desk.client.post("/again", data={**carried, "path": path}).status_code == 400


@pytest.mark.parametrize("path", ["/rounds/r1/opening/share", "/rounds/r1/key/check", "/logout"])
def test_words_of_a_key_are_carried_nowhere(office: Office, path: str) -> None:
    answer = office.desk.post(path, words="abandon ability")
    assert answer.status_code == 401
    assert "abandon" not in answer.text


def test_no_password_is_carried(office: Office) -> None:
    answer = office.desk.post(office.path, names=NAMES, proof_password=PASSWORD)
    assert "您填的内容都在本页" in answer.text
    assert PASSWORD not in answer.text


def test_a_form_too_large_to_carry_is_refused_plainly(office: Office) -> None:
    answer = office.desk.post(office.path, names="县" * 50_000)
    assert answer.status_code == 401
    assert "请先登录" in answer.text
