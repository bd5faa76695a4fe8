"""From secrets to the private key: k of them, checked one by one, unlock the box. Not for the web process (SEC-73)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.orm import Session

from app.box.envelope import BadEnvelope
from app.box.holder_secret import holder_key, public_half
from app.box.holders import match_half
from app.box.reads import HolderView, KeyView, key_of
from app.box.seal import unseal
from app.box.shares import combine, matches
from app.box.splitting import part_info
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder


@dataclass(frozen=True, slots=True)
class Table:
    """What lies on the table: the key as the server knows it, and the accepted secrets with their holders."""

    round_id: str
    key: KeyView
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    holders: tuple[HolderView, ...] = ()

    @property
    def missing(self) -> int:
        """How many more secrets are needed."""
        return max(0, self.key.needed - len(self.secrets))


def lay_out(session: Session, round_id: str, secrets: Sequence[bytes]) -> Table:
    """Return the table with these secrets on it; DomainError as ``add``, or ``key_missing``."""
    key = key_of(session, round_id)
    if key is None:
        raise DomainError("key_missing")
    table = Table(round_id, key)
    for secret in secrets:
        table = add(table, secret)
    return table


def add(table: Table, secret: bytes) -> Table:
    """Accept one more holder's secret; DomainError ``share_unknown``, ``shares_duplicate`` or ``shares_enough``."""
    holder = match_half(table.key.holders, public_half(secret, table.round_id))
    if holder in table.holders:
        raise DomainError("shares_duplicate")
    if not table.missing:
        raise DomainError("shares_enough", needed=table.key.needed)
    return Table(table.round_id, table.key, (*table.secrets, secret), (*table.holders, holder))


def unlock(table: Table, folder: KeyFolder) -> X25519PrivateKey:
    """Return the private key.

    DomainError ``shares_insufficient``, ``shares_mismatch``, ``server_part_missing`` or ``server_part_wrong``.
    """
    if table.missing:
        raise DomainError("shares_insufficient", needed=table.key.needed, have=len(table.secrets))
    pairs = zip(table.holders, table.secrets, strict=True)
    parts = [_part(table.round_id, holder, secret) for holder, secret in pairs]
    private_key = combine(parts, folder.read_part(table.round_id), table.round_id)
    if not matches(private_key, table.key.public_key):
        raise DomainError("server_part_wrong")
    return private_key


def _part(round_id: str, holder: HolderView, secret: bytes) -> str:
    """Return a holder's part of the key, which his secret unseals."""
    try:
        return unseal(holder_key(secret, round_id), part_info(round_id, holder.number), holder.part or b"").decode()
    except BadEnvelope:
        raise DomainError("shares_mismatch") from None
