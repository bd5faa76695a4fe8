"""Which rounds rest on what is set up for a campaign; handed in by the composition root, for rounds stand above."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Resting:
    """A round and the ids of what it rests on: units and groups from its freeze on, form and stage from the start."""

    title: str
    units: frozenset[str]
    groups: frozenset[str]
    form_key: str
    stage_id: str | None
    id: str = ""


RestingRounds = Callable[[Session, str], Sequence[Resting]]
"""Return the rounds of a campaign; the caller holds the campaign's row, which a freeze takes too (SEC-83)."""


def resting_rounds(request: Request) -> RestingRounds:
    """Return the application's reader of rounds."""
    return cast("RestingRounds", request.app.state.resting_rounds)


KeysHeld = Callable[[Session, str], Mapping[tuple[str, str], str]]
"""Return the rounds of a campaign whose keys an account holds over a unit: titles by both their ids."""


def keys_held(request: Request) -> KeysHeld:
    """Return the application's reader of who holds keys."""
    return cast("KeysHeld", request.app.state.keys_held)


def check_unused(rounds: Iterable[Resting], kind: str, gone: Mapping[str, str]) -> None:
    """Refuse to delete what a round rests on; ``gone``: names by id, ``kind``: unit, group, form or stage.

    DomainError ``unit_in_use`` and so on (``name``, ``round``) for the first that is.
    """
    for each in rounds:
        used = {"unit": each.units, "group": each.groups, "form": {each.form_key}, "stage": {each.stage_id}}[kind]
        for key, name in gone.items():
            if key in used:
                raise DomainError(f"{kind}_in_use", name=name, round=each.title)
