"""Accounts: inviting, setting a password, logging in and out."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import factors, handover, speaking, tries
from app.accounts.domain import (
    INVITATION_LIFE,
    PASSWORD_MAX,
    Role,
    password_is_weak,
)
from app.accounts.models import Invitation, Staff, StaffSession, StaffUnit
from app.accounts.roles import lawful_roles, written_roles
from app.audit import service as audit
from app.core.acting import Principal
from app.core.db import locked
from app.core.errors import DomainError
from app.core.lists import Listed, Wish, cut
from app.core.scope import ROOT, everywhere
from app.core.secrets import new_id, new_token

LOGIN_SHAPE = re.compile(r"[a-z0-9][a-z0-9.-]{1,31}")


def token_hash(token: str) -> str:
    """Return what is stored of a token of 256 bits."""
    return sha256(token.encode()).hexdigest()


def principal(staff: Staff) -> Principal:
    """Return the account as the guard knows it."""
    return Principal(staff.id, staff.name, " ".join(staff.roles), staff.office_id)


def everyone(session: Session) -> Sequence[Staff]:
    """Return all accounts within the session's reach, in the order they were made."""
    return session.scalars(select(Staff).order_by(Staff.created_at, Staff.id)).all()


def found_staff(session: Session, wish: Wish) -> Listed[Staff]:
    """Return a page of the accounts that a reader looks for by name, log-in name and role, as they were made."""
    wanted = {wish.state} if wish.state else set(Role)
    return cut([one for one in everyone(session) if has_any(one, wanted) and wish.fits(one.name, one.login)], wish)


def in_office(session: Session) -> dict[str, str]:
    """Return the names of all who can log in, by id."""
    return {staff.id: staff.name for staff in everyone(session) if not staff.disabled}


def has_any(staff: Staff, roles: Collection[str]) -> bool:
    """Whether an account has one of these roles."""
    return not staff.roles.isdisjoint(roles)


def check_is_older(session: Session, actor: Principal, asked_at: datetime) -> None:
    """Refuse a second person whose account was made, linked anew or given a role after the request.

    DomainError ``approval_younger``.
    """
    staff = session.get(Staff, actor.id)
    if staff is None or staff.renewed_at > asked_at:
        raise DomainError("approval_younger")


def _invite(
    session: Session, now: datetime, staff_id: str | None, role: str = "", consent_id: str | None = None
) -> str:
    return _invite_each(session, now, [staff_id], role, consent_id)[0]


def _invite_each(
    session: Session, now: datetime, staff_ids: Sequence[str | None], role: str = "", consent_id: str | None = None
) -> list[str]:
    tokens = [new_token() for _ in staff_ids]
    fields = {"role": role, "consent_id": consent_id, "tries": 0, "expires_at": now + INVITATION_LIFE}
    for token, staff_id in zip(tokens, staff_ids, strict=True):
        session.add(Invitation(token_hash=token_hash(token), staff_id=staff_id, **fields))
    session.flush()
    return tokens


def first_links(session: Session, now: datetime, roles: Sequence[Role]) -> dict[Role, str]:
    """Return one-time tokens that make the first account of each role which no account has; only at the very start.

    An installation is at its start until every one of these roles has its account.
    """
    taken = {role for staff in everyone(session) for role in staff.roles}
    started = session.scalars(select(Invitation).where(Invitation.staff_id.is_(None))).all()
    if taken and not started:
        return {}
    session.execute(delete(Invitation).where(Invitation.staff_id.is_(None)))
    return {role: _invite(session, now, None, role) for role in roles if role not in taken}


def create_account(
    session: Session, now: datetime, actor: Principal, fields: tuple[str, str, str], consent_id: str | None = None,
    office_id: str = "",
) -> str:  # fmt: skip
    """Make an account from (login, name, roles) and return the token of its one-time password link.

    It belongs to the office, or where none is named to the actor's. Where a second person agreed, ``consent_id`` says
    to what: the link then asks for the code of ``handover``.
    """
    return create_accounts(session, now, actor, [fields], office_id, consent_id)[0]


