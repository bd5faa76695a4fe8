"""Files that take longer than their request: the page that waits, who gets them, and when they are gone."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.testclient import TestClient

from app.core.acting import Principal
from app.core.child import _started, own_name
from app.core.db import Database
from app.core.settings import Settings
from app.main import build_api, wrap
from app.office import shelf
from app.office.models import Job
from app.office.ordering import file_later, is_lost
from app.office.shelf import Shelf
from app.office.workshop import Craft, Order, Ticket, Workshop
from app.web.auth import AnyStaff
from app.web.forms import TOKEN_FIELD
from tests.cast import Desk, make_cast
from tests.conftest import BASE_URL, TestClock, another_client
from tests.office.test_workshop import until

LINK = "/campaigns/x/slow.pdf"
EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SHARED = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
GONE = "another-boot/1/1"
"""A process of which nobody here can tell whether it runs."""
Sign = tuple[Path, Path]
pytestmark = pytest.mark.usefixtures("children_forked")


def slow_routes(api: FastAPI, sign: Sign) -> None:
    """Add a file that is ready when a test says so: asked for by a link and by a form."""
    craft, ids = Craft("tests.office.makers:wait_for", "slow.pdf"), {"begun": str(sign[0]), "end": str(sign[1])}

    @api.get(LINK)
    def by_link(request: Request, staff: AnyStaff, maker: str = "wait_for") -> Response:
        return file_later(request, staff, Craft(f"tests.office.makers:{maker}", craft.plain), ids)

    @api.post(LINK)
    def by_form(request: Request, staff: AnyStaff) -> Response:
        return file_later(request, staff, craft, ids)


@pytest.fixture
def sign(tmp_path: Path) -> Sign:
    """The files by which a maker says that it began, and is told to end."""
    return tmp_path / "begun", tmp_path / "end"


@pytest.fixture
def people(database: Database) -> dict[str, Principal]:
    """The fixed cast."""
    with database.writing() as session:
        return dict(make_cast(session))


@pytest.fixture
def browser(
    settings: Settings, clock: TestClock, database: Database, people: dict[str, Principal], sign: Sign
) -> Iterator[Callable[[str], Desk]]:
    """Browsers of people who are logged in; their application is impatient."""
    assert people
    workshop = Workshop(patience_seconds=0.05)
    api = build_api(settings, clock, workshop=workshop)
    slow_routes(api, sign)
    app = wrap(api, settings)
    with TestClient(app, base_url=BASE_URL, follow_redirects=False) as first:
        yield lambda login: Desk(another_client(first), database, api.state.key_folder, login)
        workshop.close()  # what it still tells the shelf must find the database


def rows(database: Database) -> list[str]:
    with database.reading() as session:
        return [job.state for job in session.scalars(sa.select(Job))]


def waited(desk: Desk, address: str = LINK) -> str:
    """Ask for the slow file and return the address of its page."""
    answer = desk.client.get(address)
    assert answer.status_code == 303
    page: str = answer.headers["location"]
    assert page.startswith("/jobs/")
    return page


def test_it_works(browser: Callable[[str], Desk], database: Database, settings: Settings, sign: Sign) -> None:
    desk = browser("zhangsan")
    page = waited(desk)
    shown = desk.client.get(page)
    assert shown.headers["refresh"] == "2"
    assert 'role="status"' in shown.text
    assert waited(desk) == page
    assert rows(database) == ["working"]
    sign[1].touch()
    until(lambda: rows(database) == ["done"], "the file")
    kept = list((settings.data / "jobs").iterdir())
    assert [oct(path.stat().st_mode)[-3:] for path in kept] == ["600"]
    assert oct((settings.data / "jobs").stat().st_mode)[-3:] == "700"
    ready = desk.client.get(page)
    assert ready.headers["refresh"] == f"1;url={LINK}"
    assert f'href="{LINK}"' in ready.text
    sent = desk.client.get(LINK)
    assert sent.status_code == 200
    assert int(sent.content) > 0
    assert "slow.pdf" in sent.headers["content-disposition"]
    assert rows(database) == []
    assert list((settings.data / "jobs").iterdir()) == []
    assert desk.client.get(page).status_code == 404


def test_a_request_waits_two_seconds_for_its_file() -> None:
    assert Workshop().patience_seconds == 2


def test_a_file_that_waits_for_a_seat_says_so_and_is_made(
    browser: Callable[[str], Desk], database: Database, sign: Sign
) -> None:
    pages = []
    for login in ("zhangsan", "zhaoliu"):
        pages.append(waited(browser(login)))
        begun(sign)
    third = browser("lisi")
    pages.append(waited(third))
    assert "排队等待制作" in third.client.get(pages[2]).text
    sign[1].touch()
    until(lambda: rows(database) == ["done"] * 3, "all three")
    assert third.client.get(LINK).status_code == 200


def test_it_gives_a_file_to_nobody_else(browser: Callable[[str], Desk], database: Database, sign: Sign) -> None:
    page = waited(browser("zhangsan"))
    sign[1].touch()
    until(lambda: rows(database) == ["done"], "the file")
    other = browser("zhaoliu")
    for address in (page, f"{page}/file"):
        assert other.client.get(address).status_code == 404
    fields = {TOKEN_FIELD: other.form_token}
    assert other.client.post(f"{page}/cancel", data=fields).status_code == 404
    assert rows(database) == ["done"]


def test_what_a_form_asked_for_is_fetched_once(browser: Callable[[str], Desk], database: Database, sign: Sign) -> None:
    desk = browser("zhangsan")
    page = desk.client.post(LINK, headers={"origin": BASE_URL}).headers["location"]
    sign[1].touch()
    until(lambda: rows(database) == ["done"], "the file")
    assert f'href="{page}/file"' in desk.client.get(page).text
    assert desk.client.get(f"{page}/file").status_code == 200
    assert desk.client.get(f"{page}/file").status_code == 404


def test_a_job_can_be_cancelled(browser: Callable[[str], Desk], database: Database, sign: Sign) -> None:
    desk = browser("zhangsan")
    page = waited(desk)
    until(lambda: sign[0].exists() and sign[0].read_text("utf-8"), "the job to begin")
    answer = desk.client.post(f"{page}/cancel", data={TOKEN_FIELD: desk.form_token})
    assert answer.headers["location"] == "/campaigns/x"
    assert rows(database) == []
    assert desk.client.get(page).status_code == 404


def test_a_failure_is_said_and_asking_again_begins_anew(
    browser: Callable[[str], Desk], database: Database, sign: Sign
) -> None:
    desk, address = browser("zhangsan"), f"{LINK}?maker=refuse_after"
    page = waited(desk, address)
    sign[1].touch()
    until(lambda: rows(database) == ["failed"], "the refusal")
    shown = desk.client.get(page)
    assert "refresh" not in shown.headers
    assert re.search(r'role="alert">[^<]*名称', shown.text)
    assert desk.client.get(address).status_code == 422
    assert rows(database) == []


def said(desk: Desk, page: str) -> str:
    """Return what the page of a job says went wrong."""
    found = re.search(r'role="alert">([^<]*)<', desk.client.get(page).text)
    return found[1] if found else ""


def test_a_job_that_eats_memory_is_stopped_and_its_page_says_so(
    browser: Callable[[str], Desk], database: Database
) -> None:
    desk = browser("zhangsan")
    page = waited(desk, f"{LINK}?maker=devour")
    until(lambda: rows(database) == ["failed"], "the limit")
    with database.reading() as session:
        assert session.scalars(sa.select(Job.error_code)).all() == ["workshop_too_large"]
    assert said(desk, page) == "文件太大，超出了内存限制，没有做成。请缩小范围后再试。"


def begun(sign: Sign) -> int:
    """Return the process of a job that runs, and be ready for the sign of the next."""
    until(lambda: sign[0].exists() and sign[0].read_text("utf-8"), "the job to begin")
    pid = int(sign[0].read_text("utf-8"))
    sign[0].unlink()
    return pid


def test_a_killed_child_is_told_on_its_page_and_harms_no_other_job(
    browser: Callable[[str], Desk], database: Database, sign: Sign
) -> None:
    desk, other = browser("zhangsan"), browser("zhaoliu")
    page, killed = waited(desk), begun(sign)
    others_page, spared = waited(other), begun(sign)
    assert killed != spared
    os.kill(killed, signal.SIGKILL)
    until(lambda: "failed" in rows(database), "the end of the killed job")
    assert said(desk, page) == "文件没有做成，什么也没有改变。请再试一次；仍然不行，请联系管理员。"
    assert 'role="alert"' not in other.client.get(others_page).text
    sign[1].touch()
    until(lambda: sorted(rows(database)) == ["done", "failed"], "the other file")
    assert other.client.get(LINK).content == str(spared).encode()


def test_it_is_gone_after_an_hour(
    browser: Callable[[str], Desk], database: Database, settings: Settings, clock: TestClock, sign: Sign
) -> None:
    job_id = waited(browser("zhangsan")).removeprefix("/jobs/")
    sign[1].touch()
    until(lambda: rows(database) == ["done"], "the file")
    shelf = Shelf(database, settings.data, clock)
    shelf.sweep()
    assert shelf.find(job_id, "idzhangsan") is not None
    clock.now += timedelta(minutes=61)
    assert shelf.find(job_id, "idzhangsan") is None
    shelf.sweep()
    assert (rows(database), list((settings.data / "jobs").iterdir())) == ([], [])


def test_it_is_gone_at_every_start(
    browser: Callable[[str], Desk], database: Database, settings: Settings, clock: TestClock, sign: Sign
) -> None:
    waited(browser("zhangsan"))
    sign[1].touch()
    until(lambda: rows(database) == ["done"], "the file")
    with TestClient(wrap(build_api(settings, clock), settings), base_url=BASE_URL):
        assert (rows(database), list((settings.data / "jobs").iterdir())) == ([], [])


@SHARED
def test_another_node_starts_and_waits_and_hands_out(
    browser: Callable[[str], Desk], database: Database, settings: Settings, clock: TestClock, sign: Sign,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Its start took everybody's files away, and its page said that what another one makes is lost."""
    here = browser("zhangsan")
    page = waited(here)
    with monkeypatch.context() as patched:
        patched.setattr(shelf, "own_name", lambda: "elsewhere/1/1")
        workshop = Workshop(patience_seconds=0.05)
        api = build_api(settings, clock, workshop=workshop)
        slow_routes(api, sign)
        with TestClient(wrap(api, settings), base_url=BASE_URL, follow_redirects=False) as client:
            there = here.at(client)
            assert rows(database) == ["working"]
            assert 'role="alert"' not in there.get(page).text
            assert there.get(page).headers["refresh"] == "2"
            assert waited(there) == page
            assert workshop.find(page.removeprefix("/jobs/")) is None, "it is made once"
            sign[1].touch()
            until(lambda: rows(database) == ["done"], "the file")
            assert there.get(page).headers["refresh"] == f"1;url={LINK}"
            assert there.get(LINK).status_code == 200
        workshop.close()
    assert rows(database) == []


