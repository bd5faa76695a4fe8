"""What stands beside an announced result: the meeting, number, office and date, and until when it is posted.

None of it is a figure and none is needed; it may be mended whenever somebody sees it wrong.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from hashlib import sha256
from typing import Final

from app.core.chinese import day_however_written, day_in
from app.core.errors import DomainError, Ours

LIMIT: Final = 120
FIELDS: Final = {
    "name": "会议名称和届次",
    "held_on": "会议日期",
    "number": "文号",
    "office": "印发机关",
    "issued_on": "印发日期",
    "posted_until": "公示截止日期",
    "contact": "公示期间联系人和电话",
}
"""The fields in the order in which they are printed."""
DAYS: Final = frozenset({"held_on", "issued_on", "posted_until"})


@dataclass(frozen=True, slots=True)
class Meeting:
    """What was typed, each field empty text where it was not; days as 2026-11-23."""

    name: str = ""
    held_on: str = ""
    number: str = ""
    office: str = ""
    issued_on: str = ""
    posted_until: str = ""
    contact: str = ""

    def lines(self, language: str = "zh") -> list[tuple[str, str]]:
        """Return what was filled in, with its label, as it is printed."""
        told = [(FIELDS[one.name], printed(one.name, getattr(self, one.name), language)) for one in fields(self)]
        return [(label, text) for label, text in told if text]

    @property
    def digest(self) -> str:
        """What names these very fields; empty where there are none."""
        return sha256(repr(self).encode()).hexdigest()[:16] if self.lines() else ""


NOTHING: Final = Meeting()


def printed(name: str, text: str, language: str = "zh") -> str:
    """Return a field as it is printed: a day as 2026年11月23日, or as an English reader writes it."""
    return day_in(language, date.fromisoformat(text)) if text and name in DAYS else text


def typed_meeting(typed: Mapping[str, str]) -> Meeting:
    """Return the meeting of fields that were typed.

    DomainError ``field_not_a_date``, ``field_too_long`` or ``posting_ends_early``: before it can have begun.
    """
    told = {name: " ".join(typed.get(name, "").split()) for name in asdict(NOTHING)}
    for name, text in told.items():
        if len(text) > LIMIT:
            raise DomainError("field_too_long", field=FIELDS[name], limit=LIMIT)
    meeting = Meeting(**{name: _day(name, text) if name in DAYS and text else text for name, text in told.items()})
    for name in ("held_on", "issued_on"):
        if meeting.posted_until and meeting.posted_until < getattr(meeting, name):
            raise DomainError("posting_ends_early", other=Ours(FIELDS[name]), at="posted_until")
    return meeting


def _day(name: str, text: str) -> str:
    day = day_however_written(text)
    if day is None:
        raise DomainError("field_not_a_date", field=FIELDS[name], at=name)
    return day.isoformat()
