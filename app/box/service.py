"""The round's key before the opening: made, printed once, and read back from paper by everyone who holds a part."""

import hmac
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Role
from app.audit import service as audit
from app.box.key_slip import KeySlip, packed
from app.box.models import KeyHolder, Opening, OpeningJob, OpeningShare, Remark, RoundKey, Stack
from app.box.reads import HolderView, key_of
from app.box.shares import SECRET_BYTES, combine, create_key, matches, normalise_share, share_fingerprint
from app.core.acting import Acting, Principal
from app.core.db import locked
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.office.workshop import Craft, alone
from app.rounds.domain import RoundState, Step
from app.rounds.ports import Panel
from app.rounds.reads import RoundView, frozen_paper
from app.rounds.service import locked_round

TYPESET = Craft("app.box.key_slip_printing:typeset")
NAME_LIMIT = 40


def make_key(acting: Acting, folder: KeyFolder, round_id: str, holders: Sequence[str]) -> list[str]:
    """Make the round's key and return the words of each holder's share; a key made before opens nothing any more.

    The server part is kept when a key is made anew: were this transaction rolled back, the old key must still open.
    """
    row = _ready(acting.session, round_id)
    names = _checked_names(holders, row.key_holders)
    part = folder.create_part(round_id)
    split = create_key(row.key_needed, row.key_holders, round_id, part, token_bytes(SECRET_BYTES))
    if not matches(combine(split.shares[: row.key_needed], part, round_id), split.public_key):
        raise DomainError("shares_mismatch")
    again = _forget_key(acting.session, round_id)
    acting.session.add(
        RoundKey(round_id=round_id, public_key=split.public_key, needed=row.key_needed, created_at=acting.now)
    )
    acting.session.add_all(
        KeyHolder(round_id=round_id, number=number, name=name, fingerprint=share_fingerprint(share))
        for number, (name, share) in enumerate(zip(names, split.shares, strict=True), start=1)
    )
    audit.record(acting.session, acting.now, acting.actor, "box.key", round_id, holders=names, again=again)
    return split.shares


def _ready(session: Session, round_id: str) -> RoundView:
    row = locked_round(session, round_id)
    if row.state is not RoundState.READY:
        raise DomainError("round_wrong_state")
    return row


def _checked_names(holders: Sequence[str], count: int) -> list[str]:
    names = [name.strip() for name in holders]
    if len(names) != count or not all(names):
        raise DomainError("holder_missing", count=count)
    if len(set(names)) < count:
        raise DomainError("holder_twice")
    if max(map(len, names)) > NAME_LIMIT:
        raise DomainError("field_too_long", field="钥匙持有人", limit=NAME_LIMIT)
    return names


def _forget_key(session: Session, round_id: str) -> bool:
    """Delete the key's rows and return whether there were any."""
    session.execute(delete(KeyHolder).where(KeyHolder.round_id == round_id))
    gone = session.connection().execute(delete(RoundKey).where(RoundKey.round_id == round_id)).rowcount
    session.expire_all()
    return gone > 0


def print_key(acting: Acting, folder: KeyFolder, round_id: str, holders: Sequence[str]) -> Callable[[], bytes]:
    """Make the round's key and return what typesets its key slips, after the commit; they are kept nowhere."""
    shares = make_key(acting, folder, round_id, holders)
    row = locked_round(acting.session, round_id)
    paper, _ = frozen_paper(acting.session, round_id)
    title = f"{'〔演练〕' if paper.rehearsal else ''}{paper.campaign} · {paper.title}"
    slips = [
        KeySlip(title, name.strip(), number, row.key_holders, row.key_needed, share)
        for number, (name, share) in enumerate(zip(holders, shares, strict=True), start=1)
    ]
    return partial(alone, TYPESET, packed(slips))


def check_share(acting: Acting, round_id: str, number: int, typed: str) -> None:
    """Record that holder ``number`` read his share back from paper.

    DomainError as ``normalise_share``, ``share_of_other`` (``name``) or ``share_unknown``. The words go nowhere.
    """
    _ready(acting.session, round_id)
    key = key_of(acting.session, round_id)
    holder = match_share(key.holders if key else (), normalise_share(typed))
    if holder.number != number:
        raise DomainError("share_of_other", name=holder.name)
    row = locked(acting.session, KeyHolder, (round_id, number))
    if row is not None and row.checked_at is None:
        row.checked_at = acting.now
        audit.record(acting.session, acting.now, acting.actor, "box.key_check", round_id, holder=holder.name)


def match_share(holders: Sequence[HolderView], share: str) -> HolderView:
    """Return whose share it is; DomainError ``share_unknown``: of another round, or of a key made anew since."""
    fingerprint = share_fingerprint(share)
    for holder in holders:
        if hmac.compare_digest(holder.fingerprint, fingerprint):
            return holder
    raise DomainError("share_unknown")


def default_holders(session: Session, staff: Principal, count: int) -> list[str]:
    """Suggest who holds the shares: the organiser at work, then the scrutineers, then nobody."""
    scrutineers = [row.name for row in accounts.everyone(session) if row.role == Role.SCRUTINEER and not row.disabled]
    names = list(dict.fromkeys([staff.name, *scrutineers]))[:count]
    return names + [""] * (count - len(names))


def staff_names(session: Session) -> list[str]:
    """Return the names of everyone who may stand around the box: organisers and scrutineers."""
    roles = {Role.ORGANISER, Role.SCRUTINEER}
    return [row.name for row in accounts.everyone(session) if row.role in roles and not row.disabled]


def public_key(session: Session, round_id: str) -> bytes:
    """Return the public half of the round's key; DomainError ``key_missing``."""
    key = key_of(session, round_id)
    if key is None:
        raise DomainError("key_missing")
    return key.public_key


def before_opening(session: Session, row: RoundView) -> list[Step]:
    """Return the checklist's lines about the key: made, and read back by all."""
    key, href = key_of(session, row.id), f"/rounds/{row.id}/key"
    progress = f"{key.checked}/{len(key.holders)}" if key else ""
    return [
        Step("key_made", "生成票箱钥匙并打印钥匙单", key is not None, href),
        Step("key_checked", "每位持有人核对钥匙单", key is not None and key.is_checked, href, progress),
    ]


def panel(session: Session, row: RoundView) -> Panel | None:
    """Return the box's card on the round's page."""
    if row.state in {RoundState.DRAFT, RoundState.VOID}:
        return None
    return Panel("box/panel.html", {"round": row, "key": key_of(session, row.id)})


def discard(session: Session, round_id: str) -> None:
    """Delete the stacks of a voided round, and end what opens it; the server's key part goes by and by."""
    for table in (Stack, Remark, OpeningShare, OpeningJob):
        session.execute(delete(table).where(table.round_id == round_id))


def purge(session: Session, folder: KeyFolder, round_id: str) -> None:
    """Delete the box of a rehearsal with everything in it."""
    discard(session, round_id)
    session.execute(delete(Opening).where(Opening.round_id == round_id))
    _forget_key(session, round_id)
    folder.destroy_part(round_id)
