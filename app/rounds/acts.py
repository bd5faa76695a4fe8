"""Acts on the gate, in three steps: the intent at the desk, the gate, what it says at the desk.

A crash between two steps leaves an intent behind. Any node finishes it if the gate is set, and drops it if not; the
gate itself decides which: it refuses an act that was decided before another one was done on it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.ballots import reads as ballots
from app.ballots import service as gates
from app.ballots.domain import GateState
from app.ballots.service import Change
from app.consents import service as consents
from app.core.acting import Acting, Principal
from app.core.db import Database, after_commit, database_of, locked
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.rounds.domain import Event, RoundState, next_state
from app.rounds.gone import tidy
from app.rounds.models import Intent, Round
from app.rounds.reads import KIND
from app.rounds.sealing import write_root_soon

EXTEND = "extend"
GRACE = timedelta(seconds=10)
"""How long an intent may wait for whoever wrote it; the gate would refuse him afterwards, so it decides nothing."""
ALL_ACTS = ("freeze", "close", "extend", "void", "publish", "correct")
LAPSED_BY = {Event.CLOSE.value: ("close", "extend"), Event.VOID.value: ALL_ACTS}
"""Which acts, once asked for, can be agreed to no more after an event."""
_GATES = {Event.OPEN: GateState.OPEN, Event.CLOSE: GateState.CLOSED, Event.VOID: GateState.CLOSED}


@dataclass(frozen=True, slots=True)
class _Act:
    """An intent as it was read; the row may be gone."""

    round_id: str
    id: str
    act: str
    request: dict[str, str]
    expects: str
    actor: Principal
    asked_at: datetime

    @property
    def change(self) -> Change:
        """What is to be set at the gate."""
        closes_at, key = self.request.get("closes_at"), self.request.get("public_key")
        return Change(
            self.id,
            self.expects,
            _GATES.get(Event(self.act)) if self.act != EXTEND else None,
            datetime.fromisoformat(closes_at) if closes_at else None,
            bytes.fromhex(key) if key is not None else None,
        )


def is_under_way(session: Session, round_id: str) -> bool:
    """Whether an act on the round is not finished: until it is, only the gate knows what holds."""
    return session.get(Intent, round_id) is not None


def intend(acting: Acting, round_id: str, act: str, **request: str) -> None:
    """Write down what is to be done at the gate; it is done right after the commit.

    DomainError ``box_missing``, or ``act_under_way`` while another act on the round is not finished.
    """
    session, actor = acting.session, acting.actor
    expects = ballots.last_act(database_of(session), round_id)
    if expects is None:
        raise DomainError("box_missing")
    if is_under_way(session, round_id):
        raise DomainError("act_under_way")
    row = Intent(
        round_id=round_id,
        id=new_id(),
        act=act,
        request=json.dumps(request, ensure_ascii=False),
        expects=expects,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_role=actor.written_roles,
        asked_at=acting.now,
    )
    session.add(row)
    session.flush()
    after_commit(session, partial(_carry_out, database_of(session), _read(row)))


def _read(row: Intent) -> _Act:
    actor = Principal(row.actor_id, row.actor_name, row.actor_role)
    return _Act(row.round_id, row.id, row.act, json.loads(row.request), row.expects, actor, row.asked_at)


def _carry_out(database: Database, act: _Act) -> None:
    """Set the gate, then the desk; DomainError ``round_wrong_state`` if the gate refuses."""
    if not gates.change(database, database.keys, act.round_id, act.change):
        _drop(database, act)
        raise DomainError("round_wrong_state")
    _finish(database, act)


def unsettled(database: Database) -> list[str]:
    """Return the ids of the rounds at which an act is under way, or was when a node crashed."""
    with database.reading() as session:
        return list(session.scalars(select(Intent.round_id).order_by(Intent.round_id)))


def settle(database: Database, round_id: str, now: datetime) -> None:
    """Finish or drop the act that a crashed node left at a round."""
    with database.reading() as session:
        row = session.get(Intent, round_id)
        act = _read(row) if row else None
    if act:
        _decision(database, act, ballots.last_act(database, round_id), now)(database, act)


def _decision(database: Database, act: _Act, last: str | None, now: datetime) -> Callable[[Database, _Act], None]:
    if last is None:
        return _finish if act.act == Event.VOID else _drop
    if last == act.id:
        return _finish
    if last != act.expects:
        return _drop
    # Whoever wrote it may be about to set the gate. The gate's mark makes sure that from now on he cannot.
    is_late = abs(now - act.asked_at) >= GRACE
    return _drop if is_late and _mark(database, act) else _leave


def _mark(database: Database, act: _Act) -> bool:
    """Set nothing at the gate but the id of an act that is none; whether it let that be done."""
    return gates.change(database, database.keys, act.round_id, Change(new_id(), act.expects))


def _leave(_database: Database, _act: _Act) -> None:
    """Do nothing yet."""


def _finish(database: Database, act: _Act) -> None:
    """Let the desk say what the gate says, unless another node did."""
    with database.writing() as session:
        if not _take(session, act):
            return
        row = locked(session, Round, act.round_id)
        if row is not None:
            _follow(row, act)
            consents.lapse(session, act.asked_at, KIND, act.round_id, LAPSED_BY.get(act.act, ()))
        if act.act == Event.CLOSE:
            after_commit(session, partial(write_root_soon, database, act.round_id, act.asked_at))
        if act.act == Event.VOID:
            after_commit(session, partial(tidy, database, act.round_id))


def _follow(row: Round, act: _Act) -> None:
    """Write down at the desk what became of the round; it is told nowhere else."""
    if act.act == EXTEND:
        row.closes_at = datetime.fromisoformat(act.request["closes_at"])
        return
    after = next_state(RoundState(row.state), Event(act.act))
    if after is None:
        return
    row.state = after
    if act.act == Event.OPEN:
        row.opened_at = act.asked_at
    else:
        row.closed_at = row.closed_at or act.asked_at
        row.void_reason = act.request.get("reason", "")


def _drop(database: Database, act: _Act) -> None:
    """Give the act up and say so in the log."""
    with database.writing() as session:
        if _take(session, act):
            audit.record(session, act.asked_at, act.actor, f"round.{act.act}.dropped", act.round_id)


def _take(session: Session, act: _Act) -> bool:
    """Take the intent away in this transaction; False if another node did."""
    row = locked(session, Intent, act.round_id)
    if row is None or row.id != act.id:
        return False
    session.delete(row)
    return True
