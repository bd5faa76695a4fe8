"""An installation with one round in every state, each led there by the product's own services."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from starlette.testclient import TestClient

from app.accounts import service as accounts
from app.accounts.models import Staff, StaffUnit
from app.archive import service as archive
from app.audit.models import AuditEntry
from app.box.drop import drop
from app.box.opening import Attempt, Progress, open_box
from app.campaigns.domain import Objects
from app.campaigns.section_service import SectionEdit, add_section
from app.core.acting import Acting, Principal
from app.core.db import Base, Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS, build_api, wrap
from app.office.workshop import Workshop
from app.operations.opening_room import opening_room
from app.publication import service as publication
from app.rounds import service as rounds
from app.rounds.approvals import ask_or_act
from app.rounds.domain import RoundState
from app.rounds.reads import frozen_paper, waiting_approvals
from app.slips import reads as slips
from tests.box.boxes import make_ballots, seal_votes, unlocked
from tests.cast import MORNING, Desk, make_cast, make_draft, prepare
from tests.conftest import BASE_URL, TestClock, another_client
from tests.security.furnished import Furnished, furnish

ORDER = (
    RoundState.READY, RoundState.OPEN, RoundState.SEALED, RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED,
)  # fmt: skip
LOGINS = {
    "organiser": "zhangsan",
    "scrutineer": "lisi",
    "leader": "zhaoliu",
    "auditor": "sunqi",
    "liaison": "wujiu",
    "supervisor": "zhengshi",
    "sysadmin": "zhushi",
    "secadmin": "qinshi",
}
ADMINISTRATORS = {"zhushi": "sysadmin", "qinshi": "secadmin"}
"""Two of the three roles, beside the cast."""
JOINED = {
    "zhangdu": "organiser supervisor",
    "zhengling": "supervisor leader",
    "liliang": "scrutineer liaison",
}
"""An account for every pair of roles that may be joined, by log-in name."""


@dataclass
class World:
    """The installation, its browsers by role ("nobody" has no log-in), and what stands in its addresses."""

    database: Database
    folder: KeyFolder
    settings: Settings
    api: Any
    desks: dict[str, Desk]
    joined: dict[str, Desk] = field(default_factory=dict)
    """Browsers of those who have two roles, by their roles."""
    rounds: dict[RoundState, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    approvals: dict[RoundState, str] = field(default_factory=dict)
    batches: dict[RoundState, str] = field(default_factory=dict)
    codes: dict[RoundState, Mapping[str, list[str]]] = field(default_factory=dict)
    furnished: Furnished | None = None
    """What hangs on an order here, where an installation is furnished."""
    thorough: bool = False
    """Whether everything is tried here (``make test-all``), or what is refused alike is shared out."""

    def dump(self) -> dict[str, list[str]]:
        """Return every row of every table, and the names of the key folder's files with their times."""
        with self.database.reading() as session:
            # That a result was read is what reading may write (SEC-40), and which file is being made for its reader.
            kept = {"audit_entry": AuditEntry.action != "result.read", "result_read": sa.false(), "job": sa.false()}
            rows = {
                table.name: sorted(
                    repr(tuple(row)) for row in session.execute(sa.select(table).where(kept.get(table.name, sa.true())))
                )
                for table in Base.metadata.sorted_tables
            }
        files = sorted(f"{path.name} {path.stat().st_mtime_ns}" for path in self.folder.path.iterdir())
        return {**rows, "key folder": files}

    def draws(self, *what: object) -> bool:
        """Whether something is tried on this kind of database, of what is tried on one of the two."""
        kind = ("sqlite", "postgresql").index(self.database.engine.dialect.name)
        return self.thorough or crc32(" ".join(map(str, what)).encode()) % 2 == kind

    def address(self, path: str, state: RoundState) -> str:
        """Fill a route's path in for the round in this state; KeyError where a parameter is not known here."""
        values = {
            **self.places,
            "round_id": self.rounds[state],
            "batch_id": self.batches.get(state, "nobatch"),
            "approval_id": self.approvals.get(state, "noapproval"),
            "restored_id": "norestore",
            "section": "main",
            "target": self.places["unit_id"],
        }
        return path.format_map(values)


