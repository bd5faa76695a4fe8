"""Rounds that were purged: their box and the server's key part follow right after the commit, whatever is cut off.

The round's row is gone by then, and a box of an unknown round is kept, for it may belong to another database. So the
desk notes, in the very transaction that deletes the round, what is still to be destroyed.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.ballots import service as boxes
from app.core.db import Database
from app.rounds.models import Gone


def note(session: Session, round_id: str) -> None:
    """Note that a round is purged in this transaction."""
    session.add(Gone(round_id=round_id))
    session.flush()


def destroy(database: Database, round_id: str) -> None:
    """Destroy the box and the server's key part of a round; nothing happens to what is gone already."""
    boxes.destroy(database, round_id)
    database.keys.destroy_part(round_id)


def finish(database: Database, round_id: str) -> None:
    """Destroy what a purged round left, and note it no longer."""
    destroy(database, round_id)
    with database.writing() as session:
        session.execute(delete(Gone).where(Gone.round_id == round_id))


def finish_all(database: Database) -> None:
    """Do so for every round at which a crash cut it off."""
    with database.reading() as session:
        left = session.scalars(select(Gone.round_id)).all()
    for round_id in left:
        finish(database, round_id)
