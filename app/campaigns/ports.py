"""What rests on what is set up for a campaign; handed in by the composition root, for all that rests stands above."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy.orm import Session
from starlette.requests import Request

from app.core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Resting:
    """A round and the ids of what it rests on: units and groups from its freeze on, form and stage from the start.

    Something else that rests on units has a ``code``: that of the refusal to delete them.
    """

    title: str
    units: frozenset[str]
    groups: frozenset[str]
    form_key: str
    stage_id: str | None
    id: str = ""
    code: str = ""
    is_draft: bool = False


RestingRounds = Callable[[Session, str], Sequence[Resting]]
"""Return the rounds of a campaign; the caller holds the campaign's row, which a freeze takes too (SEC-83)."""


def resting_rounds(request: Request) -> RestingRounds:
    """Return the application's reader of rounds."""
    return cast("RestingRounds", request.app.state.resting_rounds)


def resting_on_units(request: Request) -> RestingRounds:
    """Return the application's reader of all that rests on units: the rounds, and what else names a unit."""
    return cast("RestingRounds", request.app.state.resting_on_units)


KeysHeld = Callable[[Session, str], Mapping[tuple[str, str], str]]
"""Return the rounds of a campaign whose keys an account holds over a unit: titles by both their ids."""


def keys_held(request: Request) -> KeysHeld:
    """Return the application's reader of who holds keys."""
    return cast("KeysHeld", request.app.state.keys_held)


def check_unused(rounds: Iterable[Resting], kind: str, gone: Mapping[str, str]) -> None:
    """Refuse to delete what something rests on; ``gone``: names by id, ``kind``: unit, group, form or stage.

    DomainError ``unit_in_use`` and so on, or the code of what rests, for the first that is; ``name`` is what was to go,
    ``round`` the title of what rests on it.
    """
    for each in rounds:
        used = {"unit": each.units, "group": each.groups, "form": {each.form_key}, "stage": {each.stage_id}}[kind]
        for key, name in gone.items():
            if key in used:
                raise DomainError(each.code or f"{kind}_in_use", name=name, round=each.title)
