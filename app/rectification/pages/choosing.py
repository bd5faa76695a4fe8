"""Choosing among many, units or actions, in a form: a page is shown, and what was ticked on another stays ticked.

Looking for one and leafing sends the form itself, so that nothing ticked or typed is lost, with scripts or without.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from app.core.lists import PAGE, Listed, cut, wish_of
from app.web.forms import PostedForm

LOOK: Final = "look"
"""The field of the buttons that look for units or leaf: ``FIND``, ``ALL``, ``TICK``, ``UNTICK``, or a page's number."""
FIND, ALL, TICK, UNTICK = "find", "all", "tick", "untick"
ENTER: Final = "enter"
"""What the key presses in any field: it looks for units where what to look for has been changed, else it sends.

In the field itself a script presses ``FIND``; a form that opens with units ticked has the key press it in any field.
"""
LOOKED: Final = "looked"
"""The field that says what was looked for."""
UNITS: Final = "units[]"


class Choosable(Protocol):
    """What can be ticked, by the name that it is looked for by."""

    @property
    def id(self) -> str:
        """What the form says of it."""

    @property
    def name(self) -> str:
        """What a reader knows it by."""


One = TypeVar("One", bound=Choosable)


@dataclass(frozen=True, slots=True)
class Choice(Generic[One]):
    """What is shown, what is ticked, and what of that is not shown, in official order; ``field``: its name."""

    found: Listed[One]
    ticked: frozenset[str]
    elsewhere: Sequence[str]
    field: str = UNITS


def looks(form: PostedForm) -> bool:
    """Whether a form was sent to see other units, not to do what it is for."""
    return bool(_look(form.as_dict()))


def _look(asked: Mapping[str, str]) -> str:
    look = asked.get(LOOK, "")
    if look != ENTER:
        return look
    return FIND if asked.get("q", "").strip() != asked.get(LOOKED, "").strip() else ""


def choice_of(
    every: Sequence[One], ticked: Collection[str], form: PostedForm | None = None, field: str = UNITS
) -> Choice[One]:
    """Return what a form shows of all that there are: as it is opened with these ticked, or as it was sent."""
    asked = form.as_dict() if form else {}
    look = _look(asked)
    text = "" if look == ALL else asked.get("q", "")
    wish = wish_of({"q": text, "part": asked.get("part", "") if look in {"", TICK, UNTICK} else look})
    fitting = [one for one in every if wish.fits(one.name)]
    found = cut(fitting, wish, PAGE)
    chosen = set(form.several(field) if form else ticked)
    chosen |= {one.id for one in fitting if look == TICK}
    chosen -= {one.id for one in fitting if look == UNTICK}
    shown = {one.id for one in found.rows}
    elsewhere = [one.id for one in every if one.id in chosen and one.id not in shown]
    return Choice(found, frozenset(chosen & {one.id for one in every}), elsewhere, field)
