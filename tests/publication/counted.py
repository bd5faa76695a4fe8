"""Rounds whose box has just been opened, put into the tables directly, with an uneven opinion of each unit."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.accounts import service as accounts
from app.accounts.models import Staff
from app.box import reads as box
from app.box.counted import LooseRemark, Stacks
from app.box.models import Remark, Stack
from app.box.preparing import Prepared
from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.domain import Scheme
from app.campaigns.models import Campaign
from app.campaigns.reads import SCHEME_JSON
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.secrets import new_id
from app.main import PORTS
from app.publication import correction, reads, service
from app.publication.domain import Scope, Viewer
from app.publication.editions import Published, PublishedBands
from app.publication.freezing import prepare_result
from app.rounds.approvals import ask_or_act, decide, made_ready
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit, RoundState, Section, paper_digest
from app.rounds.marks import mark_bytes
from app.rounds.models import Round
from app.rounds.papers import paper_text
from app.rounds.reads import frozen_paper
from app.rounds.service import count_round
from app.slips.models import Batch, SlipCount
from app.tally.chain import Chain
from app.tally.document import Document, canonical_json
from app.tally.restraint import FREE, Restraint
from app.tally.result import result_document

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PASSWORD = "Correct-Horse-1"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
ZHANG = Principal("zhang", "张三", "organiser")
READER = Viewer(Scope.LEADERS, "reader")
UNITS = (
    "县文化馆", "县图书馆", "县博物馆", "县文工团", "电影发行放映公司", "文化市场稽查队", "文物管理所", "广播站",
)  # fmt: skip
GROUPS = {
    "党代表": 14, "人大代表": 16, "政协委员": 14, "有关部门": 16,
    "服务对象": 34, "下属单位": 14, "社区代表": 12, "农村基层干部代表": 14,
}  # fmt: skip
OPINIONS = (
    (64, 24, 9, 3, 5), (52, 27, 16, 5, 6), (60, 24, 12, 4, 8), (21, 27, 28, 24, 5),
    (33, 36, 22, 9, 7), (27, 30, 27, 16, 6), (55, 27, 13, 5, 9), (38, 35, 18, 9, 12),
)  # fmt: skip
WORDS = ("服务态度好", "办事要再快一些", "开放时间太短，周末应当开门", "多下乡送戏", "收费不透明", "问题整改要公开")


@dataclass(frozen=True, slots=True)
class Votes:
    """How a round was voted: ballots by group id, remarks to each unit, and what each unit was given."""

    paper: Paper
    returned: Mapping[str, int]
    remarks: int = 12
    opinions: tuple[tuple[int, ...], ...] = OPINIONS
    spare: int = 0


def make_paper(
    units: tuple[str, ...] = UNITS, groups: Mapping[str, int] | None = None, form: str = "t2", **changes: object
) -> Paper:
    """Return a paper over the named units and groups; group ``g5`` （下属单位） leaves the first unit out."""
    chosen = FORMS[form]
    named = groups or GROUPS
    paper = Paper(
        round_id=new_id(),
        organisation="县文化局",
        campaign="学习实践科学发展观活动",
        title="群众满意度测评",
        parts=(
            PaperSection(
                chosen.title, chosen.items, tuple(PaperUnit(f"u{place}", name) for place, name in enumerate(units))
            ),
        ),
        groups=tuple(
            PaperGroup(f"g{place}", name, expected, ("u0",) if name == "下属单位" and len(units) > 1 else ())
            for place, (name, expected) in enumerate(named.items())
        ),
        scheme=Scheme(SCALES[chosen.scale]),
        promise="slips",
        remarks=True,
        remark_bytes=1_200,
    )
    return replace(paper, **changes)  # type: ignore[arg-type]


def make_votes(paper: Paper | None = None, share: float = 0.9, **changes: object) -> Votes:
    """Return believable votes: ``share`` of the expected people of every group came."""
    paper = paper or make_paper()
    returned = {group.id: round(group.expected * share) for group in paper.groups}
    return replace(Votes(paper, returned), **changes)  # type: ignore[arg-type]


def _stacks(votes: Votes) -> list[dict[str, object]]:
    draw, paper = random.Random(7), votes.paper
    rows: list[dict[str, object]] = []
    for place, unit in enumerate(paper.units):
        weights = votes.opinions[place % len(votes.opinions)]
        section = paper.section_at(place)
        options = range(len(section.scheme.scale.options))
        for group in paper.groups:
            count = votes.returned[group.id] * len(section.items)
            if unit.id not in group.left_out and count:
                marks = _marks(draw, section, draw.choices(options, weights[: len(options)], k=count))
                rows.append({"round_id": paper.round_id, "unit_id": unit.id, "group_id": group.id, "marks": marks})
    return rows


def _marks(draw: random.Random, section: Section, chosen: list[int]) -> bytes:
    """Return ballots of a section with these marks, and points in the place of grades where an item is asked so."""
    items = section.items
    if not any(item.score for item in items):
        return bytes(chosen)
    asked = ((mark, items[place % len(items)].score) for place, mark in enumerate(chosen))
    return b"".join(
        mark_bytes(score, draw.randrange(score.steps // 2, score.steps)) if score else bytes((mark,))
        for mark, score in asked
    )


def store_sealed(database: Database, votes: Votes, *, two_person: bool = False, rehearsal_of: str | None = None) -> str:
    """Store everything up to the shredded box, with the round still sealed, and return the round's id."""
    paper = replace(votes.paper, two_person=two_person)
    text = paper_text(paper)
    campaign = Campaign(
        id=new_id(), title=paper.campaign, organisation=paper.organisation, two_person=two_person, created_at=AT,
        scheme=SCHEME_JSON.dump_json(paper.scheme).decode(),
    )  # fmt: skip
    row = Round(
        id=paper.round_id, campaign_id=campaign.id, title=paper.title, state=RoundState.SEALED, form_key="t2",
        paper=text, paper_hash=paper_digest(text), rehearsal_of=rehearsal_of, created_at=AT, opened_at=AT,
        closed_at=AT,
    )  # fmt: skip
    with database.writing() as session:
        session.add(campaign)
        session.flush()
        session.add(row)
        session.flush()
        for group in paper.groups:
            _store_slips(session, votes, (group.id, group.expected))
        session.execute(sa.insert(Stack), _stacks(votes))
        draw = random.Random(11)
        remarks = [
            {"round_id": paper.round_id, "id": draw.randbytes(16), "unit_id": unit.id, "text": WORDS[at % len(WORDS)]}
            for unit in paper.units
            for at in range(votes.remarks)
        ]
        if remarks:
            session.execute(sa.insert(Remark), remarks)
    return paper.round_id