def create_accounts(
    session: Session, now: datetime, actor: Principal, listed: Sequence[tuple[str, str, str]], office_id: str = "",
    consent_id: str | None = None,
) -> list[str]:  # fmt: skip
    """Make an account of each, as ``create_account`` does, in as many statements as for one."""
    roles = [_roles_of(fields) for fields in listed]
    _refuse_taken(session, [login for login, _, _ in listed])
    office = office_id or actor.office_id
    common = {"created_at": now, "linked_at": now, "disabled": False, "office_id": office}
    made = [
        Staff(id=new_id(), login=login, name=name, roles=some, **common)
        for (login, name, _), some in zip(listed, roles, strict=True)
    ]
    session.add_all(made)
    session.flush()
    told = {} if office == ROOT else {"office": office}
    details = [{"login": login, "name": name, "role": written, **told} for login, name, written in listed]
    ids = [staff.id for staff in made]
    audit.record_each(session, now, actor, "account.create", zip(ids, details, strict=True))
    return _invite_each(session, now, ids, consent_id=consent_id)


def check_fields(session: Session, fields: tuple[str, str, str]) -> None:
    """Refuse an account from (login, name, roles) that cannot be made.

    DomainError ``login_name_malformed``, ``login_name_taken`` or as ``lawful_roles``.
    """
    _roles_of(fields)
    _refuse_taken(session, [fields[0]])


def _roles_of(fields: tuple[str, str, str]) -> set[str]:
    login, _, written = fields
    if not LOGIN_SHAPE.fullmatch(login):
        raise DomainError("login_name_malformed")
    return lawful_roles(written)


def _refuse_taken(session: Session, logins: Sequence[str]) -> None:
    taken = session.scalars(everywhere(select(Staff.id).where(Staff.login.in_(logins)))).first()
    if taken is not None or len(set(logins)) < len(logins):
        raise DomainError("login_name_taken")


def reissue_link(
    session: Session, now: datetime, actor: Principal, staff_id: str, consent_id: str | None = None
) -> str:
    """Return a fresh password link; the old password, second factor, log-ins and known devices of the account end."""
    staff = _get(session, staff_id)
    staff.password_hash, staff.linked_at = None, now
    tries.forget(session, staff.id)
    factors.reset(session, staff.id)
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    session.execute(delete(Invitation).where(Invitation.staff_id == staff_id))
    audit.record(session, now, actor, "account.reset", staff.id, login=staff.login)
    return _invite(session, now, staff.id, consent_id=consent_id)


def reissue_link_for(session: Session, now: datetime, login: str) -> str:
    """Return a fresh password link by log-in name, for an administrator at the machine itself."""
    staff = session.scalars(select(Staff).where(Staff.login == login)).first()
    if staff is None:
        raise DomainError("account_unknown", login=login)
    return reissue_link(session, now, audit.SYSTEM, staff.id)


def set_disabled(session: Session, now: datetime, actor: Principal, staff_id: str, *, disabled: bool) -> None:
    """Disable or enable an account; nobody disables his own, so that one organiser always remains."""
    if staff_id == actor.id:
        raise DomainError("own_account")
    staff = _get(session, staff_id)
    staff.disabled = disabled
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    action = "account.disable" if disabled else "account.enable"
    audit.record(session, now, actor, action, staff.id, login=staff.login)


def give_roles(session: Session, now: datetime, actor: Principal, staff_id: str, written: str) -> None:
    """Give an account these roles alone; its log-ins end. DomainError ``own_account`` or as ``lawful_roles``."""
    if staff_id == actor.id:
        raise DomainError("own_account")
    roles = lawful_roles(written)
    staff = _get(session, staff_id)
    before = written_roles(staff.roles)
    if roles - staff.roles:
        staff.roles_at = now
    staff.roles = roles
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    if Role.LIAISON not in roles:
        session.execute(delete(StaffUnit).where(StaffUnit.staff_id == staff_id))
    session.flush()
    told = {"login": staff.login, "before": before, "role": written_roles(roles)}
    audit.record(session, now, actor, "account.role", staff.id, **told)


def find(session: Session, staff_id: str) -> Staff:
    """Return an account; DomainError ``not_found``."""
    return _get(session, staff_id)


def find_own(session: Session, actor: Principal) -> Staff:
    """Return the account of who is logged in, to be read."""
    return session.get_one(Staff, actor.id)


def units_of(session: Session, staff_id: str) -> frozenset[str]:
    """Return the ids of the units a liaison speaks for."""
    return frozenset(session.scalars(select(StaffUnit.unit_id).where(StaffUnit.staff_id == staff_id)))


def able_liaisons(session: Session) -> list[Staff]:
    """Return the liaisons in reach and in office, in the order of ``everyone``."""
    return [one for one in everyone(session) if Role.LIAISON in one.roles and not one.disabled]


