"""What rounds need from features above them, handed in by the composition root, so that imports keep one direction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.campaigns.copying import LeftOut
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.rounds.domain import Paper
from app.rounds.reads import RoundView
from app.rounds.steps import Step


@dataclass(frozen=True, slots=True)
class Panel:
    """A card that another feature shows on the round's page."""

    template: str
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Earshot:
    """Which opinions the reader of a round's result may know of.

    ``units`` are those he sees, ``heard`` those whose remarks he may read; ``whole``: he sees all of the round's.
    """

    round_id: str
    units: frozenset[str]
    heard: frozenset[str]
    whole: bool


@dataclass(frozen=True, slots=True)
class MergedIssue:
    """问题: how many opinions were merged into it, about which units."""

    id: str
    title: str
    opinions: int
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class Merged:
    """意见建议归纳: so many opinions, the issues that some were merged into, and how many are unsorted or set aside."""

    opinions: int = 0
    issues: tuple[MergedIssue, ...] = ()
    unsorted: int = 0
    aside: int = 0


NOTHING_MERGED = Merged()


@dataclass(frozen=True, slots=True)
class Unseen:
    """The voter groups of a closed round whose numbers no report may show.

    ``damaged``: its result, which would say which these are, is not as it was published; so they are all.
    """

    groups: frozenset[str]
    damaged: bool = False


Checklist = Callable[[Session, RoundView], list[Step]]
Purge = Callable[[Session, KeyFolder, str], None]
Act = Callable[[Acting, str, Mapping[str, Any]], None]
Ready = Callable[[Database, str, Mapping[str, Any]], Act]
"""Works out of a round and a request, while no transaction is held, an act that only writes."""
Copy = Callable[[Session, str, str], Sequence[LeftOut]]
"""Takes over what a feature has set up for a campaign into a copy of it; returns what it left out."""
UnseenGroups = Callable[[Session, Paper], Unseen]
MakePanel = Callable[[Session, RoundView], Panel | None]
ReadMerged = Callable[[Session, str, Earshot], Merged]
PublicKey = Callable[[Session, str], bytes]
Answering = Callable[[Session, str, str], Sequence[str]]
"""Names the units of whose plans an action answers an issue of a campaign."""


def every_group(_session: Session, paper: Paper) -> Unseen:
    """Say that nothing of any group may be shown."""
    return Unseen(frozenset(group.id for group in paper.groups))


def _nothing_merged(_session: Session, _campaign_id: str, _earshot: Earshot) -> Merged:
    return NOTHING_MERGED


def nobody(_session: Session, _campaign_id: str, _issue_id: str) -> Sequence[str]:
    """Say that no plan rests on an issue."""
    return ()


def _no_key(_session: Session, _round_id: str) -> bytes:
    return b""


@dataclass(frozen=True, slots=True)
class Ports:
    """``acts`` are those that a second person may have to approve, by name; ``ready`` make such acts beforehand.

    ``unseen_groups`` names the voter groups of a closed round whose numbers no report may show. ``merged`` tells a
    result's reader into which issues opinions were merged. ``public_key`` gives the key to which a round's ballots are
    sealed. ``copied`` take over what belongs to a campaign into a copy of it. ``answering`` says whose plans rest on an
    issue, so that it is not taken away under them.
    """

    before_opening: tuple[Checklist, ...] = ()
    before_counting: tuple[Checklist, ...] = ()
    purge: tuple[Purge, ...] = ()
    panels: tuple[MakePanel, ...] = ()
    acts: Mapping[str, Act] = field(default_factory=dict)
    ready: Mapping[str, Ready] = field(default_factory=dict)
    copied: tuple[Copy, ...] = ()
    unseen_groups: UnseenGroups = every_group
    merged: ReadMerged = _nothing_merged
    answering: Answering = nobody
    public_key: PublicKey = _no_key

    def made_ready(self, database: Database, round_id: str, act: str, request: Mapping[str, Any]) -> "Ports":
        """Return the ports with an act on a round worked out as far as it can be while no transaction is held."""
        if act not in self.ready:
            return self
        return self.doing(act, self.ready[act](database, round_id, request))

    def doing(self, act: str, made: Act) -> "Ports":
        """Return the ports with an act as it was made beforehand."""
        return replace(self, acts={**self.acts, act: made})


def ports_of(request: Request) -> Ports:
    """Return the application's ports."""
    return cast("Ports", request.app.state.ports)
