"""Who speaks for which unit: of one unit or of all in a list, in as many statements."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.domain import Role
from app.accounts.models import Staff, StaffUnit
from app.audit import service as audit
from app.core.acting import Principal
from app.core.db import locked_rows
from app.core.errors import DomainError
from app.core.scope import everywhere


def set_liaisons(session: Session, now: datetime, actor: Principal, units: Mapping[str, Collection[str]]) -> None:
    """Make these accounts the liaisons of each unit; those that are already may be out of the session's reach.

    DomainError ``staff_no_liaison`` for an account of another role, ``not_found`` for a new one out of reach.
    """
    if not units:
        return
    there = select(StaffUnit.unit_id, StaffUnit.staff_id).where(StaffUnit.unit_id.in_(units))
    known = {(unit_id, staff_id) for unit_id, staff_id in session.execute(there)}
    wanted = [(unit_id, staff_id) for unit_id, staff_ids in units.items() for staff_id in sorted(set(staff_ids))]
    _check_new(session, sorted({staff_id for unit_id, staff_id in wanted if (unit_id, staff_id) not in known}))
    session.execute(delete(StaffUnit).where(StaffUnit.unit_id.in_(units)))
    session.add_all([StaffUnit(staff_id=staff_id, unit_id=unit_id) for unit_id, staff_id in wanted])
    told = [(unit_id, {"liaisons": sorted(set(staff_ids))}) for unit_id, staff_ids in units.items()]
    audit.record_each(session, now, actor, "staff.liaisons", told)


def _check_new(session: Session, staff_ids: Collection[str]) -> None:
    if not staff_ids:
        return
    found = locked_rows(session, select(Staff).where(Staff.id.in_(staff_ids)).order_by(Staff.id))
    if len(found) < len(staff_ids):
        raise DomainError("not_found")
    if any(Role.LIAISON not in staff.roles for staff in found):
        raise DomainError("staff_no_liaison")


def copy_liaisons(session: Session, units: Mapping[str, str]) -> list[str]:
    """Let who speaks for a unit speak for another as well; return the names of those not in office, who do not."""
    query = select(StaffUnit.unit_id, Staff).join(Staff, Staff.id == StaffUnit.staff_id)
    found = session.execute(everywhere(query.where(StaffUnit.unit_id.in_(units)).order_by(Staff.login))).all()
    session.add_all(StaffUnit(staff_id=one.id, unit_id=units[unit_id]) for unit_id, one in found if not one.disabled)
    session.flush()
    return list(dict.fromkeys(one.name for _, one in found if one.disabled))