def _store_slips(session: Session, votes: Votes, group: tuple[str, int]) -> None:
    group_id, expected = group
    round_id, printed = votes.paper.round_id, expected + votes.spare
    batch = Batch(id=new_id(), round_id=round_id, group_id=group_id, printed=printed, created_at=AT)
    session.add(batch)
    used = votes.returned[group_id]
    session.add(SlipCount(round_id=round_id, group_id=group_id, spare=votes.spare, handed_back=0, used=used))


_TEXTS: dict[str, str] = {}


def _made_once(
    paper: Paper,
    stacks: Mapping[tuple[str, str], bytes],
    chain: Chain,
    remarks: Mapping[str, tuple[str, ...]],
    restraint: Restraint = FREE,
) -> Document:
    """Make the document of a round as the product does, once for all rounds that were voted alike.

    It says nothing of the round but its id. Making it takes a third of the time of most tests that begin with a result.
    """
    voted = (paper_text(replace(paper, round_id="")), sorted(stacks.items()), chain, sorted(remarks.items()), restraint)
    if (key := repr(voted)) not in _TEXTS:
        _TEXTS[key] = canonical_json(result_document(paper, stacks, chain, remarks, restraint))
    found: Document = json.loads(_TEXTS[key])
    found["round"]["id"] = paper.round_id
    return found


def counting(database: Database, round_id: str) -> Callable[[], Prepared]:
    """Return the work of making the result, as the opening of the box hands it over."""
    with database.reading() as session:
        paper, _ = frozen_paper(session, round_id)
        stored = box.remarks(session, round_id)
        remarks = [LooseRemark(b"", remark.unit_id, remark.text) for remark in stored]
        stacks = Stacks(box.stacks(session, round_id), remarks, box.returned_by_group(session, paper))
        return prepare_result(session, paper, stacks)


