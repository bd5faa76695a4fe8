"""The campaign board: its stages, what each unit has done, and ticking a step by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.copying import LeftOut
from app.campaigns.listing import campaigns_of, titles
from app.campaigns.reads import CampaignView, UnitView, get_campaign
from app.core.acting import Acting, Principal
from app.core.db import locked
from app.core.errors import DomainError
from app.core.lists import ANYTHING, Listed, Wish, cut
from app.rectification.board.facts import fact_for, facts_of
from app.rectification.models import BoardDone, CampaignBoard
from app.rectification.orders.reads import days_table, reach
from app.rectification.orders.service import today_of
from app.rectification.rules.board import (
    TEMPLATES,
    Cell,
    CellState,
    Done,
    Row,
    Source,
    Stage,
    Step,
    board,
    done_refusal,
    stage_problems,
)
from app.rectification.rules.workdays import Holidays

STAGES = TypeAdapter(tuple[Stage, ...])
MOST_STAGES, MOST_STEPS = 20, 60
Place = tuple[str, str]
"""A unit's id with a step's key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person entered about a step, and who did."""

    done: Done
    by: str


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many units stand where with a step; ``missing`` are all that have not done it."""

    step: Step
    done: int
    late: int
    left_out: int
    missing: int


@dataclass(frozen=True)
class BoardView:
    """A campaign's board within the reach of its reader: what people entered, and what the system knows."""

    campaign: CampaignView
    stages: tuple[Stage, ...]
    units: tuple[UnitView, ...]
    entries: Mapping[Place, Entry]
    facts: Mapping[Place, Done]
    today: date

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in the order of the stages."""
        return tuple(step for stage in self.stages for step in stage.steps)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """A row for every unit in official order; what a person entered comes before what the system knows."""
        entered = {place: entry.done for place, entry in self.entries.items()}
        return board(self.stages, [unit.id for unit in self.units], {**self.facts, **entered}, self.today)

    @property
    def counts(self) -> tuple[StepCount, ...]:
        """The steps with the numbers of units that stand where."""
        return tuple(_count(step, [row.cells[place] for row in self.rows]) for place, step in enumerate(self.steps))

    @property
    def missing(self) -> int:
        """How many steps of units are not done, though their time has begun or a later step is done."""
        return sum(is_missing(cell) for row in self.rows for cell in row.cells)


def is_missing(cell: Cell) -> bool:
    """Whether a unit still has to do the step now."""
    return cell.state in {CellState.DUE, CellState.LATE} or cell.left_out


def _count(step: Step, cells: Sequence[Cell]) -> StepCount:
    states = [cell.state for cell in cells]
    done = states.count(CellState.DONE)
    left_out = sum(cell.left_out for cell in cells)
    return StepCount(step, done, states.count(CellState.LATE), left_out, len(cells) - done)


def stages_of(session: Session, campaign_id: str) -> tuple[Stage, ...]:
    """Return a campaign's stages; none where its organiser has set no steps."""
    row = session.get(CampaignBoard, campaign_id)
    return () if row is None else STAGES.validate_json(row.stages)


def mark_of(stages: Sequence[Stage]) -> str:
    """Return a short mark of the stages, by which an editor's form tells what it was made from."""
    return sha256(STAGES.dump_json(tuple(stages))).hexdigest()[:16]


def boards(session: Session, staff: Principal, wish: Wish = ANYTHING) -> Listed[tuple[str, str, bool]]:
    """Return id, title and whether there are steps of the campaigns of which somebody may see a row, newest first."""
    units = reach(session, staff)
    seen = None if units is None else campaigns_of(session, units)
    with_steps = set(session.scalars(select(CampaignBoard.campaign_id)))
    every = [(each, title, each in with_steps) for each, title in titles(session).items() if wish.fits(title)]
    return cut([each for each in every if seen is None or each[0] in seen], wish)


def board_of(session: Session, staff: Principal, today: date, campaign_id: str) -> BoardView:
    """Return the board; to a liaison his units' rows alone. DomainError ``campaign_unknown``, also without any."""
    campaign, units = get_campaign(session, campaign_id), reach(session, staff)
    shown = tuple(unit for unit in campaign.units if units is None or unit.id in units)
    if units is not None and not shown:
        raise DomainError("campaign_unknown")
    stages, known = stages_of(session, campaign_id), facts_of(session, campaign_id)
    ids = {unit.id for unit in shown}
    query = select(BoardDone).where(BoardDone.campaign_id == campaign_id)
    entries = {
        (row.unit_id, row.step): Entry(Done(row.done_on, row.proof), row.entered_by)
        for row in session.scalars(query)
        if row.unit_id in ids
    }
    facts = {
        (unit.id, step.key): done
        for stage in stages
        for step in stage.steps
        for unit in shown
        if (done := fact_for(known, step, unit.id)) is not None
    }
    return BoardView(campaign, stages, shown, entries, facts, today)


def place_of(view: BoardView, unit_id: str, key: str) -> tuple[UnitView, Step]:
    """Return unit and step; DomainError ``unit_unknown``, also out of reach, or ``board_step_unknown``."""
    unit = next((unit for unit in view.units if unit.id == unit_id), None)
    step = next((step for step in view.steps if step.key == key), None)
    if unit is None:
        raise DomainError("unit_unknown")
    if step is None:
        raise DomainError("board_step_unknown")
    return unit, step


