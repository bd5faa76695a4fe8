"""From shares to the private key: k of them, checked one by one, unlock the box. Not for the web process (SEC-73)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.orm import Session

from app.box.reads import HolderView, KeyView, key_of
from app.box.service import match_share
from app.box.shares import combine, matches, normalise_share
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder


@dataclass(frozen=True, slots=True)
class Table:
    """What lies on the table: the key as the server knows it, and the accepted shares with their holders."""

    key: KeyView
    shares: tuple[str, ...] = field(default=(), repr=False)
    holders: tuple[HolderView, ...] = ()

    @property
    def missing(self) -> int:
        """How many more shares are needed."""
        return max(0, self.key.needed - len(self.shares))


def lay_out(session: Session, round_id: str, shares: Sequence[str]) -> Table:
    """Return the table with these shares on it; DomainError as ``add``, or ``key_missing``."""
    key = key_of(session, round_id)
    if key is None:
        raise DomainError("key_missing")
    table = Table(key)
    for share in shares:
        table = add(table, share)
    return table


def add(table: Table, typed: str) -> Table:
    """Accept one more share.

    DomainError as ``normalise_share``, ``share_unknown``, ``shares_duplicate`` or ``shares_enough``.
    """
    share = normalise_share(typed)
    holder = match_share(table.key.holders, share)
    if holder in table.holders:
        raise DomainError("shares_duplicate")
    if not table.missing:
        raise DomainError("shares_enough", needed=table.key.needed)
    return Table(table.key, (*table.shares, share), (*table.holders, holder))


def unlock(table: Table, folder: KeyFolder, round_id: str) -> X25519PrivateKey:
    """Return the private key; DomainError ``shares_insufficient``, ``server_part_missing`` or ``server_part_wrong``."""
    if table.missing:
        raise DomainError("shares_insufficient", needed=table.key.needed, have=len(table.shares))
    private_key = combine(table.shares, folder.read_part(round_id), round_id)
    if not matches(private_key, table.key.public_key):
        raise DomainError("server_part_wrong")
    return private_key
