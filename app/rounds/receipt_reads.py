"""What a box held when it was closed: its root and its receipts; the booth asks here, and must not reach staff."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.signs import signs_of
from app.rounds.domain import RECEIPT_BYTES
from app.rounds.models import BoxRoot


@dataclass(frozen=True, slots=True)
class RootView:
    """The root over a closed box (32 bytes), and how many envelopes it holds."""

    root: bytes
    envelopes: int

    @property
    def hex(self) -> str:
        """The root as 64 hex digits."""
        return self.root.hex()

    @property
    def signs(self) -> str:
        """The root's first 88 bits as eight signs, to be read aloud."""
        return signs_of(self.root)


def root_of(session: Session, round_id: str) -> RootView | None:
    """Return the root over a round's box, or None before its close."""
    query = select(BoxRoot.root, func.length(BoxRoot.receipts)).where(BoxRoot.round_id == round_id)
    found = session.execute(query).one_or_none()
    return None if found is None else RootView(found[0], found[1] // RECEIPT_BYTES)


def receipts_of(session: Session, round_id: str) -> bytes:
    """Return the ids of all envelopes that lay in the box at its close, sorted and joined; empty before it."""
    return session.scalar(select(BoxRoot.receipts).where(BoxRoot.round_id == round_id)) or b""


def split(joined: bytes) -> list[bytes]:
    """Return the ids one by one."""
    return [joined[at : at + RECEIPT_BYTES] for at in range(0, len(joined), RECEIPT_BYTES)]
