"""The life of an action in the 整改台账: who may do what, and when it is overdue."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from app.rectification.rules.blank import is_blank
from app.rectification.rules.people import Person, may_be_same, names_in
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.transitions import total_table


class ActionState(StrEnum):
    """待制定 → 已审定 → 已公示 → (退回 →) 整改中 → 待验收 → 已销号; beside the way 转入长期 and 暂不具备条件."""

    DRAFTED = "drafted"
    APPROVED = "approved"
    ANNOUNCED = "announced"
    RETURNED = "returned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CLOSED_OUT = "closed_out"
    LONG_TERM = "long_term"
    EXPLAINED = "explained"


class ActionEvent(StrEnum):
    """What can happen to an action."""

    APPROVE = "approve"
    ANNOUNCE = "announce"
    BEGIN = "begin"
    PROGRESS = "progress"
    COMPLETE = "complete"
    RETURN = "return"
    ACCEPT = "accept"
    TURN_LONG_TERM = "turn_long_term"
    EXPLAIN = "explain"
    RESUME = "resume"


ACTION_ENDS = frozenset((ActionState.CLOSED_OUT, ActionState.LONG_TERM, ActionState.EXPLAINED))
"""States in which no time runs; only 已销号 is final, the other two can be resumed."""

_WORK = {
    ActionEvent.PROGRESS: ActionState.IN_PROGRESS,
    ActionEvent.TURN_LONG_TERM: ActionState.LONG_TERM,
    ActionEvent.EXPLAIN: ActionState.EXPLAINED,
}
ACTION_TABLE = total_table(
    ActionState,
    ActionEvent,
    moves={
        ActionState.DRAFTED: {ActionEvent.APPROVE: ActionState.APPROVED},
        ActionState.APPROVED: {ActionEvent.ANNOUNCE: ActionState.ANNOUNCED},
        ActionState.ANNOUNCED: {ActionEvent.BEGIN: ActionState.IN_PROGRESS, **_WORK},
        ActionState.RETURNED: {ActionEvent.BEGIN: ActionState.IN_PROGRESS, **_WORK},
        ActionState.IN_PROGRESS: {ActionEvent.COMPLETE: ActionState.COMPLETED, **_WORK},
        ActionState.COMPLETED: {
            ActionEvent.ACCEPT: ActionState.CLOSED_OUT,
            ActionEvent.RETURN: ActionState.RETURNED,
        },
        ActionState.LONG_TERM: {
            ActionEvent.PROGRESS: ActionState.LONG_TERM,
            ActionEvent.EXPLAIN: ActionState.EXPLAINED,
            ActionEvent.RESUME: ActionState.IN_PROGRESS,
        },
        ActionState.EXPLAINED: {ActionEvent.RESUME: ActionState.IN_PROGRESS},
    },
    ends={
        ActionState.CLOSED_OUT: Refusal.ENDED,
        ActionState.LONG_TERM: Refusal.SET_ASIDE,
        ActionState.EXPLAINED: Refusal.SET_ASIDE,
    },
)


def rules_in(text: str) -> tuple[str, ...]:
    """Return the names of rules made (制度成果), one a line; none where the field says nothing, each only once."""
    if not text:
        return ()
    names = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(name for name in names if not is_blank(name)))


def may_be_signed(state: ActionState) -> bool:
    """Whether a completion has been reported that the head may sign off, before it is accepted or after."""
    return state in {ActionState.COMPLETED, ActionState.CLOSED_OUT}


def takes_rules(state: ActionState) -> bool:
    """Whether rules may still be entered: what was accepted is settled."""
    return state not in {ActionState.DRAFTED, ActionState.CLOSED_OUT}


def next_action_state(state: ActionState, event: ActionEvent) -> ActionState | Refusal:
    """Return the state after the event, or why there is none."""
    return ACTION_TABLE[state, event]


@dataclass(frozen=True, slots=True)
class LedgerAction:
    """What decisions about an action rest on; ``extended_to`` is the last granted extension."""

    id: str
    owner: Person
    state: ActionState = ActionState.DRAFTED
    due: date | None = None
    extended_to: date | None = None
    begun_on: date | None = None
    progress_on: date | None = None
    progress: str = ""
    completed_on: date | None = None
    completed_by: Person | None = None
    completion: str = ""
    accepted_on: date | None = None
    accepted_by: Person | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something to an action, on which day, and the text he gives with it; ``due`` only to resume."""

    by: Person
    on: date
    text: str = ""
    due: date | None = None


def current_due(action: LedgerAction) -> date | None:
    """Return the last day that counts, after extension."""
    return last_of(action.due, action.extended_to)


def last_of(due: date | None, extended_to: date | None) -> date | None:
    """Return the same out of the two days."""
    return extended_to or due


def is_open(state: ActionState) -> bool:
    """Whether time runs for the action."""
    return state not in ACTION_ENDS


def overdue(state: ActionState, due: date | None, today: date) -> bool:
    """Whether an open action's last day has passed; the day itself is in time."""
    return is_open(state) and due is not None and today > due


