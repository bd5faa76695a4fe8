"""Who sees what belongs to an office: asked to agree, told, named as leaders, holding keys; and people by name."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.domain import Role
from app.accounts.models import Staff
from app.accounts.service import everyone, has_any, principal
from app.core.acting import Principal
from app.core.errors import DomainError
from app.core.scope import everywhere
from app.offices.reads import the_tree, watchers_of


def who_see(session: Session, office_id: str) -> Sequence[Staff]:
    """Return the accounts whose owners see what belongs to an office, wherever they are, in the order they were made.

    Only these hold keys to its rounds, agree to its acts, are told of its orders and read its results by name.
    """
    return who_see_each(session, [office_id])[office_id]


def who_see_each(session: Session, office_ids: Collection[str]) -> Mapping[str, Sequence[Staff]]:
    """Return the same for several offices, in two queries."""
    tree = the_tree(session)
    watchers = {office_id: tree.watchers(office_id) for office_id in office_ids}
    of_watchers = select(Staff).where(Staff.office_id.in_(frozenset().union(*watchers.values())))
    every = session.scalars(everywhere(of_watchers.order_by(Staff.created_at, Staff.id))).all()
    return {office_id: [one for one in every if one.office_id in some] for office_id, some in watchers.items()}


def check_sees(session: Session, actor: Principal, office_id: str) -> None:
    """Refuse whoever is none of ``who_see``: DomainError ``not_found``."""
    if actor.office_id not in watchers_of(session, office_id):
        raise DomainError("not_found")


def by_ids(session: Session, staff_ids: Collection[str]) -> Sequence[Staff]:
    """Return these accounts, of whichever office."""
    return session.scalars(everywhere(select(Staff).where(Staff.id.in_(staff_ids)))).all()


def all_names(session: Session) -> dict[str, str]:
    """Return the names of all accounts of the installation by id: to call by name whom a row in reach tells of."""
    rows = session.execute(everywhere(select(Staff.id, Staff.name)))
    return {row.id: row.name for row in rows}


def others_of(session: Session, roles: Collection[str], actor: Principal, office_id: str) -> list[str]:
    """Return the ids of all in office with one of these roles who see an office, but the actor himself."""
    able = (one for one in who_see(session, office_id) if has_any(one, roles) and not one.disabled)
    return [one.id for one in able if one.id != actor.id]


def able_to_log_in(session: Session, roles: Collection[str], office_id: str) -> list[Principal]:
    """Return all of these roles who see an office and have a password, in the order their accounts were made."""
    able = (one for one in who_see(session, office_id) if has_any(one, roles) and not one.disabled)
    return [principal(one) for one in able if one.password_hash]


def leaders(session: Session, office_id: str) -> Sequence[Staff]:
    """Return the leaders who can log in and see an office, in the order their accounts were made."""
    return [staff for staff in who_see(session, office_id) if Role.LEADER in staff.roles and not staff.disabled]


def leaders_to_name(session: Session, office_id: str) -> Sequence[Staff]:
    """Return those of ``leaders`` whose accounts are within the session's reach: whom its actor may name."""
    known = {staff.id for staff in everyone(session)}
    return [staff for staff in leaders(session, office_id) if staff.id in known]
