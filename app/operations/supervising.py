"""The daily run from cron or systemd: notices first, in a transaction of their own, then mail."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from app.accounts.service import in_office
from app.audit.service import SYSTEM
from app.core.chinese import CHINA
from app.core.settings import Settings
from app.inbox.mail import send_waiting
from app.operations.server import open_database
from app.rectification.ledger.attachments import sweep
from app.rectification.ledger.deadlines import run_daily, watched, years_unknown
from app.rectification.rules.supervision import Level, Notice

NAMES = {Level.BLUE: "蓝色", Level.YELLOW: "黄色", Level.RED: "红色"}


def _daily(session: Session, data: Path, now: datetime) -> tuple[Sequence[Notice], Sequence[int]]:
    issued = run_daily(session, now)
    sweep(session, data, now)
    return issued, years_unknown(session, watched(session, SYSTEM), now.astimezone(CHINA).date())


def supervise(settings: Settings, now: datetime) -> str:
    """Issue what is due, mail what waits, delete stray files; return counts and years without holidays in words."""
    with open_database(settings) as database:
        issued, unknown = database.acted(partial(_daily, data=settings.data, now=now))
        mail = send_waiting(database, settings, now, in_office)
    counts = Counter(notice.level for notice in issued)
    words = "，".join(f"{name} {counts[level]} 份" for level, name in NAMES.items())
    mailed = f"邮件发出 {mail.sent} 封，未发出 {mail.failed} 封" if settings.sends_mail else "邮件提醒没有开通"
    warned = [f"注意：{year} 年的调休安排还没有登记，按工作日计算的期限可能不准" for year in unknown]
    return "；".join((f"新发督办单：{words}", mailed, *warned))