def _vote(world: World, round_id: str, codes: Mapping[str, list[str]]) -> None:
    with world.database.reading() as session:
        paper, _ = frozen_paper(session, round_id)
    ballots = make_ballots(paper, {group.id: group.expected - 1 for group in paper.groups})
    votes = list(seal_votes(world.database, world.folder, paper, ballots, codes))
    assert set(drop(world.database, world.folder, votes, MORNING)) == {""}


def _open_box(world: World, actor: Principal, round_id: str, shares: list[str]) -> None:
    key = unlocked(world.database, world.folder, shares, round_id)
    room = opening_room(world.database, world.folder, lambda: MORNING)
    open_box(room, Attempt(round_id, key, actor, ("张三", "李四"), (1,)), Progress())


def make_round(world: World, actor: Principal, until: RoundState) -> str:
    """Lead a round of its own campaign to the state ``until``."""
    with world.database.writing() as session:
        acting = Acting(session, MORNING, actor)
        round_id = make_draft(acting)
        shares: list[str] = []
        if until in ORDER:
            rounds.freeze(acting, round_id)
            shares, world.codes[until] = prepare(acting, world.folder, round_id)
        if until is RoundState.VOID:
            rounds.void_round(acting, round_id, {"reason": "名单有误"})
    for state in ORDER[1 : ORDER.index(until) + 1] if until in ORDER else ():
        if state is RoundState.COUNTED:
            _open_box(world, actor, round_id, shares)
        else:
            _step(world, actor, round_id, state)
        if state is RoundState.OPEN:
            _vote(world, round_id, world.codes[until])
    return round_id


def _step(world: World, actor: Principal, round_id: str, state: RoundState) -> None:
    with world.database.writing() as session:
        acting = Acting(session, MORNING, actor)
        if state is RoundState.OPEN:
            rounds.open_round(acting, world.folder, PORTS, round_id)
        elif state is RoundState.SEALED:
            rounds.close_round(acting, round_id, {})
        elif state is RoundState.PUBLISHED:
            publication.publish(acting, round_id, {"scope": "leaders"})
            publication.publish(acting, round_id, {"scope": "unit"})
            publication.publish(acting, round_id, {"scope": "public"})
        elif state is RoundState.ARCHIVED:
            archive.note_package(acting, round_id, archive.version_to_pack(session, MORNING, round_id))
            archive.archive(acting, world.folder, PORTS, round_id)


def _note_places(world: World, state: RoundState, round_id: str) -> None:
    with world.database.reading() as session:
        batches = slips.batches(session, round_id)
        if batches:
            world.batches[state] = batches[0].id
        waiting = waiting_approvals(session, round_id)
        if waiting:
            world.approvals[state] = waiting[0].id


def _ask(world: World, actor: Principal, state: RoundState, act: str, request: Mapping[str, str]) -> None:
    with world.database.writing() as session:
        assert not ask_or_act(Acting(session, MORNING, actor), PORTS, world.rounds[state], act, request)


