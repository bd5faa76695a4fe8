"""Bearer tokens with which programs read published results: organisers make and revoke them, only a hash is kept.

A token reads in one scope and sees what a release to that scope shows, so none reads as an organiser (who sees what was
withdrawn as well). One that was made for a leader reads what he reads, what was released to him by name too, as long as
he can log in; a release to named leaders shows itself to no other token.
"""

import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.people import leaders, leaders_to_name
from app.accounts.service import token_hash
from app.audit import service as audit
from app.campaigns.listing import unit_names
from app.core.acting import Acting, Principal
from app.core.db import locked, locked_rows
from app.core.errors import DomainError
from app.core.scope import ROOT
from app.core.secrets import new_id, new_token
from app.offices.reads import chosen_office
from app.publication.domain import Scope, Viewer
from app.publication.models import ReaderToken

PREFIX = "myd_"
"""Opens every token, so that scanners for leaked secrets know one when they see it."""
SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
SCOPES = (Scope.LEADERS, Scope.UNIT, Scope.PARTICIPANTS, Scope.PUBLIC)
MOST_DAYS = 366


class TokenState(StrEnum):
    """Whether a token still opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret; ``unit_ids`` is empty but in the scope of units, ``staff_id`` but for a leader's."""

    id: str
    label: str
    scope: Scope
    unit_ids: frozenset[str]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    staff_id: str = ""
    office_id: str = ROOT

    def state(self, now: datetime) -> TokenState:
        """Return whether it can be used."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.ACTIVE if now < self.expires_at else TokenState.EXPIRED

    @property
    def viewer(self) -> Viewer:
        """As what its bearer reads."""
        return Viewer(self.scope, self.staff_id, self.unit_ids)

    @property
    def reader(self) -> Principal:
        """Under what name the log of reads knows its bearer."""
        return Principal(f"token:{self.id}", self.label, "program")


@dataclass(frozen=True, slots=True)
class WantedToken:
    """A token as it is asked for."""

    label: str
    scope: Scope
    days: int
    unit_ids: frozenset[str] = frozenset()
    staff_id: str = ""
    office_id: str = ""
    """The office whose results it reads; empty: its maker's own."""


def _token(row: ReaderToken) -> Token:
    units = frozenset[str](json.loads(row.unit_ids)) if row.unit_ids else frozenset[str]()
    made = (row.created_at, row.created_by)
    return Token(
        row.id, row.label, Scope(row.scope), units, *made, row.expires_at, row.revoked_at, row.staff_id, row.office_id
    )


def all_tokens(session: Session) -> Sequence[Token]:
    """Return every token that was ever made, newest first."""
    rows = select(ReaderToken).order_by(ReaderToken.created_at.desc(), ReaderToken.id)
    return [_token(row) for row in session.scalars(rows)]


def create(acting: Acting, wanted: WantedToken) -> str:
    """Make a token and return its secret, which nobody can read again.

    DomainError ``field_not_a_choice`` (scope), ``field_not_a_number`` (days), ``token_units_wrong``,
    ``token_leader_wrong``, ``token_label_taken``.
    """
    session, now = acting.session, acting.now
    wanted = replace(wanted, office_id=chosen_office(acting, wanted.office_id))
    _check(session, wanted, now)
    secret = PREFIX + new_token()
    units = sorted(wanted.unit_ids)
    row = ReaderToken(
        id=new_id(),
        token_hash=token_hash(secret),
        label=wanted.label,
        scope=wanted.scope.value,
        unit_ids=json.dumps(units) if units else "",
        staff_id=wanted.staff_id,
        office_id=wanted.office_id,
        created_at=now,
        created_by=acting.actor.name,
        expires_at=now + timedelta(days=wanted.days),
    )
    session.add(row)
    detail = {"label": row.label, "scope": row.scope, "units": units, "days": wanted.days}
    if wanted.staff_id:
        detail["leader"] = wanted.staff_id
    audit.record(session, now, acting.actor, "token.create", row.id, **detail)
    return secret


def _check(session: Session, wanted: WantedToken, now: datetime) -> None:
    if wanted.scope not in SCOPES:
        raise DomainError("field_not_a_choice", field="读取范围")
    if not 1 <= wanted.days <= MOST_DAYS:
        raise DomainError("field_not_a_number", field="有效天数", low=1, high=MOST_DAYS)
    known = unit_names(session, wanted.unit_ids).keys()
    needs_units = wanted.scope is Scope.UNIT
    if needs_units is not bool(wanted.unit_ids) or not wanted.unit_ids <= known:
        raise DomainError("token_units_wrong")
    to_name = {leader.id for leader in leaders_to_name(session, wanted.office_id)} if wanted.staff_id else set()
    if wanted.staff_id and not (wanted.scope is Scope.LEADERS and wanted.staff_id in to_name):
        raise DomainError("token_leader_wrong")
    in_use = (token.label for token in all_tokens(session) if token.state(now) is TokenState.ACTIVE)
    if wanted.label in in_use:
        raise DomainError("token_label_taken", label=wanted.label)


def _is_leader(session: Session, token: Token) -> bool:
    return any(leader.id == token.staff_id for leader in leaders(session, token.office_id))


def revoke(acting: Acting, token_id: str) -> None:
    """End a token at once; DomainError ``token_unknown``, also where it was revoked already."""
    row = locked(acting.session, ReaderToken, token_id)
    if row is None or row.revoked_at is not None:
        raise DomainError("token_unknown")
    _end(acting, row)


def revoke_all(acting: Acting) -> None:
    """End every token that is not revoked yet: after a restore nobody knows which of them were, since the backup."""
    for row in locked_rows(acting.session, select(ReaderToken).where(ReaderToken.revoked_at.is_(None))):
        _end(acting, row)


def _end(acting: Acting, row: ReaderToken) -> None:
    row.revoked_at = acting.now
    audit.record(acting.session, acting.now, acting.actor, "token.revoke", row.id, label=row.label)


def find(session: Session, secret: str, now: datetime) -> Token:
    """Return the token of that secret; DomainError ``token_refused``, whatever is wrong with it."""
    # Looked up by a hash of 256 random bits: how long that takes tells nothing of any secret.
    digest = token_hash(secret) if SHAPE.fullmatch(secret) else ""
    row = session.scalars(select(ReaderToken).where(ReaderToken.token_hash == digest)).first()
    if row is None or not hmac.compare_digest(row.token_hash, digest):
        raise DomainError("token_refused")
    token = _token(row)
    if token.state(now) is not TokenState.ACTIVE or (token.staff_id and not _is_leader(session, token)):
        raise DomainError("token_refused")
    return token
