"""Looking for entries of the log: by what its page shows of them and nothing else, and never through all of it at once.

The log only grows. A search looks through some entries, newest first, and says where it stopped; from there it goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.audit.service import in_reach
from app.audit.telling import Say, called, names_in, noted
from app.core.folding import folded
from app.core.lists import PAGE, every_word_stands

WITHIN: Final = 20_000
"""Entries among which one search looks for those in reach."""
READ: Final = 5_000
"""Entries in reach that one search reads."""
LONGEST: Final = len("999999999")


@dataclass(frozen=True, slots=True)
class Found:
    """Entries that hold every word, newest first, and the number before which nothing was looked at (1: all was)."""

    rows: Sequence[AuditEntry]
    before: int

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing left to look through."""
        return self.before <= 1


def asked_before(asked: Mapping[str, str]) -> int:
    """Return before which entry an address asks to look; 0, from the newest on, for what is no number."""
    text = asked.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else 0


def found_entries(session: Session, text: str, before: int, say: Say) -> Found:
    """Return a page of the entries in the session's reach that hold every word, however it is spelt.

    Looked for is in the name of who acted, in what the act and its subject are called, and in what was noted of it,
    each as the page says it.
    """
    words = [folded(word) for word in text.split()]
    top = session.scalar(select(func.max(AuditEntry.number))) or 0
    top = min(before, top + 1) if before else top + 1
    lowest = max(top - WITHIN, 1)
    one = AuditEntry
    query = select(one.number, one.actor_name, one.action, one.subject, one.detail)
    query = query.where(one.number >= lowest, one.number < top)
    looked_at = session.execute(query.where(*in_reach(session)).order_by(one.number.desc()).limit(READ)).all()
    hits: list[int] = []
    stopped = looked_at[-1].number if len(looked_at) == READ else lowest
    names = names_in(session, ((row.subject, row.detail) for row in looked_at))
    for number, name, action, subject, detail in looked_at:
        # Not by Wish.fits: folding the texts of a log, read once each, would drive those of the lists out of its cache.
        if every_word_stands(
            words, [*map(folded, (name, called(action, say), names.get(subject, ""), noted(detail, names, say)))]
        ):
            hits.append(number)
        if len(hits) == PAGE:
            stopped = number
            break
    rows = session.scalars(select(one).where(one.number.in_(hits)).order_by(one.number.desc())).all()
    return Found(rows, stopped)
