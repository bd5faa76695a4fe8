"""A round's key, made from what it is told alone: nothing here knows a database, so that a child starts at once."""

import json
from dataclasses import dataclass, field
from typing import Any

from app.box.seal import seal
from app.box.shares import SECRET_BYTES, combine, create_key, matches
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.office.bench import Bench, Made

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
