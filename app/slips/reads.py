"""Where the slips of a round are. Leads to nothing of staff, so that the booth may look too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ballots import reads as ballots
from app.core.db import database_of
from app.core.errors import DomainError
from app.rounds.domain import Paper
from app.rounds.gone import OVER
from app.rounds.reads import get_round
from app.slips.accounting import SlipAccount
from app.slips.models import Batch, SlipCount


@dataclass(frozen=True, slots=True)
class BatchView:
    """Slips of one voter group printed together."""

    id: str
    group_id: str
    printed: int
    voided: int
    void_reason: str
    created_at: datetime

    @property
    def left(self) -> int:
        """How many slips go on being good: none of a batch that was voided, though some of it were used before.

        Their number, which is ``printed - voided``, is not told while the box is open (SEC-11).
        """
        return 0 if self.void_reason else self.printed


@dataclass(frozen=True, slots=True)
class GroupAccount:
    """Slip account of one voter group; ``account`` is None when the numbers cannot be right, see ``problem``."""

    group_id: str
    name: str
    expected: int
    printed: int
    voided: int
    spare: int
    handed_back: int
    used: int
    left: int
    account: SlipAccount | None
    problem: str = ""


def batches(session: Session, round_id: str) -> Sequence[BatchView]:
    """Return the batches of a round, oldest first."""
    rows = session.scalars(select(Batch).where(Batch.round_id == round_id).order_by(Batch.created_at, Batch.id))
    return [BatchView(row.id, row.group_id, row.printed, row.voided, row.void_reason, row.created_at) for row in rows]


def used_by_group(session: Session, round_id: str) -> dict[str, int]:
    """Return the number of spent codes of every voter group that has some: as the gate says, or as it last said.

    Until the round is over nothing but the gate counts: where it was to be voided and that was given up, what had been
    noted for it is old. Afterwards its box must be gone, and nobody looks for it.
    """
    is_over = get_round(session, round_id).state in OVER
    if not is_over and (counts := ballots.counts(database_of(session), round_id)):
        return {group: count.spent for group, count in counts.items() if count.spent}
    kept = select(SlipCount.group_id, SlipCount.used).where(SlipCount.round_id == round_id, SlipCount.used > 0)
    return {group: used for group, used in session.execute(kept) if used}


def batches_by_group(session: Session, paper: Paper, round_id: str) -> Sequence[BatchView]:
    """Return the batches in the order of the paper's groups, oldest first in each."""
    order = {group.id: place for place, group in enumerate(paper.groups)}
    return sorted(batches(session, round_id), key=lambda batch: order.get(batch.group_id, len(order)))


def slip_accounts(session: Session, paper: Paper, round_id: str) -> tuple[GroupAccount, ...]:
    """Return the accounts in the order of the paper's groups, with exact use: for after the close only (SEC-11)."""
    used = used_by_group(session, round_id)
    counts = {row.group_id: row for row in session.scalars(select(SlipCount).where(SlipCount.round_id == round_id))}
    printed = batches(session, round_id)
    return tuple(
        _account(
            (group.id, group.name, group.expected),
            [batch for batch in printed if batch.group_id == group.id],
            counts.get(group.id),
            used.get(group.id, 0),
        )
        for group in paper.groups
    )


def _account(
    group: tuple[str, str, int], printed: Sequence[BatchView], counted: SlipCount | None, used: int
) -> GroupAccount:
    numbers = {
        "printed": sum(batch.printed for batch in printed),
        "voided": sum(batch.voided for batch in printed),
        "spare": counted.spare if counted else 0,
        "handed_back": counted.handed_back if counted else 0,
        "used": used,
    }
    (group_id, name, expected), left = group, sum(batch.left for batch in printed)
    account, problem = None, ""
    try:
        account = SlipAccount(**numbers)
    except DomainError as error:
        problem = error.code
    return GroupAccount(group_id, name, expected, **numbers, left=left, account=account, problem=problem)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one person counted by hand for a voter group; ``present`` is None where nobody counted who came."""

    spare: int
    handed_back: int
    present: int | None


@dataclass(frozen=True, slots=True)
class HandCount:
    """What an organiser counted, and a scrutineer after him, with their names; None where nobody did yet."""

    first: Tally | None = None
    second: Tally | None = None
    counted_by: str = ""
    second_by: str = ""

    @property
    def agrees(self) -> bool:
        """Whether both counted, and the same."""
        return self.first is not None and self.first == self.second

    @property
    def differs(self) -> bool:
        """Whether both counted, and not the same."""
        return self.first is not None and self.second is not None and self.first != self.second


def hand_counts(session: Session, round_id: str) -> dict[str, HandCount]:
    """Return what was counted by hand, by group id."""
    return {
        row.group_id: HandCount(_first(row), _second(row), row.counted_by, row.second_by)
        for row in session.scalars(select(SlipCount).where(SlipCount.round_id == round_id))
    }


def _first(row: SlipCount) -> Tally | None:
    is_counted = row.counted_by or row.second_spare is None
    return Tally(row.spare, row.handed_back, row.present) if is_counted else None


def _second(row: SlipCount) -> Tally | None:
    if row.second_spare is None or row.second_handed_back is None:
        return None
    return Tally(row.second_spare, row.second_handed_back, row.second_present)


def turnout(session: Session, round_id: str, step: int) -> int:
    """Return the number of returned slips, rounded down to a multiple of ``step`` ≥ 5: never one by one (SEC-11)."""
    used = sum(used_by_group(session, round_id).values())
    return used - used % step