def count(database: Database, round_id: str) -> None:
    """Count the round as the opening of its box does."""
    work = counting(database, round_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.publication.freezing.result_document", _made_once)
        prepared = work()
    with database.writing() as session:
        acting = Acting(session, AT, ZHANG)
        count_round(acting, round_id)
        prepared.write(acting)


def correct(database: Database, round_id: str, counts: Mapping[str, tuple[int, int]], at: datetime = AT) -> bool:
    """Correct spare and handed-back slips of a published result, or ask for it; return whether it was done."""
    with database.reading() as session:
        request = correction.request_of(session, round_id, counts, "漏数剩余票", ZHANG.name)
    ports = PORTS.made_ready(database, round_id, "correct", request)
    return database.acted(lambda session: ask_or_act(Acting(session, at, ZHANG), ports, round_id, "correct", request))


def agree(database: Database, consent_id: str, second: Principal, at: datetime = AT) -> None:
    """Agree as the second person to what waits for one."""
    ports = made_ready(database, PORTS, consent_id)
    database.acted(lambda session: decide(Acting(session, at, second), ports, consent_id, granted=True))


def store_counted(database: Database, votes: Votes, *, two_person: bool = False) -> str:
    """Store a counted round whose result is frozen and not published."""
    round_id = store_sealed(database, votes, two_person=two_person)
    count(database, round_id)
    return round_id


def store_published(database: Database, votes: Votes, *scopes: str) -> str:
    """Store a round whose result the leaders may read, or those of other scopes."""
    round_id = store_counted(database, votes)
    for scope in scopes or ("leaders",):
        release(database, round_id, scope)
    return round_id


def release(database: Database, round_id: str, scope: str = "leaders", **request: object) -> None:
    """Release the newest version of a result."""
    asked = {"scope": scope, **request}
    database.acted(lambda session: service.publish(Acting(session, AT, ZHANG), round_id, asked))


def store_account(database: Database, who: Principal) -> None:
    """Store an account that is older than whatever is asked for, so that it may agree to it."""
    with database.writing() as session:
        made_at = AT - timedelta(days=30)
        session.add(Staff(id=who.id, login=who.id, name=who.name, roles=set(who.roles), created_at=made_at))


def new_leader(database: Database, login: str = "chen") -> str:
    """Make a leader's account and return its id."""
    with database.writing() as session:
        return accounts.create_with_password(session, AT, (login, "陈领导", "leader"), PASSWORD_HASH).id


def withdraw(database: Database, round_id: str) -> None:
    """Withdraw the first release of a result."""
    with database.writing() as session:
        release = reads.ledger_of(session, round_id)[0]
        service.withdraw(Acting(session, AT, ZHANG), round_id, release.id, "范围有误")


def result_for(session: Session, round_id: str, viewer: Viewer = READER) -> Published:
    """Return the result as a viewer sees it at the time of these tests."""
    return reads.published(session, round_id, viewer, AT)


def bands_for(session: Session, round_id: str, viewer: Viewer = reads.ANYONE) -> PublishedBands:
    """Return the result in bands as the wider circle sees it."""
    return reads.published_bands(session, round_id, viewer, AT)


def log_in(client: TestClient, database: Database, role: str, login: str = "") -> TestClient:
    """Give the browser a log-in of a new account with the role."""
    fields = (login or role, {"organiser": "张三", "leader": "赵六"}.get(role, role), role)
    with database.writing() as session:
        accounts.create_with_password(session, AT, fields, PASSWORD_HASH)
    token = form_token(client, "/login")
    answer = client.post("/login", data={"login": fields[0], "password": PASSWORD, "form_token": token})
    assert answer.status_code == 303
    return client


def form_token(client: TestClient, path: str) -> str:
    """Return the form token on a page."""
    text: str = client.get(path).text
    return text.split('name="form_token" value="')[1].split('"', maxsplit=1)[0]


def put_marks(database: Database, round_id: str, marks: bytes) -> None:
    """Put these marks into the one stack of a round of one object, one group and one item."""
    with database.writing() as session:
        session.execute(sa.update(Stack).where(Stack.round_id == round_id).values(marks=marks))
