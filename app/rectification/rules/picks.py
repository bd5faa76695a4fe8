"""Which actions of the 整改台账 somebody wants to see: what the page's address says and an export is asked for with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.rectification.rules.ledger import ActionState
from app.rectification.rules.plans import ActionKind

LONGEST = 60
"""Signs of one condition; what is longer is cut."""


class Show(StrEnum):
    """Which actions are picked at one touch; the order never changes."""

    ALL = ""
    OPEN = "open"
    LATE = "late"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Pick:
    """All conditions together; what is empty asks for nothing. ``text``: words parted by spaces, all must be there."""

    show: Show = Show.ALL
    order: str = ""
    plan: str = ""
    campaign: str = ""
    unit: str = ""
    lead: str = ""
    state: str = ""
    kind: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the order, plan or campaign is asked for."""
        return replace(self, order="", plan="", campaign="") != Pick()

    @property
    def is_impossible(self) -> bool:
        """Whether the days stand the wrong way round."""
        return self.since is not None and self.until is not None and self.until < self.since


_TEXTS = {name: name for name in ("order", "plan", "campaign", "unit", "lead")} | {"q": "text"}
"""Names in an address, and what they are here: the words are called as in every list."""
_DAYS = {"from": "since", "to": "until"}


def read_pick(told: Mapping[str, str]) -> tuple[Pick, tuple[str, ...]]:
    """Return the conditions, and the names of the days (``from``, ``to``) that are none and ask for nothing."""
    texts = {name: told.get(name, "").strip()[:LONGEST] for name in (*_TEXTS, "show", "state", "kind", *_DAYS)}
    days = {name: _day(texts[name]) for name in _DAYS}
    pick = Pick(
        show=Show(texts["show"]) if texts["show"] in set(Show) else Show.ALL,
        state=texts["state"] if texts["state"] in set(ActionState) else "",
        kind=texts["kind"] if texts["kind"] in set(ActionKind) else "",
        since=days["from"],
        until=days["to"],
        **{key: texts[name] for name, key in _TEXTS.items()},
    )
    return pick, tuple(name for name, day in days.items() if texts[name] and day is None)


def told_of(pick: Pick) -> dict[str, str]:
    """Return the conditions as ``read_pick`` reads them; what asks for nothing is left out."""
    kept = {"state": "state", "kind": "kind", **_TEXTS}
    texts = {"show": pick.show.value, **{name: getattr(pick, key) for name, key in kept.items()}}
    days = {name: day.isoformat() for name, key in _DAYS.items() if (day := getattr(pick, key)) is not None}
    return {name: text for name, text in texts.items() if text} | days


def week_of(today: date) -> tuple[date, date]:
    """Return Monday and Sunday of the day's week."""
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
