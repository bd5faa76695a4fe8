"""Who speaks for which unit, set on a page."""

import re

from starlette.testclient import TestClient

from app.accounts import service as accounts
from app.accounts.models import Staff
from app.box.holders import name_holders
from app.campaigns.models import Campaign
from app.campaigns.reads import get_campaign
from app.core.acting import Acting
from app.core.db import Database
from app.offices.models import Office
from app.rounds.reads import get_round
from app.rounds.service import RoundDraft
from tests import cast
from tests.publication.counted import form_token


def log_in(client: TestClient, login: str) -> None:
    data = {"login": login, "password": cast.PASSWORD, "form_token": form_token(client, "/login")}
    assert client.post("/login", data=data).status_code == 303


def seen_on(client: TestClient, path: str) -> str:
    """Return what the form on a page says that it was filled in from."""
    [seen] = re.findall(r'name="seen" value="([^"]+)"', client.get(path).text)
    return str(seen)


def test_an_organiser_names_the_liaisons_of_a_unit(client: TestClient, database: Database) -> None:
    with database.writing() as session:
        people = cast.make_cast(session)
        campaign_id = cast.make_campaign(session, people["zhangsan"])
    with database.reading() as session:
        unit = get_campaign(session, campaign_id).units[1].id
    log_in(client, "zhangsan")
    path = f"/campaigns/{campaign_id}/liaisons"
    token = form_token(client, path)
    wu = people["wujiu"].id
    first = {"form_token": token, "seen": seen_on(client, path), "rows[]": unit, f"unit-{unit}[]": wu}
    assert client.post(path, data=first).status_code == 303
    with database.reading() as session:
        assert accounts.units_of(session, wu) == {unit}
    assert client.get(path).text.count("checked") == 1
    again = {"form_token": token, "seen": seen_on(client, path), "rows[]": unit}
    refused = client.post(path, data={**again, f"unit-{unit}[]": people["lisi"].id})
    assert refused.status_code == 400
    assert "不是单位联络员" in refused.text
    assert client.post(path, data=again).status_code == 303
    with database.reading() as session:
        assert accounts.units_of(session, wu) == frozenset()
    assert client.get("/campaigns/nothing/liaisons").status_code == 404


def test_liaisons_of_other_offices_stay_when_one_is_added(client: TestClient, database: Database) -> None:
    """The organiser of 东县 does not reach the account that the office above made, and keeps it."""
    with database.writing() as session:
        people = cast.make_cast(session)
        session.add(Office(id="east", parent_id="root", name="东县", position=0, is_closed=False))
        session.flush()
        campaign_id = cast.make_campaign(session, people["zhangsan"])
        session.get_one(Campaign, campaign_id).office_id = "east"
        session.get_one(Staff, people["zhangsan"].id).office_id = "east"
        session.get_one(Staff, people["zhaoliu"].id).office_id = "east"
        session.get_one(Staff, people["zhaoliu"].id).roles = {"liaison"}
        first, second, _ = (unit.id for unit in get_campaign(session, campaign_id).units)
        accounts.set_liaisons(session, cast.MORNING, people["zhangsan"], first, ["idwujiu"])
    log_in(client, "zhangsan")
    path = f"/campaigns/{campaign_id}/liaisons"
    page = client.get(path).text
    assert (page.count("吴九"), page.count("赵六"), page.count("checked")) == (1, 3, 1)
    fields = {"form_token": form_token(client, path), "seen": seen_on(client, path)}
    both = {**fields, "rows[]": first, f"unit-{first}[]": ["idwujiu", "idzhaoliu"]}
    assert client.post(path, data=both).status_code == 303
    with database.reading() as session:
        assert {one.id for one in accounts.liaisons_of(session, [first])[first]} == {"idwujiu", "idzhaoliu"}
    fields["seen"] = seen_on(client, path)
    assert client.post(path, data={**fields, "rows[]": second, f"unit-{second}[]": "idwujiu"}).status_code == 404


def test_it_refuses_who_holds_a_key_over_the_unit(client: TestClient, database: Database) -> None:
    with database.writing() as session:
        people = cast.make_cast(session)
        acting = Acting(session, cast.MORNING, people["zhangsan"])
        draft = RoundDraft("第一轮", "t2", remarks=True, key_needed=2, key_holders=2)
        round_id = cast.make_ready(acting, draft=draft)
        session.get_one(Staff, people["lisi"].id).roles = {"scrutineer", "liaison"}
        session.flush()
        name_holders(acting, round_id, [people["zhangsan"].id, people["lisi"].id])
        campaign = get_campaign(session, get_round(session, round_id).campaign_id)
    log_in(client, "zhangsan")
    path = f"/campaigns/{campaign.id}/liaisons"
    fields = {"form_token": form_token(client, path), "seen": seen_on(client, path)}
    unit = campaign.units[0].id
    refused = client.post(path, data={**fields, "rows[]": unit, f"unit-{unit}[]": people["lisi"].id})
    assert refused.status_code == 409
    assert "李四持有轮次“第一轮”的钥匙，这一轮测评“县文化馆”" in refused.text
    with database.reading() as session:
        assert accounts.units_of(session, people["lisi"].id) == frozenset()
