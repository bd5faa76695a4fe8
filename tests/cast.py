"""The fixed cast: 张三 and 钱二 organise, 李四 and 王五 hold keys, 赵六 leads, 孙七 audits; and a campaign for them."""

from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.campaigns import reads as campaigns
from app.campaigns import scheme_service
from app.campaigns import service as campaign_service
from app.campaigns.rules import GroupRow
from app.rounds import service as rounds
from app.rounds.ports import Acting
from app.rounds.service import RoundDraft
from app.web.auth import Principal

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PASSWORD = "Right-Horse-7"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
PEOPLE = {
    "zhangsan": ("张三", "organiser"),
    "qianer": ("钱二", "organiser"),
    "lisi": ("李四", "scrutineer"),
    "wangwu": ("王五", "scrutineer"),
    "zhaoliu": ("赵六", "leader"),
    "sunqi": ("孙七", "auditor"),
}
UNITS = ("县文化馆", "县图书馆", "县博物馆")
GROUPS = {"党代表": 8, "群众代表": 7}


def make_cast(session: Session) -> dict[str, Principal]:
    """Add everyone, with a password that is cheap to check; return them by log-in name."""
    cast = {}
    for login, (name, role) in PEOPLE.items():
        session.add(
            Staff(
                id=f"id{login}",
                login=login,
                name=name,
                role=role,
                password_hash=PASSWORD_HASH,
                failures=0,
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