def save_stages(acting: Acting, campaign_id: str, stages: Sequence[Stage], seen: str) -> None:
    """Put edited stages in the place of those of the mark ``seen``; a step with entries cannot go."""
    session = acting.session
    get_campaign(session, campaign_id)
    row = locked(session, CampaignBoard, campaign_id)
    if mark_of(stages_of(session, campaign_id)) != seen:
        raise DomainError("board_changed_meanwhile")
    if not stages or stage_problems(stages, due_table(session, campaign_id, stages)):
        raise DomainError("board_stages_wrong")
    if len(stages) > MOST_STAGES or sum(len(stage.steps) for stage in stages) > MOST_STEPS:
        raise DomainError("board_too_long")
    _refuse_loss(session, campaign_id, stages)
    text = STAGES.dump_json(tuple(stages)).decode()
    if row is None:
        session.add(CampaignBoard(campaign_id=campaign_id, stages=text))
    else:
        row.stages = text
    names = [step.name for stage in stages for step in stage.steps]
    audit.record(session, acting.now, acting.actor, "board.stages", campaign_id, steps=names)


def choose(acting: Acting, campaign_id: str, template: str) -> None:
    """Begin with one of the templates: with ``none`` the campaign has no board.

    DomainError ``field_not_a_choice``, ``board_changed_meanwhile`` where steps are set already, or ``board_step_used``.
    """
    session = acting.session
    get_campaign(session, campaign_id)
    if template not in TEMPLATES:
        raise DomainError("field_not_a_choice", field="模板")
    stages, row = TEMPLATES[template], locked(session, CampaignBoard, campaign_id)
    if stages and row is not None:
        raise DomainError("board_changed_meanwhile")
    _refuse_loss(session, campaign_id, stages)
    if stages:
        session.add(CampaignBoard(campaign_id=campaign_id, stages=STAGES.dump_json(stages).decode()))
    elif row is not None:
        session.delete(row)
    session.flush()
    names = [step.name for stage in stages for step in stage.steps]
    audit.record(session, acting.now, acting.actor, "board.stages", campaign_id, steps=names)


def copy_stages(session: Session, source_id: str, target_id: str) -> Sequence[LeftOut]:
    """Take over the stages that somebody made for a campaign into a copy of it, without their days of last time."""
    row = session.get(CampaignBoard, source_id)
    if row is None:
        return ()
    stages = STAGES.validate_json(row.stages)
    bare = tuple(
        replace(stage, steps=tuple(replace(step, starts=None, due=None) for step in stage.steps)) for stage in stages
    )
    session.add(CampaignBoard(campaign_id=target_id, stages=STAGES.dump_json(bare).decode()))
    return () if bare == stages else (LeftOut("board_days"),)


def due_table(session: Session, campaign_id: str, stages: Sequence[Stage]) -> Holidays:
    """Return the table that says whether the steps' last days are worked."""
    return days_table(session, campaign_id, [step.due for stage in stages for step in stage.steps])


def _refuse_loss(session: Session, campaign_id: str, stages: Sequence[Stage]) -> None:
    kept = {step.key for stage in stages for step in stage.steps}
    names = {step.key: step.name for stage in stages_of(session, campaign_id) for step in stage.steps}
    query = select(BoardDone.step, func.count()).where(BoardDone.campaign_id == campaign_id).group_by(BoardDone.step)
    for key, units in session.execute(query):
        if key in names and key not in kept:
            raise DomainError("board_step_used", name=names[key], units=units)


def tick(acting: Acting, campaign_id: str, place: Place, done: Done) -> None:
    """Enter that a unit has done a step; a liaison enters for his own units what the system cannot know."""
    unit, step = _open_place(acting, campaign_id, place)
    refused = done_refusal(done, today_of(acting))
    if refused is not None:
        raise DomainError(refused.value)
    row = BoardDone(
        campaign_id=campaign_id,
        unit_id=unit.id,
        step=step.key,
        done_on=done.on,
        proof=done.proof,
        entered_by=acting.actor.name,
        entered_at=acting.now,
    )
    if locked(acting.session, BoardDone, (campaign_id, *place)) is not None:
        raise DomainError("board_step_done")
    acting.session.add(row)
    try:
        acting.session.flush()
    except IntegrityError as error:
        raise DomainError("board_step_done") from error
    detail = {"unit": unit.id, "step": step.key, "on": done.on, "proof": done.proof}
    audit.record(acting.session, acting.now, acting.actor, "board.tick", campaign_id, **detail)


def undo(acting: Acting, campaign_id: str, place: Place) -> None:
    """Take an entry back; the log keeps it. A liaison takes back what he entered himself."""
    unit, step = _open_place(acting, campaign_id, place)
    row = locked(acting.session, BoardDone, (campaign_id, *place))
    if row is None:
        raise DomainError("board_step_not_done")
    if "organiser" not in acting.actor.roles and row.entered_by != acting.actor.name:
        raise DomainError("board_entry_of_other", by=row.entered_by)
    detail = {"unit": unit.id, "step": step.key, "on": row.done_on, "proof": row.proof, "entered_by": row.entered_by}
    acting.session.delete(row)
    audit.record(acting.session, acting.now, acting.actor, "board.undo", campaign_id, **detail)


def _open_place(acting: Acting, campaign_id: str, place: Place) -> tuple[UnitView, Step]:
    view = board_of(acting.session, acting.actor, today_of(acting), campaign_id)
    unit, step = place_of(view, *place)
    if "organiser" not in acting.actor.roles and step.source is not Source.HAND:
        raise DomainError("board_step_automatic")
    return unit, step
