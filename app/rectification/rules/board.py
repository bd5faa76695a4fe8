"""The campaign board: every step of every stage for every unit, so that none is left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rectification.rules.blank import is_blank
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.workdays import NO_HOLIDAYS, Holidays, is_working_day


class Source(StrEnum):
    """What fills a step: a person, or the system by what it already knows."""

    HAND = "hand"
    OPINIONS = "opinions"
    REVIEW = "review"
    PLAN = "plan"
    LEDGER = "ledger"
    ROUND = "round"


@dataclass(frozen=True, slots=True)
class Step:
    """A step with the days on which its time begins and ends, where they are set."""

    key: str
    name: str
    source: Source = Source.HAND
    starts: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the campaign with its steps in order."""

    key: str
    name: str
    steps: tuple[Step, ...]


SEED_STAGES = (
    Stage("study", "学习调研", (Step("study", "学习调研"),)),
    Stage(
        "analysis",
        "分析检查",
        (
            Step("opinions", "征求意见", Source.OPINIONS),
            Step("meeting", "民主生活会"),
            Step("report", "分析检查报告"),
            Step("review", "评议", Source.REVIEW),
        ),
    ),
    Stage(
        "rectification",
        "整改落实",
        (
            Step("plan", "整改方案", Source.PLAN),
            Step("solving", "解决问题", Source.LEDGER),
            Step("mechanism", "完善机制"),
            Step("closing", "测评总结", Source.ROUND),
        ),
    ),
)


TEMPLATES: Mapping[str, tuple[Stage, ...]] = {"seed": SEED_STAGES, "none": ()}
"""What an organiser begins with; a campaign has no steps before he says so."""


class StageProblem(StrEnum):
    """What is wrong with an edited list of stages."""

    NO_STEPS = "stage_no_steps"
    NAME_MISSING = "stage_name_missing"
    KEY_TWICE = "stage_key_twice"
    ENDS_BEFORE_START = "stage_ends_before_start"
    DUE_DAY_OFF = "stage_due_day_off"


def stage_problems(stages: Sequence[Stage], holidays: Holidays = NO_HOLIDAYS) -> tuple[tuple[StageProblem, str], ...]:
    """Name every problem with the key of the stage or step it stands in."""
    steps = [step for stage in stages for step in stage.steps]
    keys = [step.key for step in steps]
    stage_keys = [stage.key for stage in stages]
    found = [(StageProblem.NO_STEPS, stage.key) for stage in stages if not stage.steps]
    names = [(part.key, part.name) for part in stages] + [(part.key, part.name) for part in steps]
    found += [(StageProblem.NAME_MISSING, key) for key, name in names if is_blank(name)]
    found += [(StageProblem.KEY_TWICE, key) for key in dict.fromkeys(keys) if keys.count(key) > 1]
    found += [(StageProblem.KEY_TWICE, key) for key in dict.fromkeys(stage_keys) if stage_keys.count(key) > 1]
    found += [
        (StageProblem.ENDS_BEFORE_START, step.key)
        for step in steps
        if step.starts is not None and step.due is not None and step.due < step.starts
    ]
    off = [step for step in steps if step.due is not None and not is_working_day(step.due, holidays)]
    found += [(StageProblem.DUE_DAY_OFF, step.key) for step in off]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Done:
    """That a unit has done a step: the day, and what shows it (a document, a round, a note)."""

    on: date
    proof: str


class CellState(StrEnum):
    """What the board shows: done, running, past its last day, or not begun yet."""

    DONE = "done"
    DUE = "due"
    LATE = "late"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class Cell:
    """One step of one unit. ``after_due``: done, but late. ``left_out``: has a last day, not done, a later is."""

    step: str
    state: CellState
    done: Done | None = None
    after_due: bool = False
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One unit's steps, in the order of the stages."""

    unit_id: str
    cells: tuple[Cell, ...]


def done_refusal(done: Done, today: date) -> Refusal | None:
    """Say why a step cannot be ticked: no proof, or a day to come."""
    if is_blank(done.proof):
        return Refusal.STEP_PROOF_MISSING
    return Refusal.STEP_DONE_IN_FUTURE if done.on > today else None


def cell_state(step: Step, done: Done | None, today: date) -> CellState:
    """Judge one step on a day; a step without dates is due from the beginning and never late."""
    if done is not None:
        return CellState.DONE
    if step.due is not None and today > step.due:
        return CellState.LATE
    return CellState.NOT_DUE if step.starts is not None and today < step.starts else CellState.DUE


def board(
    stages: Sequence[Stage], unit_ids: Iterable[str], done: Mapping[tuple[str, str], Done], today: date
) -> tuple[Row, ...]:
    """Return a row for every unit in the order given; ``done`` is keyed by unit and step."""
    steps = [step for stage in stages for step in stage.steps]
    return tuple(Row(unit_id, _cells(steps, unit_id, done, today)) for unit_id in unit_ids)


def _cells(steps: Sequence[Step], unit_id: str, done: Mapping[tuple[str, str], Done], today: date) -> tuple[Cell, ...]:
    facts = [done.get((unit_id, step.key)) for step in steps]
    last_done = max((place for place, fact in enumerate(facts) if fact is not None), default=-1)
    return tuple(
        Cell(
            step.key,
            cell_state(step, fact, today),
            fact,
            after_due=fact is not None and step.due is not None and fact.on > step.due,
            left_out=fact is None and step.due is not None and place < last_done,
        )
        for place, (step, fact) in enumerate(zip(steps, facts, strict=True))
    )
