"""The key-holders around the sealed box: their shares are checked one by one, and k of them unlock it.

Nothing of it is kept: accepted shares travel back and forth in the page until the box is opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.orm import Session

from app.box.reads import HolderView, KeyView, envelopes_by_group, key_of
from app.box.service import match_share
from app.box.shares import combine, matches, normalise_share
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import RoundView, frozen_paper, get_round
from app.slips.reads import slip_accounts, used_by_group

MAX_PRESENT = 60


@dataclass(frozen=True, slots=True)
class Table:
    """What lies on the table: the key as the server knows it, and the accepted shares with their holders."""

    key: KeyView
    shares: tuple[str, ...] = ()
    holders: tuple[HolderView, ...] = ()

    @property
    def missing(self) -> int:
        """How many more shares are needed."""
        return max(0, self.key.needed - len(self.shares))


def sealed_round(session: Session, round_id: str) -> RoundView:
    """Return the round; DomainError ``box_not_sealed`` unless its box waits to be opened."""
    row = get_round(session, round_id)
    if row.state is not RoundState.SEALED:
        raise DomainError("box_not_sealed")
    return row


def lay_out(session: Session, round_id: str, shares: Sequence[str]) -> Table:
    """Return the table with the shares that came back with the page; DomainError as ``add``."""
    key = key_of(session, round_id)
    if key is None:
        raise DomainError("key_missing")
    table = Table(key)
    for share in shares:
        table = add(table, share)
    return table


def still_good(session: Session, round_id: str, shares: Sequence[str]) -> tuple[str, ...]:
    """Return the shares if they all are what the page sent out, else none."""
    try:
        return lay_out(session, round_id, shares).shares
    except DomainError:
        return ()


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


def people(names: Sequence[str], typed: str) -> tuple[str, ...]:
    """Return who is present: ticked names and typed ones (one a line, or with commas), each once.

    DomainError ``nobody_present`` or ``present_too_many``.
    """
    lines = typed.replace("、", "\n").replace("\uff0c", "\n").replace(",", "\n").splitlines()
    found = tuple(dict.fromkeys(name.strip()[:40] for name in (*names, *lines) if name.strip()))
    if not found:
        raise DomainError("nobody_present")
    if len(found) > MAX_PRESENT:
        raise DomainError("present_too_many", limit=MAX_PRESENT)
    return found


def check_counts(session: Session, paper: Paper) -> dict[str, int]:
    """Return the envelopes of every voter group if they agree with the slips (SEC-31, SEC-39).

    DomainError ``more_back_than_out`` (``groups``): the round must be voided; ``box_not_as_spent``: tampering.
    """
    wrong = [row.name for row in slip_accounts(session, paper, paper.round_id) if row.account is None]
    if wrong:
        raise DomainError("more_back_than_out", groups="、".join(wrong))
    envelopes, spent = envelopes_by_group(session, paper.round_id), used_by_group(session, paper.round_id)
    if envelopes != spent:
        raise DomainError("box_not_as_spent", envelopes=sum(envelopes.values()), spent=sum(spent.values()))
    return envelopes


def counts_problem(session: Session, round_id: str) -> DomainError | None:
    """Return what stands against opening this box, for showing it before anybody types a share."""
    try:
        check_counts(session, frozen_paper(session, round_id)[0])
    except DomainError as error:
        return error
    return None
