"""What would fail in the hall, said before the freeze: on the round's page and by ``manyidu check``, from one place.

None of it hinders the next step: a person at his own computer may know better.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.accounts import factors
from app.accounts.service import able_to_log_in
from app.core.acting import Principal
from app.core.settings import Settings, is_loopback
from app.rounds.approvals import AGREE
from app.rounds.domain import Paper, RoundState, Step
from app.rounds.reads import RoundView, frozen_paper
from app.rounds.service import draft_paper

LEAST_FREE = 1024**3
"""Bytes that should be free where the data lies: a large round's box, its backup and the working copies of both."""
SPOKEN_OF = frozenset({RoundState.DRAFT, RoundState.READY})


@dataclass(frozen=True, slots=True)
class Hall:
    """What the checklist knows of the installation; ``free``: bytes left beside the data."""

    base_url: str
    organiser_totp: bool
    free: int
    now: datetime


def hall_of(settings: Settings, now: datetime) -> Hall:
    """Return the installation as it is now."""
    return Hall(settings.base_url, settings.organiser_totp, _free(settings.data), now)


def _free(data: Path) -> int:
    return shutil.disk_usage(data).free if data.exists() else LEAST_FREE


def hall_steps(session: Session, row: RoundView, hall: Hall) -> list[Step]:
    """Return what would fail in the hall and has still time to be mended; nothing once voting began."""
    if row.state not in SPOKEN_OF:
        return []
    paper = frozen_paper(session, row.id)[0] if row.paper_hash else draft_paper(session, row)
    able = able_to_log_in(session, AGREE)
    people = [] if row.is_rehearsal else _people(session, paper, able, hall)
    return [*people, *_address(row, hall), *_times(row, hall), _disk(hall)]


def _people(session: Session, paper: Paper, able: Sequence[Principal], hall: Hall) -> Iterable[Step]:
    organisers = [one for one in able if one.role == AGREE[0]]
    if paper.two_person:
        label = "至少两个能登录的账号（组织者或监票人）：截止、公布等事项须由另一人同意"
        yield Step("second", label, len(able) > 1, "/staff", needed=False)
    label, enough = "能登录的持钥匙账号不少于钥匙份数", len(able) >= paper.key_holders
    yield Step("holders_able", label, enough, "/staff", f"{len(able)}/{paper.key_holders}", needed=False)
    if hall.organiser_totp:
        bare = [one.name for one in organisers if not factors.is_on(session, one.id)]
        yield Step("factors", "组织者都已开通动态码", not bare, "/account", "、".join(bare), needed=False)


def _address(row: RoundView, hall: Hall) -> Iterable[Step]:
    href = f"/rounds/{row.id}/slips" if row.paper_hash else f"/rounds/{row.id}/edit"
    here = is_loopback(hall.base_url)
    label = "票上印的地址手机打得开（由管理员设置 MANYIDU_BASE_URL）"
    yield Step("address", label, not here, href, f"{hall.base_url}/v", needed=False)
    if not here:
        label = "票上印的地址是加密的（https）"
        is_safe = urlsplit(hall.base_url).scheme == "https"
        yield Step("address_https", label, is_safe, href, f"{hall.base_url}/v", needed=False)


def _times(row: RoundView, hall: Hall) -> Iterable[Step]:
    gone = [moment for moment in (row.opens_at, row.closes_at) if moment and moment <= hall.now]
    if row.opens_at or row.closes_at:
        href = f"/rounds/{row.id}" if row.paper_hash else f"/rounds/{row.id}/edit"
        yield Step("times", "计划的开始和截止时间还没有过去", not gone, href, needed=False)


def _disk(hall: Hall) -> Step:
    detail = f"{hall.free // 1024**2} MB"
    label = "服务器磁盘剩余空间不少于 1 GB（请管理员清理）"
    return Step("disk", label, hall.free >= LEAST_FREE, "", detail, needed=False)
