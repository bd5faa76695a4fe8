"""What the desk does to a box: make it, print and void codes, set its gate, destroy it. It never touches envelopes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from app.ballots import store
from app.ballots.domain import FORMAT, CodeState, Count, GateState, may_change, pack_counts, unpack_counts
from app.ballots.models import CODE, GATE, TAGGED
from app.ballots.reads import when
from app.ballots.tags import Tags, tags_of
from app.core.db import Database, held
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.turns import in_turns

_ROWS = 200
"""Rows of one statement: more of them would keep the interpreter from casts for long."""
_LOCKED = held(select(*TAGGED, GATE.c.tag))
_RETAG = (
    update(CODE)
    .where(CODE.c.hash == bindparam("code"), CODE.c.state == bindparam("before"))
    .values(state=bindparam("after"), tag=bindparam("new_tag"))
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Codes of one voter group that are printed together."""

    id: str
    group_id: str
    hashes: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Change:
    """An act on a gate: what it sets, under which id, and after which act it was decided.

    A gate on which another act was done meanwhile refuses it. What is None stays as it is.
    """

    intent: str
    expects: str
    state: GateState | None = None
    closes_at: datetime | None = None
    public_key: bytes | None = None


def create(database: Database, folder: KeyFolder, round_id: str, paper: tuple[str, str], groups: Sequence[str]) -> None:
    """Make the box of a round for ``paper`` = (JSON text, hash); nothing happens if there is one."""
    text, digest = paper
    row: dict[str, Any] = {
        "round_id": round_id,
        "format": FORMAT,
        "state": int(GateState.NOT_YET),
        "closes_at": "",
        "intent": "",
        "counts": pack_counts(groups, {}),
        "groups": json.dumps(list(groups)),
        "public_key": b"",
        "paper_hash": digest,
        "paper": text,
    }
    row["tag"] = _tag(tags_of(folder, round_id), row)
    store.create(database, row)


def issue(
    database: Database, folder: KeyFolder, round_id: str, batches: Sequence[Batch], ballot_bytes: int = 0
) -> None:
    """Put new codes into the box, in the order of their hashes; DomainError ``box_missing`` or ``gate_tampered``.

    ``ballot_bytes``: what each ballot says; there is room for all of them on the disk when this returns.
    """
    tags = tags_of(folder, round_id)
    placed = sorted((digest, batch.group_id, batch.id) for batch in batches for digest in batch.hashes)
    rows = [
        {
            "hash": digest,
            "group_id": group_id,
            "batch_id": batch_id,
            "state": int(CodeState.LIVE),
            "tag": tags.code(digest, group_id, batch_id, CodeState.LIVE),
        }
        for digest, group_id, batch_id in in_turns(placed)
    ]
    with store.writing(database, round_id) as connection:
        gate = _held(connection)
        if not tags.is_gate(gate["tag"], _tagged(gate)):
            raise DomainError("gate_tampered")
        counts = _counts(gate)
        for start in in_turns(range(0, len(rows), _ROWS), 1):
            connection.execute(insert(CODE), rows[start : start + _ROWS])
        for batch in batches:
            counts[batch.group_id] = counts.get(batch.group_id, Count()).plus(printed=len(batch.hashes))
        store.make_room(connection, sum(count.live for count in counts.values()), ballot_bytes)
        _set(connection, tags, gate, {"counts": pack_counts(list(counts), counts)})


def void(database: Database, folder: KeyFolder, round_id: str, batch_ids: Sequence[str]) -> dict[str, int]:
    """Void the live codes of batches, all in one transaction of the box.

    Return how many of each batch are void now, those of an earlier time included.
    """
    tags = tags_of(folder, round_id)
    of_these = CODE.c.batch_id.in_(batch_ids)
    with store.writing(database, round_id) as connection:
        gate = _held(connection)
        counts = _counts(gate)
        columns = (CODE.c.hash, CODE.c.group_id, CODE.c.batch_id, CODE.c.tag)
        live = select(*columns).where(of_these, CODE.c.state == int(CodeState.LIVE))
        rows = []
        for digest, group_id, batch_id, tag in in_turns(connection.execute(live).all()):
            if tags.is_code(tag, digest, group_id, batch_id, CodeState.LIVE):
                new_tag = tags.code(digest, group_id, batch_id, CodeState.VOIDED)
                rows.append(_retagged(digest, new_tag))
                counts[group_id] = counts[group_id].plus(voided=1)
        if rows:
            for start in in_turns(range(0, len(rows), _ROWS), 1):
                connection.execute(_RETAG, rows[start : start + _ROWS])
            _set(connection, tags, gate, {"counts": pack_counts(list(counts), counts)})
        gone = select(CODE.c.batch_id, func.count()).where(of_these, CODE.c.state == int(CodeState.VOIDED))
        found: dict[str, int] = {row[0]: row[1] for row in connection.execute(gone.group_by(CODE.c.batch_id))}
    return {batch_id: found.get(batch_id, 0) for batch_id in batch_ids}


def _retagged(digest: bytes, new_tag: bytes) -> dict[str, object]:
    before, after = int(CodeState.LIVE), int(CodeState.VOIDED)
    return {"code": digest, "before": before, "after": after, "new_tag": new_tag}


def _held(connection: Connection) -> dict[str, Any]:
    """Return the gate and hold it until the end of the transaction, as every writer of a box does."""
    return dict(connection.execute(_LOCKED).mappings().one())


def _tagged(gate: Mapping[str, Any]) -> list[Any]:
    return [gate[column.name] for column in TAGGED]


def _tag(tags: Tags, gate: Mapping[str, Any]) -> bytes:
    return tags.gate(_tagged(gate))


def _counts(gate: Mapping[str, Any]) -> dict[str, Count]:
    return unpack_counts(json.loads(gate["groups"]), gate["counts"])


def _set(connection: Connection, tags: Tags, gate: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Write at the gate. One that was wrongly tagged keeps its tag: nothing that is done by us makes it right again."""
    tag = gate["tag"]
    if tags.is_gate(tag, _tagged(gate)):
        tag = _tag(tags, {**gate, **values})
    connection.execute(update(GATE).values(**values, tag=tag))


def change(database: Database, folder: KeyFolder, round_id: str, act: Change) -> bool:
    """Set the gate; return False, and set nothing, if it does not let this be done.

    It does not if another act was done on it since this one was decided, and never opens twice; whatever the desk's
    database says of the round. A gate that somebody else has set stays wrongly tagged, whatever is set.
    """
    values = {
        "intent": act.intent,
        "state": None if act.state is None else int(act.state),
        "closes_at": None if act.closes_at is None else when(act.closes_at),
        "public_key": act.public_key,
    }
    given = {name: value for name, value in values.items() if value is not None}
    tags = tags_of(folder, round_id)
    with store.writing(database, round_id) as connection:
        gate = _held(connection)
        is_right = tags.is_gate(gate["tag"], _tagged(gate))
        if gate["intent"] != act.expects or not may_change(gate["state"], act.state, is_right=is_right):
            return False
        _set(connection, tags, gate, given)
        return True


def destroy(database: Database, round_id: str) -> None:
    """Remove the box with everything in it; nothing happens if there is none. Never in a transaction of the desk."""
    store.destroy(database, round_id)


def tidy(database: Database) -> None:
    """Finish what a crash left of boxes that were being made or destroyed."""
    store.tidy(database)
