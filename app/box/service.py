"""What the box shows and does around a round's life: its line on the checklist, its card, its end."""

from collections.abc import Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts import people
from app.accounts import service as accounts
from app.accounts.domain import Role
from app.box.at_gate import parted
from app.box.holders import MOST_ORGANISERS, forget_key, organisers_among, speaking_for
from app.box.models import KeyHolder, Opening, OpeningJob, OpeningShare, Remark, Stack
from app.box.reads import holders_of, key_of
from app.core.db import database_of, locked_rows
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.rounds.allowed import AFTER_OPENING
from app.rounds.domain import NOT_ASKED, RoundState
from app.rounds.ports import Panel
from app.rounds.reads import RoundView, office_of_round
from app.rounds.receipt_reads import root_of
from app.rounds.steps import Step


def staff_names(session: Session, round_id: str) -> list[str]:
    """Return the names of everyone who may stand around a round's box: organisers and scrutineers who see it."""
    roles, seen_by = {Role.ORGANISER, Role.SCRUTINEER}, people.who_see(session, office_of_round(session, round_id))
    return [row.name for row in seen_by if accounts.has_any(row, roles) and not row.disabled]


def public_key(session: Session, round_id: str) -> bytes:
    """Return the public half of the round's key.

    DomainError ``key_missing``, or ``key_swapped`` where it is not the one that was made of the holders' secrets.
    """
    key = key_of(session, round_id)
    if key is None:
        raise DomainError("key_missing")
    if not database_of(session).keys.knows_key(round_id, key.public_key):
        raise DomainError("key_swapped")
    return key.public_key


def before_opening(session: Session, row: RoundView) -> list[Step]:
    """Return the checklist's lines about the key: holders named, their secrets drawn and read back, the key made."""
    holders, href = holders_of(session, row.id), f"/rounds/{row.id}/key"
    ids = [holder.staff_id for holder in holders]
    liaisons = speaking_for(session, row.id, ids)
    checked = sum(holder.checked_at is not None for holder in holders)
    return [
        Step("key_holders", "指定钥匙持有人", len(holders) == row.key_holders, href),
        Step(
            "key_checked",
            "每位持有人抽取并核对自己的钥匙单",
            checked == row.key_holders,
            href,
            (f"{checked}/{row.key_holders}",) if holders else (),
        ),
        Step(
            "key_people",
            "钥匙持有人里组织者最多一人（角色改过的，重新指定持有人）",
            organisers_among(session, ids) <= MOST_ORGANISERS,
            href,
        ),
        Step(
            "key_liaisons",
            "钥匙持有人里没有被测评单位的联络员（后来指定的，重新指定持有人）",
            not liaisons,
            href,
            tuple(dict.fromkeys(name for name, _ in liaisons)),
        ),
        Step("key_made", "生成票箱钥匙", key_of(session, row.id) is not None, href),
    ]


def panel(session: Session, row: RoundView) -> Panel | None:
    """Return the box's card on the round's page."""
    if row.state in {RoundState.DRAFT, RoundState.VOID}:
        return None
    context = {
        "round": row,
        "parted": parted(session, row),
        "root": root_of(session, row.id),
        "key": key_of(session, row.id),
        "holders": holders_of(session, row.id),
        "is_sealed": row.state is RoundState.SEALED,
        "is_opened": row.state in AFTER_OPENING,
    }
    return Panel("box/panel.html", context)


def discard(session: Session, round_id: str) -> None:
    """Delete the stacks of a voided round, and end what opens it; box and key part go with the act on the gate."""
    for table in (Stack, Remark, OpeningShare, OpeningJob):
        session.execute(delete(table).where(table.round_id == round_id))


def put_away(session: Session, round_id: str) -> Mapping[str, int]:
    """Wipe what is left of the ballots of a round that is put away; return how many of each sort there were.

    ``stacks``, ``remarks`` (all of them, released or not) and ``openings``: key shares brought and attempts to open.
    Of every stack as many empty rows stay as it had: the record of the counting rests on their number.
    """
    stacks = 0
    for row in locked_rows(session, select(Stack).where(Stack.round_id == round_id)):
        stacks, row.marks = stacks + 1, bytes([NOT_ASKED]) * len(row.marks)
    wiped = {}
    for table in (Remark, OpeningShare, OpeningJob):
        of_round = table.round_id == round_id
        wiped[table] = session.scalar(select(func.count()).select_from(table).where(of_round)) or 0
        session.execute(delete(table).where(of_round))
    return {"stacks": stacks, "remarks": wiped[Remark], "openings": wiped[OpeningShare] + wiped[OpeningJob]}


def purge(session: Session, _folder: KeyFolder, round_id: str) -> None:
    """Delete what was counted of a rehearsal, and its key; the box itself goes with the round."""
    discard(session, round_id)
    session.execute(delete(Opening).where(Opening.round_id == round_id))
    forget_key(session, round_id)
    session.execute(delete(KeyHolder).where(KeyHolder.round_id == round_id))
