"""The board answers for every step of every unit."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rectification.rules.board import (
    SEED_STAGES,
    CellState,
    Done,
    Stage,
    StageProblem,
    Step,
    board,
    cell_state,
    done_refusal,
    stage_problems,
)
from app.rectification.rules.refusals import Refusal
from tests.found import some

TODAY = date(2026, 11, 24)
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))
STEP = Step("plan", "整改方案", starts=TODAY, due=TODAY + timedelta(days=10))
PAPER = Done(TODAY, "文〔2026〕1号")
STEPS = [step.key for stage in SEED_STAGES for step in stage.steps]


def test_it_works() -> None:
    rows = board(SEED_STAGES, ["u2", "u1"], {("u1", "opinions"): PAPER, ("u1", "study"): PAPER}, TODAY)
    assert [row.unit_id for row in rows] == ["u2", "u1"]
    assert [cell.step for cell in rows[0].cells] == STEPS
    assert [cell.step for cell in rows[1].cells if cell.state is CellState.DONE] == ["study", "opinions"]
    assert not any(cell.left_out for cell in rows[1].cells)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-1, CellState.NOT_DUE), (0, CellState.DUE), (10, CellState.DUE), (11, CellState.LATE)],
)
def test_a_step_is_judged_by_its_days(days: int, expected: CellState) -> None:
    assert cell_state(STEP, None, TODAY + timedelta(days=days)) is expected
    assert cell_state(STEP, PAPER, TODAY + timedelta(days=days)) is CellState.DONE


def test_a_step_without_days_is_never_late() -> None:
    assert cell_state(Step("study", "学习调研"), None, TODAY) is CellState.DUE


def test_a_step_left_out_and_one_done_late_are_shown() -> None:
    steps = (Step("a", "方案", due=TODAY), Step("undated", "不限期"), replace(STEP, key="b"))
    stages = (Stage("all", "整改落实", steps),)
    late = Done(TODAY + timedelta(days=11), "会议纪要")
    first, undated, second = board(stages, ["u1"], {("u1", "b"): late}, late.on)[0].cells
    assert (first.left_out, undated.left_out, second.left_out) == (True, False, False)
    assert (first.after_due, second.after_due) == (False, True)
    in_time = replace(late, on=TODAY + timedelta(days=10))
    assert not board(stages, ["u1"], {("u1", "b"): in_time}, late.on)[0].cells[2].after_due


@given(st.lists(st.tuples(DAYS, DAYS, st.booleans()), min_size=1, max_size=8), st.integers(0, 5))
def test_every_unit_has_every_step_in_one_state(facts: list[tuple[date | None, date | None, bool]], units: int) -> None:
    steps = tuple(Step(str(place), "环节", starts=fact[0], due=fact[1]) for place, fact in enumerate(facts))
    names = [f"u{number}" for number in range(units)]
    done = {(name, str(place)): PAPER for name in names for place, fact in enumerate(facts) if fact[2]}
    rows = board((Stage("all", "阶段", steps),), names, done, TODAY)
    assert [row.unit_id for row in rows] == names
    for row in rows:
        assert [cell.step for cell in row.cells] == [step.key for step in steps]
        assert [cell.state is CellState.DONE for cell in row.cells] == [fact[2] for fact in facts]
        assert all((cell.done is not None) is (cell.state is CellState.DONE) for cell in some(row.cells))


def test_it_refuses_a_tick_without_proof_or_in_the_future() -> None:
    assert done_refusal(PAPER, TODAY) is None
    assert done_refusal(Done(TODAY, "无"), TODAY) is Refusal.STEP_PROOF_MISSING
    assert done_refusal(replace(PAPER, on=TODAY + timedelta(days=1)), TODAY) is Refusal.STEP_DONE_IN_FUTURE


def test_the_default_stages_are_sound() -> None:
    assert stage_problems(SEED_STAGES) == ()
    assert len(STEPS) == 9


def test_it_refuses_stages_that_contradict_themselves() -> None:
    twice = Step("a", " ", starts=TODAY, due=TODAY - timedelta(days=1))
    stages = (Stage("s", "", (twice, twice)), Stage("s", "空", ()))
    assert stage_problems(stages) == (
        (StageProblem.NO_STEPS, "s"),
        (StageProblem.NAME_MISSING, "s"),
        (StageProblem.NAME_MISSING, "a"),
        (StageProblem.NAME_MISSING, "a"),
        (StageProblem.KEY_TWICE, "a"),
        (StageProblem.KEY_TWICE, "s"),
        (StageProblem.ENDS_BEFORE_START, "a"),
        (StageProblem.ENDS_BEFORE_START, "a"),
    )
