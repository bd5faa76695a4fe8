"""What lies in the box: the key's public half, how many envelopes, and after the opening its stacks and remarks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.ballots import reads as ballots
from app.box.counted import valid_ballots
from app.box.models import KeyHolder, Opening, Remark, RoundKey, Stack
from app.core.db import database_of
from app.rounds.domain import Paper


@dataclass(frozen=True, slots=True)
class HolderView:
    """A key-holder: the public half of the secret he drew, since when he read it back, and his sealed part."""

    number: int
    name: str
    staff_id: str | None
    public_key: bytes | None
    part: bytes | None
    checked_at: datetime | None

    @property
    def is_person(self) -> bool:
        """Whether he drew and read back in a log-in of his own, as all do but those whom a process plays."""
        return self.staff_id is not None


@dataclass(frozen=True, slots=True)
class KeyView:
    """The key of a round as far as the server knows it."""

    public_key: bytes
    needed: int
    holders: tuple[HolderView, ...]
    created_at: datetime
    destroyed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpeningView:
    """Who opened the box, before whom, and with whose shares."""

    opened_by: str
    present: tuple[str, ...]
    holders: tuple[int, ...]
    envelopes: int


@dataclass(frozen=True, slots=True)
class RemarkView:
    """A remark to a unit."""

    unit_id: str
    text: str


def holders_of(session: Session, round_id: str) -> tuple[HolderView, ...]:
    """Return the round's key-holders in the order of their numbers; none before they are named."""
    rows = session.scalars(select(KeyHolder).where(KeyHolder.round_id == round_id).order_by(KeyHolder.number))
    return tuple(
        HolderView(row.number, row.name, row.staff_id, row.public_key, row.part, row.checked_at) for row in rows
    )


def key_of(session: Session, round_id: str) -> KeyView | None:
    """Return the round's key, or None before it is made."""
    key = session.get(RoundKey, round_id)
    if key is None:
        return None
    return KeyView(key.public_key, key.needed, holders_of(session, round_id), key.created_at, key.destroyed_at)


def opening_of(session: Session, round_id: str) -> OpeningView | None:
    """Return the record of the opening, or None before it."""
    row = session.get(Opening, round_id)
    if row is None:
        return None
    return OpeningView(row.opened_by, tuple(json.loads(row.present)), tuple(json.loads(row.holders)), row.envelopes)


def envelopes_by_group(session: Session, round_id: str) -> dict[str, int]:
    """Return the number of sealed envelopes of every voter group that has some, as the gate says."""
    counts = ballots.counts(database_of(session), round_id)
    return {group: count.envelopes for group, count in counts.items() if count.envelopes}


def has_receipt(session: Session, round_id: str, prefix: bytes) -> bool:
    """Whether an envelope lies in the box whose id begins so (ten bytes: a receipt)."""
    return ballots.has_receipt(database_of(session), round_id, prefix)


def stacks(session: Session, round_id: str) -> dict[tuple[str, str], bytes]:
    """Return the stacks by (unit id, group id): rows of one byte per item, in random order."""
    query = select(Stack.unit_id, Stack.group_id, Stack.marks).where(Stack.round_id == round_id)
    return {(unit, group): marks for unit, group, marks in session.execute(query)}


def returned_by_group(session: Session, paper: Paper) -> dict[str, int]:
    """Return the number of counted ballots of every voter group; 0 for all before the opening."""
    query = select(Stack.unit_id, Stack.group_id, func.length(Stack.marks)).where(Stack.round_id == paper.round_id)
    return valid_ballots(paper, ((unit, group, size) for unit, group, size in session.execute(query)))


def remarks(session: Session, round_id: str) -> Sequence[RemarkView]:
    """Return the remarks in the order of their random ids."""
    rows = session.execute(select(Remark.unit_id, Remark.text).where(Remark.round_id == round_id).order_by(Remark.id))
    return [RemarkView(unit, text) for unit, text in rows]