def test_what_a_killed_node_made_is_lost(
    browser: Callable[[str], Desk], database: Database, settings: Settings, clock: TestClock, sign: Sign
) -> None:
    here = browser("zhangsan")
    page = waited(here)
    with subprocess.Popen(["sleep", "60"]) as child:
        name = f"{own_name().rpartition('/')[0].rpartition('/')[0]}/{child.pid}/{_started(child.pid)}"
        child.kill()
    with database.writing() as session:
        session.execute(sa.update(Job).values(id="a" * 32, process=name))
    assert 'role="alert"' in here.get(f"/jobs/{'a' * 32}").text
    (settings.data / "jobs").mkdir(exist_ok=True)
    (settings.data / "jobs" / "nobody's").touch()
    Shelf(database, settings.data, clock).clear()
    assert (rows(database), list((settings.data / "jobs").iterdir())) == ([], [])
    assert here.get(page).status_code == 404
    sign[1].touch()


@EMBEDDED
def test_after_a_reboot_nothing_is_being_made(
    browser: Callable[[str], Desk], database: Database, settings: Settings, clock: TestClock, sign: Sign
) -> None:
    """Whoever asked again was sent to the page that waits, for an hour."""
    waited(browser("zhangsan"))
    with database.writing() as session:
        session.execute(sa.update(Job).values(process=GONE))
    Shelf(database, settings.data, clock).clear()
    assert rows(database) == []
    sign[1].touch()


