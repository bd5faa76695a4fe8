"""What would fail in the hall, said before the freeze: on the round's page and by ``manyidu check``, from one place.

None of it hinders the next step, but for a box that one person could open: a person at his own computer may know
better.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from app.accounts import factors
from app.accounts.people import able_to_log_in
from app.campaigns.reads import office_of
from app.core.acting import Principal
from app.core.chinese import CHINA
from app.core.errors import Ours
from app.core.last_backup import LastBackup, last_backup
from app.core.settings import Settings, is_loopback
from app.inbox import mail
from app.rounds.approvals import AGREE
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import RoundView, frozen_paper
from app.rounds.service import draft_paper
from app.rounds.steps import Step
from app.web.forms import MAX_FIELDS

BACKUP_AGE = timedelta(days=7)
LEAST_FREE = 1024**3
"""Bytes that should be free where the data lies: a large round's box, its backup and the working copies of both."""
OTHER_FIELDS = 100
"""Room for what a form carries beside marks and remarks."""
SPOKEN_OF = frozenset({RoundState.DRAFT, RoundState.READY})


@dataclass(frozen=True, slots=True)
class Hall:
    """What the checklist knows of the installation; ``free``: bytes left beside the data."""

    base_url: str
    organiser_totp: bool
    free: int
    now: datetime
    sends_mail: bool = True
    mail_answers: bool = True
    backup: LastBackup | None = None


def hall_of(settings: Settings, now: datetime, *, asks_mail: bool = False) -> Hall:
    """Return the installation as it is now; with ``asks_mail`` the mail server is asked, which may take seconds."""
    mail_answers = not (asks_mail and settings.sends_mail) or mail.answers(settings)
    known = settings.sends_mail, mail_answers, last_backup(settings.data)
    return Hall(settings.base_url, settings.organiser_totp, _free(settings.data), now, *known)


def _free(data: Path) -> int:
    return shutil.disk_usage(data).free if data.exists() else LEAST_FREE


def hall_steps(session: Session, row: RoundView, hall: Hall) -> list[Step]:
    """Return what would fail in the hall and has still time to be mended; nothing once voting began."""
    if row.state not in SPOKEN_OF:
        return []
    paper = frozen_paper(session, row.id)[0] if row.paper_hash else draft_paper(session, row)
    able = able_to_log_in(session, AGREE, office_of(session, row.campaign_id))
    people = [] if row.is_rehearsal else _people(session, row, paper, able, hall)
    return [
        *people,
        *_address(row, hall),
        *_times(row, hall),
        plain_phones(paper, f"/campaigns/{row.campaign_id}"),
        *_machine(hall),
    ]


def _people(session: Session, row: RoundView, paper: Paper, able: Sequence[Principal], hall: Hall) -> Iterable[Step]:
    organisers = [one for one in able if AGREE[0] in one.roles]
    if paper.two_person:
        label = "至少两个能登录的账号（组织者或监票人）：截止、公布等事项须由另一人同意"
        yield Step("second", label, len(able) > 1, "/staff", needed=False)
    href = "" if row.paper_hash else f"/rounds/{row.id}/edit"
    label = "开箱钥匙由两人以上分持（1 份中的 1 份只供演示和演练：持钥匙的一个人就能开箱）"
    yield Step("one_holder", label, paper.key_holders > 1, href, needed=bool(href))
    label, enough = "能登录的持钥匙账号不少于钥匙份数", len(able) >= paper.key_holders
    yield Step("holders_able", label, enough, "/staff", (f"{len(able)}/{paper.key_holders}",), needed=False)
    if hall.organiser_totp:
        bare = [one.name for one in organisers if not factors.is_on(session, one.id)]
        yield Step("factors", "组织者都已开通动态码", not bare, "/account", tuple(bare), needed=False)


def _address(row: RoundView, hall: Hall) -> Iterable[Step]:
    href = f"/rounds/{row.id}/slips" if row.paper_hash else f"/rounds/{row.id}/edit"
    here = is_loopback(hall.base_url)
    label = "票上印的地址手机打得开（由管理员设置 MANYIDU_BASE_URL）"
    yield Step("address", label, not here, href, (f"{hall.base_url}/v",), needed=False)
    if not here:
        label = "票上印的地址是加密的（https）"
        is_safe = urlsplit(hall.base_url).scheme == "https"
        yield Step("address_https", label, is_safe, href, (f"{hall.base_url}/v",), needed=False)


def _times(row: RoundView, hall: Hall) -> Iterable[Step]:
    gone = [moment for moment in (row.opens_at, row.closes_at) if moment and moment <= hall.now]
    if row.opens_at or row.closes_at:
        href = f"/rounds/{row.id}" if row.paper_hash else f"/rounds/{row.id}/edit"
        yield Step("times", "计划的开始和截止时间还没有过去", not gone, href, needed=False)


def plain_phones(paper: Paper, href: str) -> Step:
    """Say whether a phone without scripts can send the paper: each mark and each remark is a field of its own.

    Points are typed into a field beside that of what may be marked in their place.
    """
    fields = OTHER_FIELDS
    for one in paper.sections:
        fields += len(one.units) * (sum(2 if item.score else 1 for item in one.items) + paper.remarks)
    label = "不运行脚本的手机也投得了（单位数乘项目数，打分的项目算两个，加上逐个单位写的意见，不超过 13900）"
    return Step("plain_phones", label, fields <= MAX_FIELDS, href, (str(fields - OTHER_FIELDS),), needed=False)


def _machine(hall: Hall) -> Iterable[Step]:
    """Yield what the administrator sees to: room, mail, backups."""
    free = (f"{hall.free // 1024**2} MB",)
    label = "服务器磁盘剩余空间不少于 1 GB（请管理员清理）"
    yield Step("disk", label, hall.free >= LEAST_FREE, "", free, needed=False)
    label = "邮件提醒已开通（没有开通时，要办的事只进收件箱，不发邮件）"
    yield Step("mail", label, hall.sends_mail, "", needed=False)
    if hall.sends_mail:
        label = "邮件服务器有应答（没有应答时，提醒留在收件箱，连上后再发邮件）"
        yield Step("mail_answers", label, hall.mail_answers, "", needed=False)
    made, label = hall.backup, "最近七天做过备份（由管理员运行 manyidu backup）"
    day = (Ours.filled("%(day)s", day=made.made_at.astimezone(CHINA).date()),) if made else ()
    is_fresh = made is not None and hall.now - made.made_at <= BACKUP_AGE
    yield Step("backup", label, is_fresh, "", day, needed=False)
    if made is not None:
        yield Step("backup_place", "上次备份的位置现在可以写", made.is_writable, "", needed=False)
