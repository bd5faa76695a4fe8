"""What holders of a key are told in their inboxes: that they were named, and that a box waits for their secrets."""

from collections.abc import Collection

from app.box.reads import holders_of
from app.core.acting import Acting
from app.inbox import service as inbox
from app.rounds.reads import RoundView

NAMED = "{name}请您持有“{title}”的开箱钥匙。请抽取自己的钥匙单，打印或抄好，再核对一遍。"
AWAITED = "“{title}”正在开箱，等您输入自己钥匙单上的字。"
LETTERS = (NAMED, AWAITED)


def tell_named(acting: Acting, row: RoundView, known: Collection[str]) -> None:
    """Tell who holds a part of the key and has nothing to show for it yet; ``known`` are those who have."""
    ids = [holder.staff_id for holder in holders_of(acting.session, row.id) if holder.staff_id not in known]
    _tell(acting, row, ids, NAMED.format(name=acting.actor.name, title=row.title), "key")


def tell_awaited(acting: Acting, row: RoundView) -> None:
    """Tell the holders that an opening waits for them: they may be at desks of their own."""
    ids = [holder.staff_id for holder in holders_of(acting.session, row.id)]
    _tell(acting, row, ids, AWAITED.format(title=row.title), "opening")


def drawn_and_checked(acting: Acting, round_id: str) -> None:
    """Take from the actor's inbox that he is to draw his slip."""
    inbox.done(acting.session, acting.now, [acting.actor.id], f"/rounds/{round_id}/key")


def brought(acting: Acting, round_id: str, staff_ids: Collection[str | None]) -> None:
    """Take from inboxes that an opening waits for these holders' secrets."""
    inbox.done(acting.session, acting.now, staff_ids, f"/rounds/{round_id}/opening")


def _tell(acting: Acting, row: RoundView, staff_ids: Collection[str | None], text: str, page: str) -> None:
    """Tell the others; nobody of a rehearsal, whose pages are gone when the round opens."""
    others = [staff_id for staff_id in staff_ids if staff_id and staff_id != acting.actor.id]
    if not row.is_rehearsal:
        inbox.tell(acting.session, acting.now, others, text, f"/rounds/{row.id}/{page}")
