"""What an entry of the log says to its reader: the act, what it was done to, and what was noted, in words of pages.

The log keeps codes and ids, for they are what its hashes cover; nobody but a program reads those.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, column, select, table
from sqlalchemy.orm import Session

from app.audit.detail_words import CODES, LABELS
from app.audit.models import AuditEntry
from app.audit.wording import ACTIONS, ANSWERS, NO, YES
from app.core.scope import campaigns_of, reach_of

Say = Callable[[str], str]
NOTHING: Final = "—"
AT_ONCE: Final = 1_000
"""Ids in one query: databases take only so many."""
_ID: Final = re.compile(r"\b[0-9a-hj-km-np-tv-z]{20}\b")
_CAMPAIGN = table("campaign", column("id"), column("title"), column("office_id"))
_ROUND = table("round", column("id"), column("title"), column("campaign_id"))
_UNIT = table("unit", column("id"), column("name"), column("campaign_id"))
_GROUP = table("voter_group", column("id"), column("name"), column("campaign_id"))
_ORDER = table("remedial_order", column("id"), column("unit_id"), column("campaign_id"))
_PLAN = table("plan", column("id"), column("unit_id"), column("campaign_id"))
_ACTION = table("remedial_action", column("id"), column("problem"), column("plan_id"))
_STAFF = table("staff", column("id"), column("name"), column("office_id"))
_OFFICE = table("office", column("id"), column("name"))


def called(action: str, say: Say) -> str:
    """Return what an act is called; what was asked of a second person, and the answer, after the act itself."""
    act, _, answer = action.rpartition(".")
    if action in ACTIONS or answer not in ANSWERS:
        return say(ACTIONS.get(action, action))
    return say(ANSWERS[answer]) % {"act": say(ACTIONS.get(act, act))}


def names_in(session: Session, rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return by its id what each thing is called that entries, by subject and detail, are about; within reach alone."""
    ids = sorted({found for subject, detail in rows for found in (subject, *_ID.findall(detail)) if found})
    parts = [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]
    asked = (
        query.where(query.selected_columns[0].in_(part)) for query in _queries(reach_of(session)) for part in parts
    )
    return {key: name for query in asked for key, name in session.execute(query)}


def _queries(reach: frozenset[str] | None) -> tuple[Select[str, str], ...]:
    """Return what gives ids and names of all that acts are done to, of the offices in reach."""

    def of(campaign: ColumnElement[str]) -> list[ColumnElement[bool]]:
        return [] if reach is None else [campaign.in_(campaigns_of(sorted(reach)))]

    def at(office: ColumnElement[str]) -> list[ColumnElement[bool]]:
        return [] if reach is None else [office.in_(reach)]

    return (
        select(_CAMPAIGN.c.id, _CAMPAIGN.c.title).where(*at(_CAMPAIGN.c.office_id)),
        select(_ROUND.c.id, _ROUND.c.title).where(*of(_ROUND.c.campaign_id)),
        select(_UNIT.c.id, _UNIT.c.name).where(*of(_UNIT.c.campaign_id)),
        select(_GROUP.c.id, _GROUP.c.name).where(*of(_GROUP.c.campaign_id)),
        select(_ORDER.c.id, _UNIT.c.name).join(_UNIT, _UNIT.c.id == _ORDER.c.unit_id).where(*of(_ORDER.c.campaign_id)),
        select(_PLAN.c.id, _UNIT.c.name).join(_UNIT, _UNIT.c.id == _PLAN.c.unit_id).where(*of(_PLAN.c.campaign_id)),
        select(_ACTION.c.id, _ACTION.c.problem)
        .join(_PLAN, _PLAN.c.id == _ACTION.c.plan_id)
        .where(*of(_PLAN.c.campaign_id)),
        select(_STAFF.c.id, _STAFF.c.name).where(*at(_STAFF.c.office_id)),
        select(_OFFICE.c.id, _OFFICE.c.name).where(*at(_OFFICE.c.id)),
    )


def parts_noted(detail: str, names: Mapping[str, str], say: Say) -> list[tuple[str, str]]:
    """Return what was noted with an entry: what each thing is called, and what it was."""
    told = ((say(LABELS.get(key, key)), _words(key, value, names, say)) for key, value in json.loads(detail).items())
    return [(label, words) for label, words in told if words]


def noted(detail: str, names: Mapping[str, str], say: Say) -> str:
    """Return the same on one line, as it is looked through; ``NOTHING`` where nothing was noted."""
    told = [f"{label}{say('：')}{words}" for label, words in parts_noted(detail, names, say)]
    return say("；").join(told) or NOTHING


def _words(key: str, value: Any, names: Mapping[str, str], say: Say) -> str:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, bool):
        return say(YES if value else NO)
    if isinstance(value, dict):
        parts = (
            (say(LABELS.get(name, names.get(name, name))), _words(name, one, names, say)) for name, one in value.items()
        )
        return say("，").join(f"{name} {words}" for name, words in parts if words)
    if isinstance(value, list):
        return say("、").join(filter(None, (_words(key, one, names, say) for one in value)))
    text = "" if value is None else str(value)
    codes = CODES.get(key, {})
    if codes and all(word in codes for word in text.split()):
        return say("、").join(say(codes[word]) for word in text.split())
    return names.get(text, text)


def subject_of(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """Return what an act was done to; nothing where that has no name, or who acted or the detail says it."""
    name = names.get(entry.subject, "")
    return "" if entry.subject == entry.actor_id or f'"{name}"' in entry.detail else name
