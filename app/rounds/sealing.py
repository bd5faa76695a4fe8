"""The root over a closed box: computed from its envelopes' ids outside any transaction, then written down once.

It is written right after the close. Where that was cut off, any node's schedule does it at its next turn.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.audit import service as audit
from app.ballots import reads as ballots
from app.ballots.domain import GateState
from app.core.db import Database, locked
from app.core.errors import DomainError
from app.core.merkle import tree_of
from app.core.signs import signs_of
from app.rounds.domain import RoundState
from app.rounds.models import BoxRoot, Round

LOG = logging.getLogger("manyidu")


def without_root(database: Database) -> Sequence[str]:
    """Return the ids of the closed rounds whose root is still to be written."""
    missing = Round.id.not_in(select(BoxRoot.round_id))
    with database.reading() as session:
        return session.scalars(select(Round.id).where(Round.state == RoundState.SEALED, missing)).all()


def write_root(database: Database, round_id: str, now: datetime) -> None:
    """Write the root over a closed box down; nothing happens where another node did, or where no box is closed."""
    gate = ballots.find_gate(database, round_id)
    if gate is None or gate.state is not GateState.CLOSED:
        return
    ids = ballots.ids(database, round_id)
    root = tree_of(ids).root
    with database.writing() as session:
        row = locked(session, Round, round_id)
        if row is None or row.state != RoundState.SEALED or locked(session, BoxRoot, round_id) is not None:
            return
        session.add(BoxRoot(round_id=round_id, root=root, receipts=b"".join(ids)))
        told = {"root": root.hex(), "signs": signs_of(root), "envelopes": len(ids)}
        audit.record(session, now, audit.SYSTEM, "round.root", round_id, **told)


def write_root_soon(database: Database, round_id: str, now: datetime) -> None:
    """Write the root down; what keeps it back does not undo the close: the schedule tries again."""
    try:
        write_root(database, round_id, now)
    except (DomainError, SQLAlchemyError) as error:
        LOG.error("the root of a closed box waits: %s", type(error).__name__)  # noqa: TRY400 - texts may quote values
