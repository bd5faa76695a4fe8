"""Reading rounds; safe for the booth, because nothing here leads to staff, sessions or the audit log."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, select
from sqlalchemy.orm import Session

from app.campaigns.ports import Resting
from app.campaigns.reads import office_of
from app.consents.models import Consent
from app.consents.reads import waiting
from app.core.errors import DomainError
from app.core.lists import Listed, Wish, cut
from app.core.scope import everywhere
from app.rounds.domain import Paper, RoundState
from app.rounds.models import Round, RoundRetest
from app.rounds.papers import papers_in

KIND = "round"
"""What consents to acts on rounds are filed under."""
UNDER_WAY = [state.value for state in (RoundState.OPEN, RoundState.SEALED, RoundState.COUNTED, RoundState.READY)]
"""States in which somebody has to do something about a round, or is doing it."""


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round as other features see it."""

    id: str
    campaign_id: str
    title: str
    state: RoundState
    rehearsal_of: str | None
    repeats: str | None
    stage_id: str | None
    form_key: str
    shuffle_units: bool
    remarks: bool
    layout: str
    key_needed: int
    key_holders: int
    wifi_name: str
    wifi_password: str
    paper_hash: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    counted_at: datetime | None
    void_reason: str
    slips_void: bool

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is the rehearsal of another round."""
        return self.rehearsal_of is not None

    @property
    def is_archived(self) -> bool:
        """Whether only its results are kept."""
        return self.state is RoundState.ARCHIVED

    def is_early(self, now: datetime) -> bool:
        """Whether closing ``now`` would be before the planned end."""
        return self.closes_at is not None and now < self.closes_at


def view(row: Round) -> RoundView:
    """Return a row as a view."""
    fields = {name: getattr(row, name) for name in RoundView.__dataclass_fields__}
    return RoundView(**{**fields, "state": RoundState(row.state)})


_COLUMNS = [getattr(Round, name) for name in RoundView.__dataclass_fields__]
_STATE = [*RoundView.__dataclass_fields__].index("state")
_VIEWED = select(*_COLUMNS)
"""What a view needs of a round; the text of its paper is larger than all the rest."""


def _viewed(session: Session, query: Select[*tuple[Any, ...]]) -> list[RoundView]:
    """Return the rounds of a query over ``_VIEWED``, whose columns come in the order of the view's fields."""
    return [_of_row(row) for row in session.execute(query)]


def _of_row(row: Row[*tuple[Any, ...]]) -> RoundView:
    fields: list[Any] = [*row]
    fields[_STATE] = RoundState(fields[_STATE])
    return RoundView(*fields)


def get_round(session: Session, round_id: str) -> RoundView:
    """Return a round; DomainError ``round_unknown``."""
    row = session.get(Round, round_id)
    if row is None:
        raise DomainError("round_unknown")
    return view(row)


def rounds_of(session: Session, campaign_id: str) -> Sequence[RoundView]:
    """Return the rounds of a campaign, newest first, each followed by its rehearsals."""
    of_campaign = _VIEWED.where(Round.campaign_id == campaign_id)
    return _viewed(session, of_campaign.order_by(Round.created_at.desc(), Round.id))


def all_rounds(session: Session) -> Sequence[RoundView]:
    """Return every round, newest first."""
    return _viewed(session, _VIEWED.order_by(Round.created_at.desc(), Round.id))


def found_rounds(session: Session, wish: Wish, campaigns: Mapping[str, str]) -> Listed[RoundView]:
    """Return a page of the rounds that a reader looks for by title, campaign and state, in two queries.

    Those under way stand first, then the newest. ``campaigns``: their titles by id.
    """
    first = case((Round.state.in_(UNDER_WAY), 0), else_=1)
    query = select(Round.id, Round.title, Round.campaign_id).order_by(first, Round.created_at.desc(), Round.id)
    rows = session.execute(query.where(Round.state == wish.state) if wish.state else query)
    found = [row.id for row in rows if wish.fits(row.title, campaigns.get(row.campaign_id, ""))]
    return cut(found, wish).told(lambda ids: _views(session, ids))


def _views(session: Session, round_ids: Sequence[str]) -> list[RoundView]:
    """Return rounds in the order of their ids."""
    rows = {row.id: row for row in _viewed(session, _VIEWED.where(Round.id.in_(round_ids)))}
    return [rows[round_id] for round_id in round_ids]


def campaigns_under_way(session: Session) -> frozenset[str]:
    """Return the ids of the campaigns that have a round under way."""
    return frozenset(session.scalars(select(Round.campaign_id).where(Round.state.in_(UNDER_WAY)).distinct()))


def resting(session: Session, campaign_id: str) -> list[Resting]:
    """Return what every round of a campaign rests on, oldest first; a void one's paper holds nothing."""
    held = case((Round.state != RoundState.VOID, Round.paper))
    columns = (Round.title, Round.state, held, Round.form_key, Round.stage_id, Round.id)
    query = select(*columns).where(Round.campaign_id == campaign_id).order_by(Round.created_at, Round.id)
    rows = session.execute(query).all()
    papers = papers_in(session, [text for _, _, text, *_ in rows if text is not None])
    return [_resting(title, state, papers.get(text), *rest) for title, state, text, *rest in rows]


def _resting(
    title: str, state: str, paper: Paper | None, form_key: str, stage_id: str | None, round_id: str
) -> Resting:  # fmt: skip
    units = frozenset(unit.id for unit in paper.units) if paper else frozenset()
    groups = frozenset(group.id for group in paper.groups) if paper else frozenset()
    return Resting(title, units, groups, form_key, stage_id, round_id, is_draft=state == RoundState.DRAFT)


