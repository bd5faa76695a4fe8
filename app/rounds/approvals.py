"""Acts that need a second person (SEC-41): asked by one, done only when another one agrees."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.rounds.models import Approval
from app.rounds.ports import Ports
from app.rounds.service import locked_round, needs_second_person


def ask_or_act(acting: Acting, ports: Ports, round_id: str, act: str, request: Mapping[str, Any]) -> bool:
    """Do the act, or ask a second person for it where the campaign wants one; return whether it was done."""
    row = locked_round(acting.session, round_id)
    if not needs_second_person(acting.session, row, act, acting.now):
        ports.acts[act](acting, round_id, request)
        return True
    waiting = select(Approval).where(Approval.round_id == round_id, Approval.act == act, Approval.granted.is_(None))
    if acting.session.scalars(waiting).first() is not None:
        raise DomainError("approval_waiting")
    acting.session.add(
        Approval(
            id=new_id(),
            round_id=round_id,
            act=act,
            request=json.dumps(dict(request), ensure_ascii=False),
            asked_by=acting.actor.id,
            asked_by_name=acting.actor.name,
            asked_at=acting.now,
        )
    )
    audit.record(acting.session, acting.now, acting.actor, f"round.{act}.ask", round_id, **request)
    return False


def decide(acting: Acting, ports: Ports, approval_id: str, *, granted: bool) -> str:
    """Agree or refuse as the second person; return the round's id. Nobody agrees to what he asked for himself."""
    found = locked(acting.session, Approval, approval_id)
    if found is None or found.granted is not None:
        raise DomainError("approval_gone")
    if granted and found.asked_by == acting.actor.id:
        raise DomainError("approval_own")
    found.granted, found.decided_by, found.decided_at = granted, acting.actor.id, acting.now
    verb = "grant" if granted else "refuse"
    audit.record(acting.session, acting.now, acting.actor, f"round.{found.act}.{verb}", found.round_id)
    if granted:
        ports.acts[found.act](acting, found.round_id, json.loads(found.request))
    return found.round_id
