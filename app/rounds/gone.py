"""Rounds that are over or purged: their box and the server's key part go right after the commit, whatever is cut off.

The row of a purged round is gone by then, and a box of an unknown round is kept, for it may belong to another database.
So the desk notes, in the very transaction that deletes the round, what is still to be destroyed.
"""

import logging

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.ballots import reads as ballots
from app.ballots import service as boxes
from app.core.db import Database
from app.rounds.domain import RoundState
from app.rounds.models import Gone, Round

LOG = logging.getLogger("manyidu")
OVER = frozenset({RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED, RoundState.VOID})
"""States of a round whose box is, or is to be, destroyed."""


def note(session: Session, round_id: str) -> None:
    """Note that a round is purged in this transaction."""
    session.add(Gone(round_id=round_id))
    session.flush()


def left(database: Database) -> list[str]:
    """Return the ids of rounds that are over or purged, and of which something is still to be destroyed."""
    with database.reading() as session:
        kept = ballots.round_ids(database) | database.keys.parts()
        over = session.scalars(select(Round.id).where(Round.state.in_(OVER), Round.id.in_(kept)))
        return sorted({*over, *session.scalars(select(Gone.round_id))})


def finish(database: Database, round_id: str) -> None:
    """Destroy the box and the server's key part of a round that is over or purged, and note it no longer.

    Nothing happens to what is gone already; a box that cannot be destroyed keeps no key part alive.
    """
    try:
        boxes.destroy(database, round_id)
    finally:
        database.keys.destroy_part(round_id)
    with database.reading() as session:
        is_noted = session.get(Gone, round_id) is not None
    if is_noted:  # a counted round never is: it takes the desk from nobody
        with database.writing() as session:
            session.execute(delete(Gone).where(Gone.round_id == round_id))


def tidy(database: Database, round_id: str) -> None:
    """Do so after the commit that decided it, which stands whatever fails now: the schedule tries again, and tells."""
    try:
        finish(database, round_id)
    except Exception as error:  # noqa: BLE001 - what is decided is decided
        LOG.error("the box of a round that is over stays: %s", type(error).__name__)  # noqa: TRY400 - may quote values