def rounds_in(
    session: Session, states: Collection[RoundState], campaigns: Collection[str] | None = None
) -> Sequence[RoundView]:  # fmt: skip
    """Return every round in one of the states, of some campaigns or of all, newest first."""
    query = _VIEWED.where(Round.state.in_([state.value for state in states]))
    if campaigns is not None:
        query = query.where(Round.campaign_id.in_(campaigns))
    return _viewed(session, query.order_by(Round.created_at.desc(), Round.id))


def rounds_beside(
    session: Session, campaign_id: str, between: tuple[datetime, datetime] | None, states: Collection[RoundState]
) -> list[RoundView]:
    """Return the frozen rounds of a campaign, and all that closed ``between`` (None: ever).

    Those in one of the states, oldest first, no rehearsals; of any office: the caller shows nothing of what he may not
    see.
    """
    frozen = (Round.rehearsal_of.is_(None), Round.paper_hash.is_not(None))
    query = _VIEWED.where(Round.state.in_([state.value for state in states]), *frozen)
    query = query.order_by(Round.created_at, Round.id)
    if between is not None:
        first, last = between
        near = (Round.closed_at > first) & (Round.closed_at < last)
        query = query.where(near | Round.closed_at.is_(None) | (Round.campaign_id == campaign_id))
    return _viewed(session, everywhere(query))


def texts_beside(session: Session, round_ids: Collection[str]) -> dict[str, str]:
    """Return the texts of rounds' frozen papers by their ids; of any office, as ``rounds_beside``."""
    query = select(Round.id, Round.paper).where(Round.id.in_(round_ids))
    return {round_id: text for round_id, text in session.execute(everywhere(query)) if text is not None}


@dataclass(frozen=True, slots=True)
class Retest:
    """Which round a 复测 repeats, and the units it asks about."""

    of: str
    unit_ids: frozenset[str]


def office_of_round(session: Session, round_id: str) -> str:
    """Return the id of the office that a round's campaign belongs to; DomainError ``round_unknown``."""
    found = session.scalar(select(Round.campaign_id).where(Round.id == round_id))
    if found is None:
        raise DomainError("round_unknown")
    return office_of(session, found)


def retest_of(session: Session, round_id: str) -> Retest | None:
    """Return what a round is the retest of, or None."""
    row = session.get(RoundRetest, round_id)
    return None if row is None else Retest(row.retest_of, frozenset(json.loads(row.unit_ids)))


def retests(session: Session) -> frozenset[str]:
    """Return the ids of all rounds that are retests."""
    return frozenset(session.scalars(select(RoundRetest.round_id)))


def last_repeat(session: Session, round_id: str) -> str:
    """Return the round that was made in place of a voided one, and so on; the round itself where there is none."""
    while (again := session.scalars(select(Round.id).where(Round.repeats == round_id)).first()) is not None:
        round_id = again
    return round_id


def retested_units(session: Session, round_id: str) -> frozenset[str] | None:
    """Return the units that a retest asks about; None for a round that asks about all."""
    retest = retest_of(session, round_id)
    return None if retest is None else retest.unit_ids


def frozen_text(session: Session, round_id: str) -> tuple[str, str]:
    """Return the frozen paper as its JSON text, and its hash; DomainError ``paper_not_frozen``."""
    found = session.execute(select(Round.paper, Round.paper_hash).where(Round.id == round_id)).one_or_none()
    if found is None:
        raise DomainError("round_unknown")
    text, digest = found
    if text is None or digest is None:
        raise DomainError("paper_not_frozen")
    return text, digest


def frozen_paper(session: Session, round_id: str) -> tuple[Paper, str]:
    """Return the frozen paper and its hash (64 hex signs); DomainError ``paper_not_frozen``."""
    text, digest = frozen_text(session, round_id)
    return papers_in(session, [text])[text], digest


def frozen_papers(session: Session, round_ids: Collection[str]) -> Mapping[str, Paper]:
    """Return the frozen papers of rounds by their ids, in one query; those without one are left out."""
    query = select(Round.id, Round.paper).where(Round.id.in_(round_ids), Round.paper.is_not(None))
    return _parsed(session, query)


def _parsed(session: Session, query: Select[str, str | None]) -> dict[str, Paper]:
    """Return the papers that a query of ids and texts finds."""
    texts = {round_id: text for round_id, text in session.execute(query) if text is not None}
    papers = papers_in(session, texts.values())
    return {round_id: papers[text] for round_id, text in texts.items()}


def judges_scores(paper: Paper) -> bool:
    """Whether a round has a rule on its composite score."""
    composite = paper.scheme.composite
    return composite is not None and composite.rule is not None


def papers_judging_scores(session: Session, round_ids: Collection[str]) -> Mapping[str, Paper]:
    """Return the papers of those rounds that have a rule on their composite score; none without a score is parsed."""
    scored = Round.paper.contains('"composite":{', autoescape=True)
    query = select(Round.id, Round.paper).where(Round.id.in_(round_ids), scored)
    papers = _parsed(session, query)
    return {round_id: paper for round_id, paper in papers.items() if judges_scores(paper)}


def waiting_approvals(session: Session, round_id: str) -> Sequence[Consent]:
    """Return the acts on a round that wait for a second person."""
    return waiting(session, KIND, round_id)