def liaisons_of(session: Session, unit_ids: Collection[str]) -> dict[str, list[Staff]]:
    """Return the liaisons in office by unit id."""
    query = select(StaffUnit.unit_id, Staff).join(Staff, Staff.id == StaffUnit.staff_id)
    found: dict[str, list[Staff]] = {}
    query = everywhere(query.where(StaffUnit.unit_id.in_(unit_ids)).order_by(Staff.login))
    for unit_id, staff in session.execute(query):
        found.setdefault(unit_id, []).append(staff)
    return found


def set_liaisons(session: Session, now: datetime, actor: Principal, unit_id: str, staff_ids: Collection[str]) -> None:
    """Make these accounts the liaisons of a unit; DomainError as ``speaking.set_liaisons``."""
    speaking.set_liaisons(session, now, actor, {unit_id: staff_ids})


def _get(session: Session, staff_id: str) -> Staff:
    staff = locked(session, Staff, staff_id)
    if staff is None:
        raise DomainError("not_found")
    return staff


def invitation(session: Session, now: datetime, token: str) -> tuple[Invitation, Staff | None]:
    """Return a living invitation and its account (None: it makes the first one of its role)."""
    found = session.get(Invitation, token_hash(token))
    if found is None or found.expires_at <= now or found.tries >= handover.TRIES:
        raise DomainError("invitation_invalid")
    return found, session.get(Staff, found.staff_id) if found.staff_id else None


def _newcomer(now: datetime, names: tuple[str, str], role: str) -> Staff:
    login, name = names
    if not LOGIN_SHAPE.fullmatch(login):
        raise DomainError("login_name_malformed")
    return Staff(id=new_id(), login=login, name=name, created_at=now, disabled=False, roles={role})


def _make_first(session: Session, now: datetime, names: tuple[str, str], role: str) -> Staff:
    """Add a first account; the log says who gave it its link: the installation itself, at the machine."""
    staff = _newcomer(now, names, role)
    session.add(staff)
    session.flush()
    told = {"login": staff.login, "name": staff.name, "role": role}
    audit.record(session, now, audit.SYSTEM, "account.create", staff.id, **told)
    return staff


def check_password(session: Session, now: datetime, token: str, names: tuple[str, str], password: str) -> None:
    """Refuse a link that is over, a malformed name, a weak password: all that needs no hash."""
    found, staff = invitation(session, now, token)
    login = staff.login if staff else _newcomer(now, names, found.role).login
    if staff is None:
        check_fields(session, (login, names[1], found.role))
    if len(password) > PASSWORD_MAX or password_is_weak(password, login):
        raise DomainError("password_weak")


def take_code(session: Session, now: datetime, token: str, secret: bytes, typed: str) -> bool:
    """Whether the handover code is right where the link asks for one; a wrong one is counted.

    DomainError ``invitation_invalid``.
    """
    found = locked(session, Invitation, token_hash(token))
    if found is None or found.expires_at <= now:
        raise DomainError("invitation_invalid")
    return handover.fits(found, secret, typed)


def handed_over(session: Session, now: datetime, consent_ids: Collection[str]) -> list[tuple[Staff, str]]:
    """Return whose links wait for their owners after these requests, each with the id of its request."""
    query = select(Staff, Invitation.consent_id).join(Invitation, Invitation.staff_id == Staff.id)
    living = (Invitation.expires_at > now, Invitation.tries < handover.TRIES)
    query = query.where(Invitation.consent_id.in_(consent_ids), *living).order_by(Staff.login)
    return [(staff, consent_id) for staff, consent_id in session.execute(query) if consent_id]


def accept_invitation(
    session: Session, now: datetime, token: str, names: tuple[str, str], password_hash: str
) -> Principal:
    """Use up the link: store the hash of a checked password; ``names`` = (login, name) make a first one.

    Returns whose account it is; DomainError ``invitation_invalid``.
    """
    found = locked(session, Invitation, token_hash(token))
    if found is None or found.expires_at <= now:
        raise DomainError("invitation_invalid")
    staff = locked(session, Staff, found.staff_id) if found.staff_id else None
    staff = staff or _make_first(session, now, names, found.role)
    staff.password_hash = password_hash
    session.delete(found)
    session.flush()
    audit.record(session, now, principal(staff), "account.password", staff.id, login=staff.login)
    return principal(staff)


def create_with_password(
    session: Session, now: datetime, fields: tuple[str, str, str], password_hash: str
) -> Principal:
    """Make an account with a password at once, for demos and tests."""
    token = create_account(session, now, audit.SYSTEM, fields)
    return accept_invitation(session, now, token, (fields[0], fields[1]), password_hash)
