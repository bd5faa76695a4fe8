"""Examples: played to a published result by the same doors, seen by staff alone, and thrown away whole."""

from collections.abc import Callable
from contextlib import closing

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.campaigns.kind_examples import EXAMPLES
from app.campaigns.kinds import KINDS
from app.campaigns.reads import all_campaigns, get_campaign
from app.core.acting import Acting
from app.core.db import Base, Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.publication.reads import ledger_of, stored_document
from app.rounds import service as rounds
from app.rounds.domain import RoundState
from app.rounds.examples import begin_example, discard_example
from app.rounds.players import Players
from app.rounds.reads import get_round, rounds_of
from tests.cast import MORNING, Desk, committed, make_campaign, make_cast, refuses
from tests.waiting import wait_until


def rows(session: sa.orm.Session) -> dict[str, int]:
    """Return how many rows each table has, but for the log, which keeps what was done."""
    tables = [table for table in Base.metadata.sorted_tables if not table.name.startswith("audit")]
    return {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}


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
    assert all(one.is_example and one.title.startswith("示例：") for one in found)
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
def desk(settings: Settings, database: Database, new_client: Callable[[], TestClient]) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return Desk(new_client(), database, KeyFolder(settings.data / "keys"), "zhangsan")


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
