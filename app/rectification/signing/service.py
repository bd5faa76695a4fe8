"""Who heads which unit, whether a campaign asks for his signature, and signing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.service import liaisons_of
from app.audit import service as audit
from app.campaigns.copying import LeftOut
from app.campaigns.reads import units_of_campaign
from app.campaigns.service import campaign_row
from app.core.acting import Acting
from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.inbox import service as inbox
from app.rectification.models import SigningRule, UnitHead
from app.rectification.rules.people import Person
from app.rectification.rules.signing import UNSIGNED, Signature, SignedHow


class Signed(Protocol):
    """A row that can be signed off: a plan, or the completion of an action."""

    signed_how: str
    signed_by: str
    signed_by_id: str
    signed_on: date | None


def is_needed(session: Session, campaign_id: str) -> bool:
    """Whether plans and completions of a campaign are accepted only when the head has signed; no row: they need not."""
    row = session.get(SigningRule, campaign_id)
    return row is not None and row.needed


def heads_of(session: Session, unit_ids: Collection[str]) -> Mapping[str, Person]:
    """Return the heads by unit, those who still speak for it and are in office."""
    rows = session.scalars(select(UnitHead).where(UnitHead.unit_id.in_(unit_ids))).all()
    liaisons = liaisons_of(session, unit_ids)
    speaking = {
        (unit_id, staff.id): Person(staff.name, staff.id)
        for unit_id, some in liaisons.items()
        for staff in some
        if not staff.disabled
    }
    found = {row.unit_id: speaking.get((row.unit_id, row.staff_id)) for row in rows}
    return {unit_id: head for unit_id, head in found.items() if head is not None}


def set_signing(acting: Acting, campaign_id: str, heads: Mapping[str, str], *, needed: bool) -> None:
    """Say who heads which unit (staff id by unit id, empty for nobody) and whether signatures are needed.

    A head is one of those who speak for the unit; DomainError ``head_no_liaison``. The log tells of each unit that
    changed who was its head and who is: a form has some of the units only.
    """
    session = acting.session
    campaign_row(session, campaign_id)
    liaisons = {unit_id: {staff.id for staff in some} for unit_id, some in liaisons_of(session, heads.keys()).items()}
    for unit_id, staff_id in heads.items():
        if staff_id and staff_id not in liaisons.get(unit_id, ()):
            raise DomainError("head_no_liaison")
    rows = session.scalars(select(UnitHead).where(UnitHead.unit_id.in_(heads))).all()
    before = dict.fromkeys(heads, "") | {row.unit_id: row.staff_id for row in rows}
    session.execute(delete(UnitHead).where(UnitHead.unit_id.in_(heads)))
    session.add_all([UnitHead(unit_id=unit_id, staff_id=staff_id) for unit_id, staff_id in heads.items() if staff_id])
    row = session.get(SigningRule, campaign_id) or SigningRule(campaign_id=campaign_id)
    row.needed = needed
    session.add(row)
    changed = {unit_id: [before[unit_id], now] for unit_id, now in heads.items() if now != before[unit_id]}
    audit.record(session, acting.now, acting.actor, "campaign.signing", campaign_id, needed=needed, heads=changed)


def copy_signing(session: Session, source_id: str, target_id: str) -> Sequence[LeftOut]:
    """Take over whether signatures are needed, and who heads units, into a copy of a campaign.

    Its liaisons have been taken over before: who no longer speaks for a unit does not head it.
    """
    before, now = ({unit.name: unit.id for unit in units_of_campaign(session, each)} for each in (source_id, target_id))
    names = {unit_id: name for name, unit_id in before.items()}
    heads = heads_of(session, before.values())
    rows = session.scalars(select(UnitHead).where(UnitHead.unit_id.in_(names))).all()
    kept = [row for row in rows if row.unit_id in heads]
    session.add_all([UnitHead(unit_id=now[names[row.unit_id]], staff_id=row.staff_id) for row in kept])
    if is_needed(session, source_id):
        session.add(SigningRule(campaign_id=target_id, needed=True))
    gone = tuple(name for name, unit_id in before.items() if unit_id in {row.unit_id for row in rows} - heads.keys())
    return (LeftOut("heads", gone),) if gone else ()


def is_head(session: Session, unit_id: str, staff_id: str) -> bool:
    """Whether somebody is the head of a unit."""
    head = heads_of(session, [unit_id]).get(unit_id)
    return head is not None and head.id == staff_id


def refuse_unsigned(acting: Acting, row: Signed, campaign_id: str, code: str) -> None:
    """Refuse to accept what one has signed off oneself, and, as ``code``, what nobody signed where it is asked for."""
    if signature_of(row).is_of(Person(acting.actor.name, acting.actor.id)):
        raise DomainError("acceptor_is_head")
    if not row.signed_how and is_needed(acting.session, campaign_id):
        raise DomainError(code)


def signature_of(row: Signed) -> Signature:
    """Return how a row was signed off."""
    if not row.signed_how:
        return UNSIGNED
    return Signature(SignedHow(row.signed_how), Person(row.signed_by, row.signed_by_id), row.signed_on)


def sign(acting: Acting, row: Signed, unit_id: str) -> None:
    """Sign off in one's own log-in, as the head of the unit; DomainError ``sign_not_head``, ``sign_again``."""
    if not is_head(acting.session, unit_id, acting.actor.id):
        raise DomainError("sign_not_head")
    _sign(acting, row, SignedHow.OWN)


def sign_on_page(acting: Acting, row: Signed) -> None:
    """Record that the head has signed on paper; whoever calls keeps the scanned page. DomainError ``sign_again``."""
    _sign(acting, row, SignedHow.PAGE)


def _sign(acting: Acting, row: Signed, how: SignedHow) -> None:
    if row.signed_how:
        raise DomainError("sign_again")
    row.signed_how, row.signed_by, row.signed_by_id = how.value, acting.actor.name, acting.actor.id
    row.signed_on = acting.now.astimezone(CHINA).date()


def unsign(row: Signed) -> None:
    """Take a signature away: what it stood under has changed."""
    row.signed_how, row.signed_by, row.signed_by_id, row.signed_on = "", "", "", None


def ask_head(acting: Acting, unit_id: str, text: str, href: str) -> None:
    """Tell the head of a unit, where one is named, that something waits for his signature."""
    head = heads_of(acting.session, [unit_id]).get(unit_id)
    if head is not None and head.id != acting.actor.id:
        inbox.tell(acting.session, acting.now, [head.id], text, href)
