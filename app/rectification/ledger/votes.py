"""群众评价 by a vote: actions of the ledger put to the people as the objects of a campaign of their own.

What the vote says comes through the door of every result, the released document, as the reader of the ledger may see
it; nothing of it is stored with the action.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.speaking import copy_liaisons
from app.audit import service as audit
from app.campaigns.kinds import KINDS
from app.campaigns.reads import get_campaign, office_of, units_of_campaign
from app.core.acting import Acting, Principal
from app.core.errors import DomainError
from app.publication.domain import Scope
from app.publication.reads import ANYONE, READABLE, ledger_of, published_bands, viewer_of
from app.publication.totals import published_in_short
from app.rectification.ledger.service import LedgerRow, get_action
from app.rectification.models import ActionVote
from app.rectification.orders.service import today_of
from app.rectification.rules.ratings import MOST_VOTED, Measured, voted_names
from app.rounds.reads import RoundView, rounds_of
from app.rounds.starting import Beginning, begin
from app.tally.document import TargetBand
from app.tally.headed import head_of, measure_in
from app.tally.shown import figure_text, measure_of

KIND = KINDS["actions"]
ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A vote on actions: its title, and the voter groups one a line with their numbers."""

    title: str
    voters: str


def start_vote(acting: Acting, action_ids: Sequence[str], asked: Asked) -> str:
    """Make a campaign whose objects are these actions, with a first round, in the office of theirs; return its id.

    The liaisons of an action's unit are those of its object, so that they read what is released to units.
    DomainError ``vote_without_actions``, ``vote_too_many``, ``vote_campaigns``, and as a campaign is begun.
    """
    session = acting.session
    chosen = list(dict.fromkeys(action_ids))
    if not chosen:
        raise DomainError("vote_without_actions")
    if len(chosen) > MOST_VOTED:
        raise DomainError("vote_too_many", limit=MOST_VOTED)
    rows = [get_action(session, acting.actor, action_id, today_of(acting)) for action_id in chosen]
    if len({each.plan.campaign_id for each in rows}) > 1:
        raise DomainError("vote_campaigns")
    names = voted_names([(each.row.problem, each.plan.unit_name) for each in rows])
    source = get_campaign(session, rows[0].plan.campaign_id)
    wanted = Beginning(asked.title, source.organisation, "\n".join(names), asked.voters)
    made = begin(acting, KIND, replace(wanted, office_id=office_of(session, source.id)))
    session.flush()
    objects = units_of_campaign(session, made)
    for each, unit in zip(rows, objects, strict=True):
        session.add(ActionVote(unit_id=unit.id, campaign_id=made, action_id=each.row.id))
        copy_liaisons(session, {each.plan.unit_id: unit.id})
    audit.record(session, acting.now, acting.actor, "ledger.vote", made, actions=[each.row.id for each in rows])
    return made


def with_votes(session: Session, staff: Principal, now: datetime, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """Return the rows with what votes say of them to this reader."""
    found = measured(session, staff, now, [each.row.id for each in rows])
    return [replace(each, rating=found.get(each.row.id)) for each in rows] if found else list(rows)


def measured(session: Session, staff: Principal, now: datetime, action_ids: Collection[str]) -> Mapping[str, Measured]:
    """Return by action what the vote published last says of it, as far as this reader may see it."""
    by_campaign: dict[str, dict[str, str]] = {}
    for campaign_id, unit_id, action_id in _links(session, action_ids):
        by_campaign.setdefault(campaign_id, {})[unit_id] = action_id
    found: dict[str, tuple[datetime, Measured]] = {}
    for campaign_id, actions in by_campaign.items():
        for held in rounds_of(session, campaign_id):
            if held.state not in READABLE or held.is_rehearsal:
                continue
            for unit_id, (at, words) in _told(session, staff, now, held).items():
                action_id = actions.get(unit_id, "")
                if action_id and (action_id not in found or found[action_id][0] < at):
                    found[action_id] = at, Measured(words, held.id, held.title)
    return {action_id: told for action_id, (_, told) in found.items()}


def _links(session: Session, action_ids: Collection[str]) -> Iterator[tuple[str, str, str]]:
    query = select(ActionVote.campaign_id, ActionVote.unit_id, ActionVote.action_id)
    if len(action_ids) <= ASKED_AT_ONCE:
        query = query.where(ActionVote.action_id.in_(action_ids))
    yield from ((campaign_id, unit_id, action_id) for campaign_id, unit_id, action_id in session.execute(query))


def _told(session: Session, staff: Principal, now: datetime, held: RoundView) -> dict[str, tuple[datetime, str]]:
    """Return by object when its result was published and what it says: figures, else what is released to everybody."""
    try:
        return _figures(session, staff, now, held.id)
    except DomainError as error:
        if error.code not in {"result_not_published", "role_refused"}:
            raise
    return _bands(session, now, held.id) if _is_public(session, held.id, now) else {}


def _figures(session: Session, staff: Principal, now: datetime, round_id: str) -> dict[str, tuple[datetime, str]]:
    result = published_in_short(session, round_id, viewer_of(session, staff), now)
    found = {}
    for section in result.document["sections"]:
        measure, label = measure_in(section)
        for target in section["targets"]:
            cell = target["overall"]["total"]
            figure = f"{label} {figure_text(measure_of(cell, measure))}，" if cell["shown"] else ""
            found[target["id"]] = result.published_at, f"{figure}{target['verdict']['label']}"
    return found


def _bands(session: Session, now: datetime, round_id: str) -> dict[str, tuple[datetime, str]]:
    result = published_bands(session, round_id, ANYONE, now)
    sections = result.document["sections"]
    told = ((target, _band(head_of(section), target)) for section in sections for target in section["targets"])
    return {target["id"]: (result.published_at, words) for target, words in told if words}


def _band(head: str, target: TargetBand) -> str:
    if "verdict" in target:
        return target["verdict"]["label"]
    return f"{head} {target['band']['label']}" if target["band"] else ""


def _is_public(session: Session, round_id: str, now: datetime) -> bool:
    return any(release.scope is Scope.PUBLIC and release.is_active(now) for release in ledger_of(session, round_id))


def are_held(session: Session) -> bool:
    """Whether any action was ever put to a vote."""
    return session.scalars(select(ActionVote.action_id).limit(1)).first() is not None
