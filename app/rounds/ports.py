"""What rounds need from features above them, handed in by the composition root, so that imports keep one direction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from fastapi import Request
from sqlalchemy.orm import Session

from app.core.key_folder import KeyFolder
from app.rounds.domain import Paper, Step
from app.rounds.reads import RoundView
from app.web.auth import Principal


@dataclass(frozen=True, slots=True)
class Panel:
    """A card that another feature shows on the round's page."""

    template: str
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something to a round, when, in which transaction."""

    session: Session
    now: datetime
    actor: Principal


Checklist = Callable[[Session, RoundView], list[Step]]
Purge = Callable[[Session, KeyFolder, str], None]
Act = Callable[[Acting, str, Mapping[str, Any]], None]
AfterCounting = Callable[[Acting, str], None]
UnseenGroups = Callable[[Paper, Mapping[str, tuple[int, int]]], frozenset[str]]
MakePanel = Callable[[Session, RoundView], Panel | None]


def _every_group(paper: Paper, _slips: Mapping[str, tuple[int, int]]) -> frozenset[str]:
    return frozenset(group.id for group in paper.groups)


@dataclass(frozen=True, slots=True)
class Ports:
    """``acts`` are those that a second person may have to approve, by name.

    ``after_counting`` runs in the transaction that empties the box. ``unseen_groups`` names the voter groups whose
    numbers no report may show, from the slips issued and returned of each.
    """

    before_opening: tuple[Checklist, ...] = ()
    before_counting: tuple[Checklist, ...] = ()
    purge: tuple[Purge, ...] = ()
    panels: tuple[MakePanel, ...] = ()
    acts: Mapping[str, Act] = field(default_factory=dict)
    after_counting: tuple[AfterCounting, ...] = ()
    unseen_groups: UnseenGroups = _every_group


def ports_of(request: Request) -> Ports:
    """Return the application's ports."""
    return cast("Ports", request.app.state.ports)
