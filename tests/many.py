"""An installation in its tenth year: many campaigns with units, many published rounds, many accounts."""

import json
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from app.accounts.models import Staff, StaffRole
from app.campaigns.builtin import SCALES
from app.campaigns.domain import Scheme
from app.campaigns.models import Campaign, Unit, VoterGroup
from app.campaigns.reads import SCHEME_JSON
from app.core.db import Database
from app.publication.models import ResultRelease, ResultVersion
from app.rounds.domain import RoundState, paper_digest
from app.rounds.models import Round
from app.rounds.papers import paper_text
from tests.cast import Desk, Desks, make_cast
from tests.publication import counted

SCHEME = SCHEME_JSON.dump_json(Scheme(SCALES["satisfaction"])).decode()
TABLES = (Campaign, Unit, VoterGroup, Round, ResultVersion, ResultRelease, Staff, StaffRole)
Rows = dict[type, list[dict[str, object]]]


def store_many(database: Database, campaigns: int, rounds: int, units: int = 8, first: int = 0) -> None:
    """Store the campaigns, the oldest first, and in turn their rounds; every tenth is under way, the rest published."""
    names = tuple(f"被测评单位{place + 1}" for place in range(units))
    rows: Rows = {
        Campaign: [],
        Unit: [],
        VoterGroup: [],
        Round: [],
        ResultVersion: [],
        ResultRelease: [],
        Staff: [],
        StaffRole: [],
    }
    for number in range(first, first + campaigns):
        _add_campaign(rows, number, names)
    for number in range(first, first + rounds):
        _add_round(rows, number, f"c{first + number % campaigns}", names)
    with database.writing() as session:
        for table, some in ((table, some) for table, some in rows.items() if some):
            session.execute(sa.insert(table), some)


def desk_over(new_desk: Desks, database: Database, units: int, accounts: int = 0) -> Desk:
    """Return an organiser's desk, where a campaign has so many units and so many accounts may speak for them."""
    with database.writing() as session:
        make_cast(session)
    store_many(database, 1, 1, units)
    store_many(database, accounts, 0, 0, first=1)
    return new_desk("zhangsan")


def _add_campaign(rows: Rows, number: int, names: tuple[str, ...]) -> None:
    campaign, at = f"c{number}", counted.AT + timedelta(minutes=number)
    about: dict[str, object] = {"title": f"第 {number} 次活动", "organisation": f"第{number % 7}街道", "scheme": SCHEME}
    rows[Campaign].append({**about, "id": campaign, "created_at": at})
    group: dict[str, object] = {"id": f"g{number}", "campaign_id": campaign, "position": 1}
    rows[VoterGroup].append({**group, "name": "群众代表", "expected": 40})
    rows[Unit] += [
        {"id": f"u{number}-{place}", "campaign_id": campaign, "position": place + 1, "name": name}
        for place, name in enumerate(names)
    ]
    person: dict[str, object] = {"id": f"s{number}", "login": f"reader{number}", "name": f"联络员{number}"}
    rows[Staff].append({**person, "created_at": at})
    rows[StaffRole].append({"staff_id": f"s{number}", "role": "liaison"})


def _add_round(rows: Rows, number: int, campaign: str, names: tuple[str, ...]) -> None:
    state = RoundState.OPEN if number % 10 == 0 else RoundState.PUBLISHED
    paper = replace(counted.make_paper(names, {"群众代表": 40}), title=f"第 {number} 轮")
    text, at = paper_text(paper), counted.AT + timedelta(minutes=number)
    about: dict[str, object] = {"id": paper.round_id, "campaign_id": campaign, "title": paper.title, "form_key": "t2"}
    rows[Round].append(
        {**about, "state": state.value, "paper": text, "paper_hash": paper_digest(text), "created_at": at}
    )
    if state is RoundState.PUBLISHED:
        _add_result(rows, paper.round_id, json.dumps({"none": number}))


def _add_result(rows: Rows, round_id: str, text: str) -> None:
    about: dict[str, object] = {"round_id": round_id, "version": 1}
    version = {**about, "document": text, "digest": paper_digest(text), "code": round_id, "created_at": counted.AT}
    rows[ResultVersion].append(version)
    released: dict[str, object] = {"released_at": counted.AT, "released_by": "张三"}
    rows[ResultRelease] += [
        {**about, **released, "id": f"{round_id}-{scope}", "scope": scope} for scope in ("leaders", "public")
    ]
