"""Optional mail: says that something waits and where, never what; sent after the commit, tried again when it fails."""

import logging
import smtplib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.holding import hold_nothing
from app.core.secrets import new_id
from app.core.settings import MailSecurity, Settings
from app.inbox.models import InboxItem, StaffMail

LOG = logging.getLogger("manyidu")
TIMEOUT_S = 10.0
ASKING_SECONDS = 3.0
_DONE = 250
MAILS_A_RUN = 300
"""More wait for the next run, so that a slow server cannot keep one going for hours."""
SUBJECT = "满意度测评：有提醒等您处理"
BODY = """{name}：

收件箱中有新的提醒，请登录后查看并办理：
{link}

本邮件由系统自动发出，不含具体内容，请勿回复。
"""
InOffice = Callable[[Session], Mapping[str, str]]
"""Reads the names of all who can log in, by id: accounts know them."""
_REFUSED_ONE = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
_AT_WORK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One mail to be sent: for all that somebody has neither read nor been told of by mail."""

    name: str
    address: str
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """How many mails left, and how many did not."""

    sent: int = 0
    failed: int = 0


def send_waiting(
    database: Database, settings: Settings, now: datetime, in_office: InOffice, timeout: float = TIMEOUT_S
) -> Sent:
    """Mail everybody for whom something waits. Never raises because of a mail server; what failed stays to be sent."""
    if not settings.sends_mail or not _AT_WORK.acquire(blocking=False):
        return Sent()
    try:
        waiting = waiting_mail(database, in_office)[:MAILS_A_RUN]
        return _send(database, settings, now, waiting, timeout) if waiting else Sent()
    finally:
        _AT_WORK.release()


def answers(settings: Settings, patience: float = ASKING_SECONDS) -> bool:
    """Whether the mail server answers now and takes our log-in; nothing is sent."""
    hold_nothing("asking the mail server")
    try:
        with _connection(settings, patience) as connection:
            return connection.noop()[0] == _DONE
    except (OSError, smtplib.SMTPException, ValueError):
        return False


def waiting_mail(database: Database, in_office: InOffice) -> list[Waiting]:
    """Return who is to be mailed: in office, with an address, and with unread items no mail was sent for."""
    query = (
        select(InboxItem.staff_id, StaffMail.address, InboxItem.id)
        .join(StaffMail, StaffMail.staff_id == InboxItem.staff_id)
        .where(InboxItem.read_at.is_(None), InboxItem.mailed_at.is_(None))
        .order_by(InboxItem.staff_id, InboxItem.id)
    )
    found: dict[tuple[str, str], list[str]] = {}
    with database.reading() as session:
        names = in_office(session)
        for staff_id, address, item_id in session.execute(query):
            found.setdefault((staff_id, address), []).append(item_id)
    return [Waiting(names[key[0]], key[1], tuple(ids)) for key, ids in found.items() if key[0] in names]


def _send(database: Database, settings: Settings, now: datetime, waiting: Sequence[Waiting], timeout: float) -> Sent:
    sent = 0
    try:
        with _connection(settings, timeout) as connection:
            for mail in waiting:
                if _is_taken(connection, _message(settings, now, mail)):
                    _note_mailed(database, now, mail)
                    sent += 1
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # The kind of error only: its text may hold an address or what the server thinks of the password.
        LOG.warning("mail: stopped by %s, the rest is tried again with the next run", type(error).__name__)
    return Sent(sent, len(waiting) - sent)


@contextmanager
def _connection(settings: Settings, timeout: float) -> Iterator[smtplib.SMTP]:
    # A name is given, because looking up this machine's own could take minutes and would tell it to the server.
    name = urlsplit(settings.base_url).hostname or "localhost"
    place = (settings.smtp_host, settings.smtp_port, name)
    if settings.smtp_security == MailSecurity.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=timeout, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(*place, timeout=timeout)
    try:
        if settings.smtp_security == MailSecurity.STARTTLS:
            connection.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            connection.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        yield connection
    finally:
        connection.close()


def _is_taken(connection: smtplib.SMTP, message: EmailMessage) -> bool:
    try:
        connection.send_message(message)
    except _REFUSED_ONE as error:
        LOG.warning("mail: one was refused (%s), it is tried again with the next run", type(error).__name__)
        return False
    return True


def _message(settings: Settings, now: datetime, mail: Waiting) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = SUBJECT
    message["From"] = settings.smtp_from
    message["To"] = mail.address
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{new_id()}@{settings.smtp_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    link = f"{settings.desk_address}/inbox"
    message.set_content(BODY.format(name=mail.name, link=link), charset="utf-8", cte="base64")
    return message


def _note_mailed(database: Database, now: datetime, mail: Waiting) -> None:
    with database.writing() as session:
        session.execute(update(InboxItem).where(InboxItem.id.in_(mail.item_ids)).values(mailed_at=now))
