"""What the gate of a round's box says where the desk shows something else: the gate alone decides who can vote.

They part where somebody wrote in the desk's database, or filled it from a dump that is older than the box.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.ballots import reads as ballots
from app.ballots.domain import GateState
from app.core.db import database_of
from app.core.errors import DomainError
from app.rounds.acts import is_under_way
from app.rounds.domain import RoundState
from app.rounds.reads import RoundView

SHOWN: Final = {
    RoundState.READY: GateState.NOT_YET,
    RoundState.OPEN: GateState.OPEN,
    RoundState.SEALED: GateState.CLOSED,
}
"""How the gate must stand in each state that the desk shows."""


@dataclass(frozen=True, slots=True)
class Parted:
    """How the gate differs: ``missing``, ``tampered``, ``not_yet``, ``open``, ``closed``, or ``end`` with its time."""

    how: str
    closes_at: datetime | None = None


def parted(session: Session, row: RoundView) -> Parted | None:
    """Return how the gate differs from what the desk shows; None where they agree, or where an act is under way."""
    if row.state not in SHOWN or is_under_way(session, row.id):
        return None
    try:
        gate = ballots.find_gate(database_of(session), row.id)
    except DomainError as error:
        if error.code != "gate_tampered":
            raise
        return Parted("tampered")
    if gate is None:
        return None if row.state is RoundState.READY else Parted("missing")
    if gate.state is not SHOWN[row.state]:
        return Parted(gate.state.name.lower())
    if gate.state is GateState.OPEN and gate.closes_at != row.closes_at:
        return Parted("end", gate.closes_at)
    return None