def populate(world: World, people: Mapping[str, Principal]) -> None:
    """Make one round per state, with approvals that wait, and note what stands in addresses."""
    actor = people["zhangsan"]
    for state in RoundState:
        world.rounds[state] = make_round(world, actor, state)
    _ask(world, people["qianer"], RoundState.OPEN, "void", {"reason": "名单有误"})
    _ask(world, people["qianer"], RoundState.COUNTED, "publish", {"scope": "leaders"})
    for state, round_id in world.rounds.items():
        _note_places(world, state, round_id)
    with world.database.writing() as session:
        token = accounts.create_account(session, MORNING, actor, ("zhouba", "周八", "leader"))
        row = rounds.locked_round(session, world.rounds[RoundState.PUBLISHED])
        paper, _ = frozen_paper(session, row.id)
        liaisons = session.scalars(sa.select(Staff.id).where(Staff.role_rows.any(role="liaison"))).all()
        for state in (RoundState.PUBLISHED, RoundState.ARCHIVED):
            own, _ = frozen_paper(session, world.rounds[state])
            for unit in own.units:
                session.add_all(StaffUnit(staff_id=staff_id, unit_id=unit.id) for staff_id in liaisons)
        edit = SectionEdit("科室人员", Objects.PERSON, "t2")
        section_id = add_section(Acting(session, MORNING, actor), row.campaign_id, edit)
    world.places = {
        "form": "svg",
        "campaign_id": row.campaign_id, "unit_id": paper.units[1].id, "group_id": paper.groups[1].id, "key": "t2",
        "section_id": section_id,
        "version": "1", "release_id": "norelease", "order_id": "noorder", "action_id": "noaction",
        "plan_id": "noplan", "issue_id": "noissue", "event": "complete",
        "extension_id": "noextension", "file_id": "nofile", "public_id": "nopublic",
        "notice_id": "nonotice", "token_id": "notoken", "consent_id": "noconsent", "job_id": "nojob",
        "office_id": "root", "registered_id": "noregistered",
        "step": "study", "staff_id": people["wangwu"].id, "token": token, "place": "0", "item": "overall",
        "kind": "survey_report", "path": "css/desk.css",
    }  # fmt: skip


STANDING = ("rounds", "places", "approvals", "batches", "codes")


@dataclass(frozen=True, slots=True)
class Made:
    """An installation that lies there to be copied: its folder, its database, and what stands in its addresses."""

    data: Path
    url: str
    known: Mapping[str, Any]


def populated(url: str, data: Path) -> Made:
    """Make everybody and a round in every state at a migrated database; nothing hangs on to it afterwards."""
    folder = KeyFolder(data / "keys")
    database = Database(make_engine(url, 5), folder)
    with database.writing() as session:
        people = make_cast(session)
        for login, roles in {**ADMINISTRATORS, **JOINED}.items():
            account = Staff(id=f"id{login}", login=login, name=login, created_at=MORNING)
            account.roles = set(roles.split())
            session.add(account)
    world = World(database, folder, settings_of(url, data), None, {})
    populate(world, people)
    database.engine.dispose()
    return Made(data, url, {name: getattr(world, name) for name in STANDING})


def furnished(url: str, data: Path, made: Made) -> Made:
    """Furnish a copy of what was made."""
    database = Database(make_engine(url, 5), KeyFolder(data / "keys"))
    found = furnish(database, data)
    database.engine.dispose()
    return Made(data, url, {**made.known, "furnished": found})


def settings_of(url: str, data: Path) -> Settings:
    """Return the settings of an installation there."""
    return Settings(data=data, MANYIDU_DATABASE_URL=url, base_url=BASE_URL, pool_size=5)


@contextmanager
def enter_world(url: str, data: Path, workshop: Workshop, made: Made) -> Iterator[World]:
    """Yield the installation at a copy of what was made, with everybody at his browser."""
    settings, folder = settings_of(url, data), KeyFolder(data / "keys")
    database = Database(make_engine(url, 5), folder)
    api = build_api(settings, TestClock(), workshop=workshop)
    app = wrap(api, settings)
    with TestClient(app, base_url=BASE_URL, follow_redirects=False) as first:
        desks = {
            role: Desk(another_client(first), database, folder, login)
            for role, login in {"nobody": "", **LOGINS}.items()
        }
        joined = {roles: Desk(another_client(first), database, folder, login) for login, roles in JOINED.items()}
        yield World(database, folder, settings, api, desks, joined, **deepcopy(made.known))
    database.engine.dispose()
