"""The inbox of a member of staff: notices that wait for him, and where he wants mail about them."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import TOLD, Acting, Principal
from app.core.db import locked
from app.core.errors import DomainError
from app.core.lists import ANYTHING, Listed, Wish, cut
from app.core.secrets import new_id
from app.inbox.models import InboxItem, StaffMail

UNREAD = "unread"
"""The state by which the list of items is narrowed."""
ADDRESS_LENGTH = 254
_NAME = r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"(?=.{{1,64}}@){_NAME}@(?:{_LABEL}\.)+{_LABEL}", re.ASCII)
"""The plain form that every server takes: no quotes, comments, spaces, line ends or signs beyond ASCII."""


def tell(session: Session, now: datetime, staff_ids: Iterable[str], text: str, href: str, consent_id: str = "") -> None:
    """Put a message into the inboxes of these people; ``consent_id`` names the request they are asked to answer."""
    fields = {"text": text, "href": href, "at": now, "consent_id": consent_id or None}
    for staff_id in staff_ids:
        session.add(InboxItem(id=new_id(), staff_id=staff_id, **fields))
        session.info[TOLD] = True


def settle(session: Session, now: datetime, consent_id: str) -> None:
    """Let a request that was answered wait in nobody's inbox any more."""
    asked = (InboxItem.consent_id == consent_id, InboxItem.read_at.is_(None))
    session.execute(update(InboxItem).where(*asked).values(read_at=now))


def done(session: Session, now: datetime, staff_ids: Collection[str | None], href: str) -> None:
    """Let what was asked of these people on a page wait in their inboxes no more: it is done."""
    told = (InboxItem.staff_id.in_(staff_ids), InboxItem.href == href, InboxItem.read_at.is_(None))
    session.execute(update(InboxItem).where(*told, InboxItem.consent_id.is_(None)).values(read_at=now))


def forget(session: Session, consent_ids: Collection[str]) -> None:
    """Delete the messages of requests that are deleted themselves."""
    session.execute(delete(InboxItem).where(InboxItem.consent_id.in_(consent_ids)))


def found_items(session: Session, staff: Principal, wish: Wish = ANYTHING) -> Listed[InboxItem]:
    """Return a page of somebody's items, looked for by their words: unread ones first, each newest first.

    What waits for his answer is not among them until it is answered.
    """
    of_him = (InboxItem.staff_id == staff.id, or_(InboxItem.read_at.is_not(None), InboxItem.consent_id.is_(None)))
    order = (InboxItem.read_at.is_not(None), InboxItem.at.desc(), InboxItem.id)
    query = select(InboxItem.id, InboxItem.text).where(*of_him).order_by(*order)
    if wish.state == UNREAD:
        query = query.where(InboxItem.read_at.is_(None))
    found = [item_id for item_id, text in session.execute(query) if wish.fits(text)]

    def items(page: Sequence[str]) -> list[InboxItem]:
        rows = {row.id: row for row in session.scalars(select(InboxItem).where(InboxItem.id.in_(page)))}
        return [rows[item_id] for item_id in page]

    return cut(found, wish).told(items)


def unread(session: Session, staff: Principal) -> int:
    """Count what somebody has not read, or not answered where he is asked."""
    query = select(func.count()).where(InboxItem.staff_id == staff.id, InboxItem.read_at.is_(None))
    return session.scalar(query) or 0


def mark_read(acting: Acting, item_id: str) -> None:
    """Mark one of the actor's own items as read, unless it waits for his answer.

    DomainError ``inbox_item_unknown``, for foreign ones too.
    """
    item = locked(acting.session, InboxItem, item_id)
    if item is None or item.staff_id != acting.actor.id:
        raise DomainError("inbox_item_unknown")
    if item.read_at is None and item.consent_id is None:
        item.read_at = acting.now
        audit.record(acting.session, acting.now, acting.actor, "inbox.read", item.notice_id or item_id)


def mark_all_read(acting: Acting) -> int:
    """Mark all of the actor's items as read but those that wait for his answer; return how many were not."""
    mine = (InboxItem.staff_id == acting.actor.id, InboxItem.read_at.is_(None), InboxItem.consent_id.is_(None))
    count = acting.session.scalar(select(func.count()).where(*mine)) or 0
    if count:
        acting.session.execute(update(InboxItem).where(*mine).values(read_at=acting.now))
        audit.record(acting.session, acting.now, acting.actor, "inbox.read_all", "", items=count)
    return count


def address_of(session: Session, staff: Principal) -> str:
    """Return where somebody wants mail, or an empty text."""
    row = session.get(StaffMail, staff.id)
    return row.address if row else ""


def set_address(acting: Acting, address: str) -> None:
    """Set where the actor wants mail; an empty address ends it. The log says that, and never the address."""
    if address and (len(address) > ADDRESS_LENGTH or not ADDRESS.fullmatch(address)):
        raise DomainError("mail_address_malformed")
    row = locked(acting.session, StaffMail, acting.actor.id)
    if (row.address if row else "") == address:
        return
    if row is not None and not address:
        acting.session.delete(row)
    elif row is not None:
        row.address = address
    else:
        acting.session.add(StaffMail(staff_id=acting.actor.id, address=address))
    audit.record(acting.session, acting.now, acting.actor, "inbox.address", acting.actor.id, on=bool(address))
