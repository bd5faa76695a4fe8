"""Playing a round from its first slip to its result, by the doors that everybody uses; its key share ends with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.box.played import play_holders
from app.core.acting import Acting, Principal
from app.core.clock import utc_now
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import shuffled
from app.main import PORTS
from app.operations.meeting import Meeting, close_and_open, vote
from app.publication import service as publication
from app.rounds import service as rounds
from app.rounds.reads import frozen_paper, get_round
from app.slips import service as slips

SCOPE = "leaders"
LEFT_OVER = 1
"""Slips of each group that nobody uses: so many are counted as left over."""


@dataclass(frozen=True, slots=True)
class Played:
    """A round that one process plays: its slips by group id, who holds its key, what is counted by hand, who came."""

    round_id: str
    printed: Mapping[str, int]
    holders: Sequence[str]
    spare: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    came: Mapping[str, int] | None = None


def open_played(
    database: Database, folder: KeyFolder, by: tuple[datetime, Principal], played: Played
) -> tuple[dict[str, list[str]], list[str]]:
    """Print the slips of a frozen round, make its key and open it; return the codes by group id and the shares."""

    def opened(session: Session) -> tuple[dict[str, list[str]], list[str]]:
        acting, round_id = Acting(session, *by), played.round_id
        codes = slips.issue(acting, folder, round_id, played.printed)
        if played.spare:
            slips.set_counts(acting, round_id, played.spare, played.came)
        shares = play_holders(acting, folder, round_id, played.holders)
        rounds.open_round(acting, folder, PORTS, round_id)
        return codes, shares

    return database.acted(opened)


def publish_played(database: Database, by: tuple[datetime, Principal], round_id: str, scope: str) -> None:
    """Publish what was counted for a scope."""
    database.acted(lambda session: publication.publish(Acting(session, *by), round_id, {"scope": scope}))


def play_rehearsal(database: Database, folder: KeyFolder, round_id: str, staff: Principal) -> None:
    """Play an example's rehearsal now, and publish it for staff."""
    _play(database, folder, round_id, staff, utc_now)


def play_then(database: Database, folder: KeyFolder, round_id: str, staff: Principal, then: datetime) -> None:
    """Play a frozen round of the demo as it was at an earlier time, and publish it for leaders."""
    _play(database, folder, round_id, staff, lambda: then + timedelta(minutes=1))


def _play(
    database: Database, folder: KeyFolder, round_id: str, staff: Principal, clock: Callable[[], datetime]
) -> None:
    with database.reading() as session:
        campaign_id, (paper, _) = get_round(session, round_id).campaign_id, frozen_paper(session, round_id)
    came = {group.id: group.expected - LEFT_OVER for group in paper.groups}
    printed = {group.id: group.expected for group in paper.groups}
    played = Played(round_id, printed, [staff.name], dict.fromkeys(came, (LEFT_OVER, 0)), came)
    codes, shares = open_played(database, folder, (clock(), staff), played)
    vote(database, folder, clock(), shuffled(code for group in codes.values() for code in group[LEFT_OVER:]))
    close_and_open(database, folder, Meeting(campaign_id, round_id, [], shares, 1, staff, (staff.name,)), clock)
    publish_played(database, (clock(), staff), round_id, SCOPE)
