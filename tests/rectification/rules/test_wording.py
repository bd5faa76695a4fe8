"""Everything that can be shown has its word."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from app.rectification.rules import board, ledger, orders, plans, supervision, wording
from tests.found import some


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (wording.ORDER_STATES, orders.OrderState),
        (wording.ORDER_EVENTS, orders.OrderEvent),
        (wording.TASKS, orders.Task),
        (wording.SUGGESTIONS, orders.Suggestion),
        (wording.PLAN_STATES, plans.PlanState),
        (wording.PLAN_EVENTS, plans.PlanEvent),
        (wording.ACTION_KINDS, plans.ActionKind),
        (wording.HORIZONS, plans.Horizon),
        (wording.GAPS, plans.GapCode),
        (wording.ACTION_STATES, ledger.ActionState),
        (wording.ACTION_EVENTS, ledger.ActionEvent),
        (wording.MODES, supervision.Mode),
        (wording.LEVELS, supervision.Level),
        (wording.SUBJECT_KINDS, supervision.SubjectKind),
        (wording.CELL_STATES, board.CellState),
        (wording.STAGE_PROBLEMS, board.StageProblem),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_it_works(words: Mapping[StrEnum, str], kind: type[StrEnum]) -> None:
    assert list(words) == list(kind)
    assert all(word.strip() for word in some(words.values()))


def test_suggestions_say_that_they_are_only_that() -> None:
    assert all("建议" in text and "由有权机关研究决定" in text for text in some(wording.SUGGESTIONS.values()))
