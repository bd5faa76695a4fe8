"""Asking for the freeze, and freezing what was agreed to: groups and recusals are seen by two (SEC-84)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from app.core.acting import Acting
from app.core.errors import DomainError
from app.rounds.checklist import freeze_problems
from app.rounds.domain import Event, Paper, PaperGroup, next_state, paper_digest
from app.rounds.papers import paper_text
from app.rounds.reads import RoundView, get_round
from app.rounds.service import draft_paper, freeze, refuse_missing

FREEZE: Final = "freeze"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A voter group as it is about to be frozen; ``left_out`` are the names of the units that it does not rate."""

    group: PaperGroup
    left_out: tuple[str, ...]
    gets_slips: bool
    gets_row: bool


def rows_of(paper: Paper) -> list[GroupRow]:
    """Return the voter groups with what becomes of their answers, in their order."""
    return [
        GroupRow(
            group=group,
            left_out=tuple(unit.name for unit in paper.units if unit.id in group.left_out),
            gets_slips=paper.gets_slips(group),
            gets_row=paper.gets_row(group),
        )
        for group in paper.groups
    ]


def request_to_freeze(session: Session, round_id: str) -> dict[str, Any]:
    """Return what is asked for: the digest of the paper as it is now, with the groups that the second person sees.

    DomainError ``round_wrong_state``, ``steps_missing``, or ``one_holder`` where one person could open the box: that
    is for rehearsals, which are never asked for, and for the demo, which asks nobody (SEC-77).
    """
    row = get_round(session, round_id)
    if next_state(row.state, Event.FREEZE) is None:
        raise DomainError("round_wrong_state")
    _refuse_one_holder(row)
    paper = draft_paper(session, row)
    refuse_missing(freeze_problems(paper))
    groups = [{"name": of.group.name, "expected": of.group.expected, "without": of.left_out} for of in rows_of(paper)]
    return {"paper": paper_digest(paper_text(paper)), "groups": groups}


def _refuse_one_holder(row: RoundView) -> None:
    if row.key_holders == 1:
        raise DomainError("one_holder")


def freeze_asked(acting: Acting, round_id: str, request: Mapping[str, Any]) -> None:
    """Freeze the very paper that was asked for; DomainError ``freeze_outdated`` where it is another one by now.

    And ``one_holder``: it may have been asked for before that was refused.
    """
    _refuse_one_holder(get_round(acting.session, round_id))
    if freeze(acting, round_id) != request["paper"]:
        raise DomainError("freeze_outdated")
