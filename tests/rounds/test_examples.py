"""Examples: played to a published result by the same doors, seen by staff alone, and thrown away whole."""

import html
import itertools
import re
from contextlib import closing

import pytest
import sqlalchemy as sa

from app.campaigns.kind_examples import EXAMPLES
from app.campaigns.kinds import KINDS
from app.campaigns.reads import all_campaigns, get_campaign
from app.core.acting import Acting, Principal
from app.core.db import Base, Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.office.models import Job
from app.operations.playing import play_rehearsal
from app.publication import tokens
from app.publication.domain import Scope
from app.publication.models import ReaderToken
from app.publication.reads import ledger_of
from app.publication.stored import stored_document
from app.publication.tokens import WantedToken
from app.rounds import service as rounds
from app.rounds.domain import RoundState
from app.rounds.examples import begin_example, discard_example
from app.rounds.players import Players
from app.rounds.reads import get_round, rounds_of
from tests.cast import MORNING, Desk, Desks, committed, make_campaign, make_cast, refuses
from tests.found import some
from tests.waiting import wait_until


def rows(session: sa.orm.Session) -> dict[str, int]:
    """Return how many rows each table has, but for the log, which keeps what was done."""
    tables = [table for table in Base.metadata.sorted_tables if not table.name.startswith("audit")]
    return {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.usefixtures("started_anew")
def test_it_works(database: Database, settings: Settings) -> None:
    folder = KeyFolder(settings.data / "keys")
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        make_campaign(session, zhang)
    with database.reading() as session:
        before = rows(session)
    with database.writing() as session:
        rehearsal_id = begin_example(Acting(session, MORNING, zhang), KINDS["leaders"])
    url = database.engine.url.render_as_string(hide_password=False)
    with closing(Players(url, folder.path)) as players:
        players.play(rehearsal_id, zhang)
        with refuses("example_busy"):
            players.refuse_second()
        players.join()
    with database.reading() as session:
        row = get_round(session, rehearsal_id)
        assert row.state is RoundState.PUBLISHED
        assert row.is_rehearsal
        document = stored_document(session, rehearsal_id, 1)
        assert document["round"]["rehearsal"]
        assert [release.scope.value for release in ledger_of(session, rehearsal_id)] == ["leaders"]
        assert rehearsal_id not in folder.parts()
    with database.writing() as session:
        discard_example(Acting(session, MORNING, zhang), folder, PORTS, row.campaign_id)
    with database.reading() as session:
        assert rows(session) == before


def test_an_example_is_made_once_and_of_made_up_names(acting: Acting) -> None:
    for kind in KINDS.values():
        begin_example(acting, kind)
        with refuses("campaign_twice"):
            begin_example(acting, kind)
    found = all_campaigns(acting.session)
    assert all(one.is_example and one.title.startswith("示例：") for one in some(found))
    assert {one.kind.key for one in found} == set(EXAMPLES)


def test_only_an_example_is_thrown_away(acting: Acting, settings: Settings) -> None:
    folder, real = KeyFolder(settings.data / "keys"), make_campaign(acting.session, acting.actor)
    with refuses("example_only"):
        discard_example(acting, folder, PORTS, real)
    assert get_campaign(acting.session, real).title


def test_an_example_with_something_real_in_it_stays(acting: Acting, settings: Settings) -> None:
    folder = KeyFolder(settings.data / "keys")
    campaign_id = get_round(acting.session, begin_example(acting, KINDS["campaign"])).campaign_id
    draft = next(row for row in rounds_of(acting.session, campaign_id) if not row.is_rehearsal)
    rounds.freeze(acting, draft.id)
    committed(acting.session)
    with refuses("example_used"):
        discard_example(acting, folder, PORTS, campaign_id)


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


def test_it_is_loaded_and_thrown_away_by_buttons(desk: Desk, database: Database) -> None:
    made = desk.post("/campaigns/examples/new", kind="village").headers["location"]
    wait_until(lambda: 'href="/results/' in desk.get(made).text, 120)
    page = desk.get(made).text
    assert "这是示例" in page
    result = page.split('href="/results/')[1].split('"')[0]
    assert "演练" in desk.get(f"/results/{result}").text
    assert desk.post(f"{made}/discard").headers["location"] == "/campaigns"
    assert desk.get(made).status_code == 404
    with database.reading() as session:
        assert all_campaigns(session) == []
    assert desk.post("/campaigns/examples/new", kind="election").status_code == 404


PAGES = re.compile(r'href="(/(?:campaigns|rounds|results)/[^"#]*)')
FILES = ("report.docx", "export.xlsx", "brief.pdf", "letters.zip", "scrutiny.docx", "result.json")
FILES_IN_TURN = ("report.docx", "export.xlsx", "brief.pdf")
"""Of each kind one, for ``browser/test_ten_kinds.py`` fetches all three of each; the others of every kind."""
MOST_PAGES = 40


def left_behind(database: Database, settings: Settings) -> tuple[dict[str, int], set[str], set[str]]:
    """Return how many rows there are, which files, and which boxes."""
    with database.reading() as session:
        found = rows(session)
        schemas = set(sa.inspect(session.connection()).get_schema_names())
    return found, {f"{path.parent.name}/{path.name}" for path in settings.data.glob("*/*")}, schemas


def crawl(desk: Desk, *start: str) -> list[str]:
    """Follow the links of pages, never out of the campaign, its rounds and its result; return what was seen."""
    seen, waiting = dict[str, None](), list(start)
    while waiting and len(seen) < MOST_PAGES:
        path = html.unescape(waiting.pop(0))
        if path in seen or any(path.split("?")[0].endswith(name) for name in FILES):
            continue
        seen[path] = None
        answer = desk.get(path)
        assert answer.status_code in {200, 303}, (path, answer.status_code)
        if answer.headers.get("content-type", "").startswith("text/html") and "/campaigns/new" not in path:
            waiting += PAGES.findall(answer.text.split("<main", 1)[-1])
    return list(seen)


def lie_on_the_shelf(database: Database, settings: Settings, *paths: str) -> None:
    """Leave files that were ordered below these addresses and not fetched."""
    (settings.data / "jobs").mkdir(exist_ok=True)
    with database.writing() as session:
        for place, path in enumerate(paths):
            (settings.data / "jobs" / f"job{place}").write_bytes(b"words of the result")
            session.add(
                Job(
                    id=f"job{place}", kind="", arguments="{}", path=path, staff_id="idzhangsan", state="done",
                    created_at=MORNING,
                )
            )  # fmt: skip


LOOKED_AT = dict(zip(KINDS, itertools.cycle(("sqlite", "postgresql")), strict=False))
"""On which database the pages and files of a kind are looked at: they only read, so that half of them do on each."""


def look_at(desk: Desk, database: Database, kind: str, campaign_id: str, rehearsal_id: str) -> None:
    """Look at the pages and files of an example, and ask for its result as a program does."""
    seen = crawl(desk, f"/campaigns/{campaign_id}", "/results", f"/rounds/{rehearsal_id}")
    assert f"/results/{rehearsal_id}" in seen
    turn = list(LOOKED_AT).index(kind) % len(FILES_IN_TURN)
    for name in {*FILES} - {*FILES_IN_TURN} | {FILES_IN_TURN[turn]}:
        answer = desk.get(f"/results/{rehearsal_id}/{name}")
        assert (answer.status_code, len(answer.content) > 1_000) == (200, True), name
    assert desk.get(f"/rounds/{rehearsal_id}/announce/screen").status_code == 200
    with database.writing() as session:
        zhang = Principal("idzhangsan", "张三", "organiser")
        secret = tokens.create(Acting(session, MORNING, zhang), WantedToken("程序", Scope.LEADERS, 90, frozenset(), ""))
    told = desk.client.get(f"/api/v2/results/{rehearsal_id}", headers={"authorization": f"Bearer {secret}"})
    assert told.status_code < 500
    with database.writing() as session:
        session.execute(sa.delete(ReaderToken))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_loaded_looked_at_and_thrown_away(
    desk: Desk, database: Database, settings: Settings, kind: str
) -> None:
    folder = KeyFolder(settings.data / "keys")
    desk.get("/campaigns")
    before = left_behind(database, settings)
    with database.writing() as session:
        zhang = Principal("idzhangsan", "张三", "organiser")
        rehearsal_id = begin_example(Acting(session, MORNING, zhang), KINDS[kind])
        campaign_id = get_round(session, rehearsal_id).campaign_id
    play_rehearsal(database, folder, rehearsal_id, zhang)
    if LOOKED_AT[kind] == database.engine.dialect.name:
        look_at(desk, database, kind, campaign_id, rehearsal_id)
    assert desk.get(f"/results/{rehearsal_id}").status_code == 200
    lie_on_the_shelf(database, settings, f"/results/{rehearsal_id}/letters.zip", f"/campaigns/{campaign_id}/x.docx")
    assert desk.post(f"/campaigns/{campaign_id}/discard").headers["location"] == "/campaigns"
    assert left_behind(database, settings) == before
    assert desk.get(f"/results/{rehearsal_id}").status_code == 404


def test_why_an_example_failed_is_logged_without_what_it_says(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    zhang = Principal("idzhangsan", "张三", "organiser")
    with closing(Players(url, settings.data / "keys")) as players:
        players.play("a-round-of-nobody", zhang)
        players.join()
    [line] = [record.getMessage() for record in caplog.records if "an example's process" in record.getMessage()]
    assert re.fullmatch(r"an example's process ended with 1: \w+ in [\w/]+\.py:\d+", line)
    assert "nobody" not in caplog.text
