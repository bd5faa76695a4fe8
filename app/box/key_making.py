"""The round's key, made when all holders have read back: split, sealed part by part, and forgotten, in one call."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.box.holders import ready_round
from app.box.models import KeyHolder, RoundKey
from app.box.reads import HolderView, holders_of, key_of
from app.box.seal import seal
from app.box.shares import SECRET_BYTES, combine, create_key, matches
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.office.bench import Bench, Made
from app.office.workshop import Craft, alone
from app.rounds.domain import RoundState
from app.rounds.reads import get_round

CRAFT = Craft("app.box.key_making:make")
_INFO = b"manyidu/key-part/v1"


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """What a key is made of: k, the public halves of all n holders, and the server part."""

    round_id: str
    needed: int
    halves: tuple[bytes, ...]
    server_part: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewKey:
    """The public half of a round's key, and each holder's part, sealed to him."""

    public_key: bytes
    parts: tuple[bytes, ...]


def part_info(round_id: str, number: int) -> bytes:
    """Return what the seal of a part is bound to: the round and the holder's number."""
    return b"\0".join((_INFO, round_id.encode(), str(number).encode()))


def new_key(order: KeyOrder) -> NewKey:
    """Make a key, split it, seal every part to its holder, and forget all but what is returned."""
    needed, part = order.needed, order.server_part
    split = create_key(needed, len(order.halves), order.round_id, part, token_bytes(SECRET_BYTES))
    if not matches(combine(split.shares[:needed], part, order.round_id), split.public_key):
        raise DomainError("shares_mismatch")
    numbered = enumerate(zip(order.halves, split.shares, strict=True), start=1)
    parts = tuple(seal(half, part_info(order.round_id, number), share.encode()) for number, (half, share) in numbered)
    return NewKey(split.public_key, parts)


def make(bench: Bench) -> Made:
    """Make a key in a child that does nothing else and then ends: what it forgets, no process remembers (SEC-73)."""
    told: dict[str, Any] = json.loads(bench.body)
    halves = tuple(bytes.fromhex(half) for half in told["halves"])
    key = new_key(KeyOrder(told["round_id"], told["needed"], halves, bytes.fromhex(told["part"])))
    return Made(json.dumps({"public_key": key.public_key.hex(), "parts": [part.hex() for part in key.parts]}).encode())


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
    """Store the key unless another was, or somebody drew anew meanwhile; return whether it was stored."""
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
    holders = [holder.name for holder in holders_of(session, round_id)]
    audit.record(session, acting.now, acting.actor, "box.key", round_id, holders=holders)
    return True
