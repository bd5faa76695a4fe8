"""The drawn state machines are those of the code."""

import types
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from app.rectification.rules.ledger import ACTION_TABLE
from app.rectification.rules.orders import ORDER_TABLE
from app.rectification.rules.plans import PLAN_TABLE
from app.rounds.domain import Event, RoundState

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def draw() -> types.ModuleType:
    """The script that draws."""
    loader = SourceFileLoader("draw_state_machines", str(ROOT / "scripts" / "draw-state-machines"))
    module = types.ModuleType(loader.name)
    module.__file__ = str(loader.path)
    loader.exec_module(module)
    return module


def test_it_works(draw: types.ModuleType) -> None:
    page = (ROOT / "docs" / "state-machines.md").read_text("utf-8")
    assert page == draw.document(), "run scripts/draw-state-machines"


def test_it_draws_every_state_and_event(draw: types.ModuleType) -> None:
    rounds, orders, plans, actions = draw.machines()
    assert len(rounds.states) * len(rounds.events) == len(RoundState) * len(Event)
    for drawn, table in ((orders, ORDER_TABLE), (plans, PLAN_TABLE), (actions, ACTION_TABLE)):
        assert len(drawn.moves) + len(drawn.refusals) == len(table)