def _acceptor_refusal(action: LedgerAction, acceptor: Person) -> Refusal | None:
    if not names_in(acceptor.name):
        return Refusal.ACCEPTOR_UNKNOWN
    if not names_in(action.owner.name):
        return Refusal.OWNER_UNKNOWN
    own = may_be_same(action.owner, acceptor)
    reported = action.completed_by is not None and may_be_same(action.completed_by, acceptor)
    return Refusal.ACCEPTOR_IS_OWNER if own or reported else None


_NEEDS_TEXT: Mapping[ActionEvent, Refusal] = {
    ActionEvent.PROGRESS: Refusal.ACTION_TEXT_MISSING,
    ActionEvent.COMPLETE: Refusal.ACTION_TEXT_MISSING,
    ActionEvent.RETURN: Refusal.ACTION_TEXT_MISSING,
    ActionEvent.TURN_LONG_TERM: Refusal.ACTION_TEXT_MISSING,
    ActionEvent.EXPLAIN: Refusal.ACTION_EXPLANATION_MISSING,
}


def why_not(action: LedgerAction, event: ActionEvent, act: Act) -> Refusal | None:
    """Return why an event does not apply to an action; None where it does."""
    after = next_action_state(action.state, event)
    if isinstance(after, Refusal):
        return after
    if event in _NEEDS_TEXT and is_blank(act.text):
        return _NEEDS_TEXT[event]
    if event is ActionEvent.ACCEPT and action.completed_on is not None and act.on < action.completed_on:
        return Refusal.ACT_BEFORE_LAST
    if event is ActionEvent.RESUME:
        return _resume_refusal(action, act)
    return _acceptor_refusal(action, act.by) if event in {ActionEvent.ACCEPT, ActionEvent.RETURN} else None


def _resume_refusal(action: LedgerAction, act: Act) -> Refusal | None:
    # A new date is an extension by another door: the owner cannot set it. A past one could never be extended.
    due = act.due or current_due(action)
    if due is not None and due < act.on:
        return Refusal.DUE_NEEDED
    return Refusal.RESUME_BY_OWNER if act.due is not None and may_be_same(action.owner, act.by) else None


def move(action: LedgerAction, event: ActionEvent, act: Act) -> LedgerAction | Refusal:
    """Apply an event to an action, or say why not; the action itself is never lost or changed."""
    after = next_action_state(action.state, event)
    if isinstance(after, Refusal):
        return after
    begun = act.on if after is ActionState.IN_PROGRESS and action.begun_on is None else action.begun_on
    told = _recorded(action, event, act)
    return why_not(action, event, act) or replace(action, state=after, begun_on=begun, **told)


def _recorded(action: LedgerAction, event: ActionEvent, act: Act) -> dict[str, Any]:
    """Return what is kept of an event."""
    match event:
        case ActionEvent.PROGRESS:
            return {"progress_on": act.on, "progress": act.text}
        case ActionEvent.COMPLETE:
            return {"completed_on": act.on, "completed_by": act.by, "completion": act.text}
        case ActionEvent.ACCEPT:
            return {"accepted_on": act.on, "accepted_by": act.by}
        case ActionEvent.EXPLAIN:
            return {"explanation": act.text}
        case ActionEvent.RESUME:
            return {"extended_to": act.due or action.extended_to}
        case _:
            return {}


@dataclass(frozen=True, slots=True)
class Extension:
    """A later date that was asked for; ``granted`` is None until somebody else has decided."""

    asked_by: Person
    asked_on: date
    until: date
    reason: str
    granted: bool | None = None
    decided_by: Person | None = None
    decided_on: date | None = None


def ask_extension(action: LedgerAction, ask: Act, until: date, *, pending: bool = False) -> Extension | Refusal:
    """Ask for more time, before the last day; ``pending`` says that an earlier request is not decided yet."""
    due = current_due(action)
    if due is None or not is_open(action.state) or action.state is ActionState.COMPLETED:
        return Refusal.EXTENSION_NOT_OPEN
    found = {
        Refusal.EXTENSION_PENDING: pending,
        Refusal.EXTENSION_TOO_LATE: ask.on >= due,
        Refusal.EXTENSION_NOT_LATER: until <= due,
        Refusal.EXTENSION_REASON_MISSING: is_blank(ask.text),
    }
    refusal = next((refusal for refusal, applies in found.items() if applies), None)
    return refusal or Extension(ask.by, ask.on, until, ask.text)


def decide_extension(
    action: LedgerAction, extension: Extension, act: Act, *, granted: bool
) -> tuple[LedgerAction, Extension] | Refusal:
    """Grant or refuse an extension: by somebody who neither asked for it nor owns the action."""
    if extension.granted is not None:
        return Refusal.EXTENSION_DECIDED
    if not is_open(action.state):
        return Refusal.EXTENSION_NOT_OPEN
    if may_be_same(extension.asked_by, act.by) or may_be_same(action.owner, act.by):
        return Refusal.EXTENSION_BY_ASKER
    decided = replace(extension, granted=granted, decided_by=act.by, decided_on=act.on)
    return (replace(action, extended_to=extension.until) if granted else action), decided
