"""The fixed cast: 张三 and 钱二 organise, 李四 and 王五 hold keys, 赵六 leads, 孙七 audits; and a campaign for them."""

import re
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from argon2 import PasswordHasher
from httpx import Response
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.accounts.models import Staff, StaffSession
from app.accounts.service import token_hash
from app.accounts.sessions import cookie_value
from app.box.played import play_holders
from app.campaigns import reads as campaigns
from app.campaigns import scheme_service
from app.campaigns import service as campaign_service
from app.campaigns.rules import GroupRow
from app.core.acting import Acting, Principal
from app.core.db import Database, DeskSession
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import new_token
from app.rounds import service as rounds
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import RoundDraft
from app.slips import service as slips
from app.web.forms import TOKEN_FIELD, form_token

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PASSWORD = "Right-Horse-7"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""For tests in which passwords are not the subject."""
PASSWORD_HASH = CHEAP.hash(PASSWORD)
PEOPLE = {
    "zhangsan": ("张三", "organiser"),
    "qianer": ("钱二", "organiser"),
    "lisi": ("李四", "scrutineer"),
    "wangwu": ("王五", "scrutineer"),
    "zhaoliu": ("赵六", "leader"),
    "sunqi": ("孙七", "auditor"),
    "wujiu": ("吴九", "liaison"),
    "zhengshi": ("郑十", "supervisor"),
}
UNITS = ("县文化馆", "县图书馆", "县博物馆")
GROUPS = {"党代表": 8, "群众代表": 7}


def refuses(code: str) -> "pytest.RaisesExc[DomainError]":
    """Expect a DomainError of this code."""
    return pytest.raises(DomainError, match=rf"^{code}$")


def committed(session: Session) -> None:
    """End the transaction and do what waits for its end, as leaving its block does; the session can be used further."""
    assert isinstance(session, DeskSession)
    session.commit()
    acts = list(session.afterwards)
    session.afterwards.clear()
    for act in acts:
        act()
    session.expire_all()


def make_cast(session: Session) -> dict[str, Principal]:
    """Add everyone, with a password that is cheap to check; return them by log-in name."""
    cast = {}
    for login, (name, role) in PEOPLE.items():
        session.add(
            Staff(
                id=f"id{login}",
                login=login,
                name=name,
                roles=set(role.split()),
                password_hash=PASSWORD_HASH,
                disabled=False,
                created_at=MORNING,
            )
        )
        cast[login] = Principal(f"id{login}", name, role)
    session.flush()
    return cast


def make_campaign(session: Session, organiser: Principal, *, two_person: bool = True) -> str:
    """Make a campaign of three units and two voter groups."""
    campaign_id = campaign_service.create_campaign(session, MORNING, organiser, "群众满意度测评", "某县文化局")
    campaign_service.add_units(session, MORNING, organiser, campaign_id, UNITS)
    rows = [GroupRow("", name, expected) for name, expected in GROUPS.items()]
    campaign_service.save_groups(session, MORNING, organiser, campaign_id, rows)
    session.flush()
    if not two_person:
        scheme = campaigns.get_campaign(session, campaign_id).scheme
        scheme_service.set_scheme(session, MORNING, organiser, campaign_id, scheme, two_person=False)
    return campaign_id


def make_draft(acting: Acting, *, two_person: bool = True, draft: RoundDraft | None = None) -> str:
    """Make a campaign with a draft round, one key slip, and return the round's id."""
    campaign_id = make_campaign(acting.session, acting.actor, two_person=two_person)
    chosen = draft or RoundDraft("第一轮", "t2", remarks=True, key_needed=1, key_holders=1)
    return rounds.create_round(acting, campaign_id, chosen)


def make_ready(acting: Acting, *, two_person: bool = True, draft: RoundDraft | None = None) -> str:
    """Make a campaign with a frozen round and return the round's id."""
    round_id = make_draft(acting, two_person=two_person, draft=draft)
    rounds.freeze(acting, round_id)
    return round_id


