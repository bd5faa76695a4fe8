"""What a restore means for rounds: no box comes back, and two people must accept that before a round opens (SEC-86)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.people import others_of
from app.audit import service as audit
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.scope import ROOT
from app.core.secrets import new_id
from app.inbox import service as inbox
from app.rounds.domain import RoundState
from app.rounds.models import Restored, Round
from app.rounds.ports import Ports
from app.rounds.steps import Step

ACCEPT = ("organiser", "scrutineer")
TOLD = "本安装由备份恢复，{name}已经确认，还须另一人确认后才能开始投票。"
BEFORE_OPENING = (RoundState.DRAFT, RoundState.READY)
LOST = "本安装由备份恢复，备份里没有票箱：本轮的票箱和其中的选票已经丢失。可以重新发起一轮。"


def mark(acting: Acting, folder: KeyFolder, ports: Ports, backup: tuple[datetime, Sequence[str]]) -> None:
    """Take slips and keys from rounds that wait to be opened, and mark the installation.

    ``backup``: when it was made, and which rounds were open or sealed then; these are void already. Slips of a
    draft, or of a round without any, may have been printed after the backup was made.
    """
    session, (backed_up_at, lost) = acting.session, backup
    for row in session.scalars(select(Round).where(Round.state.in_(BEFORE_OPENING)).order_by(Round.id)).all():
        for purge in ports.purge:
            purge(session, folder, row.id)
        row.slips_void = True
    for round_id in lost:
        row = session.get_one(Round, round_id)
        row.closed_at = row.closed_at or acting.now
        audit.record(session, acting.now, acting.actor, "round.void", round_id, reason=LOST)
    session.add(Restored(id=new_id(), restored_at=acting.now, backed_up_at=backed_up_at, lost=len(lost)))
    session.flush()
    audit.record(session, acting.now, acting.actor, "installation.restore", "", made=backed_up_at, lost=len(lost))


def waiting(session: Session) -> Restored | None:
    """Return the restore that two people have not accepted yet."""
    return session.scalars(select(Restored).where(Restored.second_by == "").order_by(Restored.restored_at)).first()


def accept(acting: Acting, restored_id: str) -> None:
    """Accept what a restore means; DomainError ``restore_accepted`` or, for the same person twice, ``approval_own``."""
    row = locked(acting.session, Restored, restored_id)
    if row is None or row.second_by:
        raise DomainError("restore_accepted")
    if row.first_by == acting.actor.id:
        raise DomainError("approval_own")
    if not row.first_by:
        row.first_by, row.first_name = acting.actor.id, acting.actor.name
        others = others_of(acting.session, ACCEPT, acting.actor, ROOT)
        inbox.tell(acting.session, acting.now, others, TOLD.format(name=acting.actor.name), "/rounds")
    else:
        row.second_by = acting.actor.id
    audit.record(acting.session, acting.now, acting.actor, "installation.accept", "")


def steps(session: Session) -> list[Step]:
    """Return what has to be done before a round opens; nothing where nothing waits."""
    return (
        [] if waiting(session) is None else [Step("restored", "两人确认本安装由备份恢复", done=False, href="/rounds")]
    )


def check_accepted(session: Session) -> None:
    """Refuse to open a round before two people have accepted: DomainError ``restore_not_accepted``."""
    if waiting(session) is not None:
        raise DomainError("restore_not_accepted")
