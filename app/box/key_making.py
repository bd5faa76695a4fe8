"""When a round's key is made, by whom, and where it is kept; ``splitting`` makes it, in a child of its own."""

import json

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.box.holders import ready_round
from app.box.models import KeyHolder, RoundKey
from app.box.reads import HolderView, holders_of, key_of
from app.box.splitting import KeyOrder, NewKey
from app.core.acting import Acting
from app.core.db import database_of, locked
from app.core.key_folder import KeyFolder
from app.office.workshop import Craft, alone
from app.rounds.domain import RoundState
from app.rounds.reads import get_round

CRAFT = Craft("app.box.splitting:make")


def new_key_elsewhere(order: KeyOrder) -> NewKey:
    """Have the key made in a child of its own; DomainErrors as ``alone``."""
    told = {
        "round_id": order.round_id,
        "needed": order.needed,
        "halves": [half.hex() for half in order.halves],
        "part": order.server_part.hex(),
    }
    answer = json.loads(alone(CRAFT, json.dumps(told).encode()))
    return NewKey(bytes.fromhex(answer["public_key"]), tuple(bytes.fromhex(part) for part in answer["parts"]))


def order_for(session: Session, folder: KeyFolder, round_id: str) -> KeyOrder | None:
    """Return what the round's key is to be made of; None while a holder has not read back, or when it is made."""
    row, halves = get_round(session, round_id), _halves(holders_of(session, round_id))
    if row.state is not RoundState.READY or len(halves) != row.key_holders or key_of(session, round_id):
        return None
    return KeyOrder(round_id, row.key_needed, halves, folder.create_part(round_id))


def _halves(holders: tuple[HolderView, ...]) -> tuple[bytes, ...]:
    return tuple(holder.public_key for holder in holders if holder.public_key and holder.checked_at)


def keep(acting: Acting, order: KeyOrder, key: NewKey) -> bool:
    """Store the key unless another was, or somebody drew anew meanwhile; return whether it was stored.

    Its public half is noted in the key folder too: whoever has the database alone must not put his own there.
    """
    session, round_id = acting.session, order.round_id
    ready_round(session, round_id)
    if key_of(session, round_id) or _halves(holders_of(session, round_id)) != order.halves:
        return False
    session.add(RoundKey(round_id=round_id, public_key=key.public_key, needed=order.needed, created_at=acting.now))
    for number, part in enumerate(key.parts, start=1):
        row = locked(session, KeyHolder, (round_id, number))
        if row is not None:
            row.part = part
    session.flush()
    database_of(session).keys.note_key(round_id, key.public_key)
    holders = [holder.name for holder in holders_of(session, round_id)]
    audit.record(session, acting.now, acting.actor, "box.key", round_id, holders=holders)
    acting.say("/rounds/{round_id}/key/make")
    return True
