"""What a page of a result of thirty units asks the database for."""

from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from app.core.acting import Acting
from app.core.db import Database
from app.publication.announcing import show_slide
from app.rounds.models import Round
from app.rounds.reads import get_round
from tests.publication import counted
from tests.statements import statements

MOST = 30
MOST_OF_NOTICE = 20
MOST_OF_LEDGER = 3
"""That of the result itself, of a composite or the hall, and those of the rounds that may lie behind it."""
pytestmark = pytest.mark.usefixtures("_results_kept")
YEAR = timedelta(days=365)
FLAGGED = 2
"""Of the first nine units, those below the line."""
THIRTY = tuple(f"被测评单位{place + 1}" for place in range(30))


def store(database: Database, units: tuple[str, ...], closed_at: datetime = counted.AT, form: str = "t2") -> str:
    """Publish a round to leaders and everybody that was closed then."""
    round_id = counted.store_published(
        database, counted.make_votes(counted.make_paper(units, form=form)), "leaders", "public"
    )
    with database.writing() as session:
        session.get_one(Round, round_id).closed_at = closed_at
    return round_id


@pytest.mark.parametrize("role", ["organiser", "leader"])
def test_it_asks_few_statements_whatever_the_number_of_units(client: TestClient, database: Database, role: str) -> None:
    """Those with last time beside them ask for no more than the bound either, when they are read for the first time."""
    first = store(database, THIRTY, counted.AT - YEAR)
    few, many = store(database, THIRTY[:2]), store(database, THIRTY, counted.AT + YEAR)
    counted.log_in(client, database, role)
    costs = {}
    for round_id, units in ((many, THIRTY), (few, THIRTY[:2]), (first, THIRTY)):  # nobody has read those before them
        for turn in ("first", "again"):
            with statements() as asked:
                page = client.get(f"/results/{round_id}").raise_for_status().text
            assert len(asked) <= MOST, asked
            assert page.count('<svg class="grade-bar"') == len(units)
            assert ("与上次结果" in page) is (round_id != first)
            costs[round_id, turn] = len(asked)
    assert costs[few, "again"] == costs[many, "again"]


def test_a_notice_asks_few_statements_too(client: TestClient, database: Database) -> None:
    few, many = store(database, THIRTY[:2]), store(database, THIRTY, counted.AT + YEAR)
    for round_id in (many, few):
        with statements() as asked:
            page = client.get(f"/notices/{round_id}").raise_for_status().text
        assert len(asked) <= MOST_OF_NOTICE, asked
        assert ("与上次结果" in page) is (round_id == many)


@pytest.mark.parametrize("path", ["/results/{round_id}", "/notices/{round_id}", "/rounds/{round_id}/announce/screen"])
def test_many_earlier_rounds_cost_no_more_than_one(client: TestClient, database: Database, path: str) -> None:
    """All that somebody released is asked for once, and what was told of it once is not made again."""
    for years in range(1, 7):
        store(database, THIRTY[:2], counted.AT - years * YEAR, "t3" if years > 1 else "t2")
    last = store(database, THIRTY[:2])
    counted.log_in(client, database, "organiser")
    with database.writing() as session:
        show_slide(Acting(session, counted.AT, counted.ZHANG), last, 1)
    costs = []
    for _ in range(2):
        with statements() as asked:
            assert "上次" in client.get(path.format(round_id=last)).raise_for_status().text
        costs.append(len(asked))
        documents = [statement for statement in asked if "result_version.document" in statement]
        # Of five rounds by another form nothing is told: their documents stay where they are.
        assert len(documents) <= (2 if len(costs) == 1 else 0)
        assert len([statement for statement in asked if "FROM result_release" in statement]) <= MOST_OF_LEDGER
        assert len(asked) <= MOST


def test_the_board_asks_no_more_for_more_results(client: TestClient, database: Database) -> None:
    counted.log_in(client, database, "organiser")
    costs = []
    for _ in range(3):
        counted.store_published(database, counted.make_votes(counted.make_paper(THIRTY[:9])))
        with statements() as asked:
            page = client.get("/rectification").raise_for_status().text
        costs.append(len(asked))
    assert page.count("责令补课或说明") == len(costs) * FLAGGED
    assert len(set(costs)) == 1


OF_ROUNDS = (
    "/results/campaigns/{}", "/results/campaigns/{}/units/u1", "/results/campaigns/{}/compare",
    "/results/campaigns/{}/years", "/results/campaigns/{}/years/u1", "/campaigns/{}/opinions",
)  # fmt: skip
"""Pages that set the rounds of a campaign beside each other, or look through them."""


def test_pages_over_rounds_ask_no_more_for_more_of_them(client: TestClient, database: Database) -> None:
    """Each result is read when it is looked at first, one at a time, and never again as long as it is kept."""
    counted.log_in(client, database, "organiser")
    campaign_id, costs = "", []
    for number in range(1, 6):
        round_id = store(database, THIRTY[:2], counted.AT + number * YEAR)
        with database.writing() as session:
            row = session.get_one(Round, round_id)
            campaign_id = row.campaign_id = campaign_id or row.campaign_id
        if number > 1:
            costs.append([_asked(client, path.format(campaign_id)) for path in OF_ROUNDS])
    for path, first, *_, last in zip(OF_ROUNDS, *costs, strict=True):
        assert last == first, path
        assert last <= MOST, path


def _asked(client: TestClient, path: str) -> int:
    """Return what a page asks for that was looked at before; of results that are kept it reads no document."""
    client.get(path).raise_for_status()
    with statements() as asked:
        client.get(path).raise_for_status()
    assert not [statement for statement in asked if "result_version.document" in statement], path
    return len(asked)


def test_the_page_of_units_reads_the_register_once(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(counted.make_paper(THIRTY[:2])))
    with database.reading() as session:
        campaign_id = get_round(session, round_id).campaign_id
    counted.log_in(client, database, "organiser")
    with statements() as asked:
        client.get(f"/campaigns/{campaign_id}/units").raise_for_status()
    assert len([statement for statement in asked if "FROM unit_register" in statement]) == 1


def test_names_and_rounds_are_read_once_a_page(client: TestClient, database: Database) -> None:
    """The names of all accounts; and the round, whatever the number of languages that the file may be in."""
    round_id = counted.store_published(database, counted.make_votes(counted.make_paper(THIRTY[:2])))
    counted.log_in(client, database, "organiser")
    for path in ("/tokens", f"/rounds/{round_id}/publish"):
        with statements() as asked:
            client.get(path).raise_for_status()
        assert ["".join(one.split()) for one in asked].count("SELECTstaff.id,staff.nameFROMstaff") == 1, path
    rounds = {}
    for file in ("brief.pdf", "report.docx"):
        with statements() as asked:
            client.get(f"/results/{round_id}/{file}").raise_for_status()
        rounds[file] = len([one for one in asked if "FROM round" in one])
    assert rounds["report.docx"] <= rounds["brief.pdf"] + 1