@SHARED
def test_what_a_node_that_is_gone_made_is_made_anew(
    browser: Callable[[str], Desk], database: Database, settings: Settings, clock: TestClock, sign: Sign
) -> None:
    """The page waited for an hour, and whoever asked again was sent to it."""
    here = browser("zhangsan")
    page = waited(here)
    with database.writing() as session:
        session.execute(sa.update(Job).values(process=GONE))
    workshop = Workshop(patience_seconds=0.05)
    api = build_api(settings, clock, workshop=workshop)
    slow_routes(api, sign)
    with TestClient(wrap(api, settings), base_url=BASE_URL, follow_redirects=False) as client:
        there = here.at(client)
        assert there.get(page).headers["refresh"] == "2"
        clock.now += timedelta(minutes=4)
        assert 'role="alert"' in there.get(page).text
        assert there.get(LINK).headers["location"] == page
        assert workshop.find(page.removeprefix("/jobs/")) is not None
        assert there.get(page).headers["refresh"] == "2"
        sign[1].touch()
        until(lambda: rows(database) == ["done"], "the file")
        assert there.get(LINK).status_code == 200
        workshop.close()  # what it still tells the shelf must find the database


@SHARED
def test_a_node_that_tells_of_its_job_is_waited_for_however_long_that_takes(
    people: dict[str, Principal], database: Database, settings: Settings, clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert people
    here, there = (Shelf(database, settings.data, clock) for _ in range(2))
    ticket = Ticket(Order("a" * 32, Craft("maker"), {"arguments": {}}))

    def is_still_made() -> bool:
        here.clear()
        job = here.find(ticket.order.id, "idzhangsan")
        return job is not None and not is_lost(job, None)

    with monkeypatch.context() as patched:
        patched.setattr(shelf, "own_name", lambda: GONE)
        there.enter(ticket, "idzhangsan", LINK)
    for _ in range(3):
        clock.now += timedelta(minutes=2)
        with monkeypatch.context() as patched:
            patched.setattr(shelf, "own_name", lambda: GONE)
            there.sweep()
        clock.now += timedelta(minutes=2)
        assert is_still_made()
    clock.now += timedelta(minutes=2)
    assert not is_still_made()
    assert rows(database) == []