def prepare(acting: Acting, folder: KeyFolder, round_id: str) -> tuple[list[str], dict[str, list[str]]]:
    """Do all that has to be done before a frozen round opens; return the holders' words, and the codes by group id."""
    paper, _ = frozen_paper(acting.session, round_id)
    row = get_round(acting.session, round_id)
    codes = slips.issue(acting, folder, round_id, {group.id: group.expected for group in paper.groups})
    holders = [f"持有人{number}" for number in range(1, row.key_holders + 1)]
    return play_holders(acting, folder, round_id, holders), codes


def make_prepared(database: Database) -> str:
    """Make the cast, and a campaign with a frozen round that has its slips and its key; return the round's id."""
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        round_id = make_ready(acting)
        prepare(acting, database.keys, round_id)
    return round_id


def asks_for_proof(answer: Response) -> bool:
    """Whether this is the page that asks for the password before it goes on with a form."""
    return answer.status_code == HTTPStatus.FORBIDDEN and 'name="proof_password"' in answer.text


CARRIES_SEEN = (
    r"(?P<page>/rounds/\w+)/(schedule|wifi)|(?P<slips>/rounds/\w+/slips)/counts|/rounds/\w+/(edit|composite)|/staff/\w+/role"
    r"|/offices/\w+/(edit|units/(?!add$)\w+)|/campaigns/\w+/(edit|units|liaisons|groups|groups/\w+|scheme|composite|forms/\w+)"
)
"""Forms that bring back a digest of what was stored, on their own page or the one that is named."""


class Desk:
    """A browser in which one of the cast is logged in."""

    def __init__(
        self,
        client: TestClient,
        database: Database,
        folder: KeyFolder,
        login: str = "",
        now: datetime = MORNING,
    ) -> None:
        self.client = client
        self._owner, self._secret = "anyone", folder.form_secret()
        if login:
            token = new_token()
            self._owner = token_hash(token)
            with database.writing() as session:
                session.add(
                    StaffSession(
                        token_hash=self._owner,
                        staff_id=f"id{login}",
                        created_at=now,
                        expires_at=now + timedelta(hours=12),
                        proved_at=now,
                    )
                )
            client.cookies.set("manyidu", cookie_value(self._secret, token, now))

    def at(self, client: TestClient) -> "Desk":
        """Return the same browser at another address of the service."""
        other = copy(self)
        other.client = client
        client.cookies.update(self.client.cookies)
        return other

    @property
    def form_token(self) -> str:
        """What every form of this browser carries."""
        return form_token(self._secret, self._owner)

    def get(self, path: str) -> Response:
        """Ask for a page."""
        response: Response = self.client.get(path)
        return response

    def post(self, path: str, **fields: str | list[str]) -> Response:
        """Send a form of ours as its page carries it, with the password where it is asked for again."""
        if "seen" not in fields and (seen := self._seen(path)):
            fields["seen"] = seen
        answer = self.post_once(path, **fields)
        return self.post_once(path, **fields, proof_password=PASSWORD) if asks_for_proof(answer) else answer

    def _seen(self, path: str) -> str:
        """Return the digest that the form of this path brings back, of those that bring one."""
        if not (found := re.fullmatch(CARRIES_SEEN, path)):
            return ""
        page = found["page"] or found["slips"] or path
        shape = rf'action="{re.escape(path)}".*?name="seen" value="([^"]+)"'
        carried = re.search(shape, self.get(page).text, re.DOTALL)
        return carried[1] if carried else ""

    def post_once(self, path: str, **fields: str | list[str]) -> Response:
        """Send a form of ours as it is."""
        response: Response = self.client.post(path, data={TOKEN_FIELD: self.form_token, **fields})
        return response


Desks = Callable[[str], Desk]
"""Log one of the cast in, each in a browser of his own."""
