"""Choosing among many units in a form: a page of them is shown, and who was ticked on another one stays ticked.

Looking for a unit and leafing sends the form itself, so that nothing ticked or typed is lost, with scripts or without.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.campaigns.reads import UnitView
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


@dataclass(frozen=True, slots=True)
class Choice:
    """The units that are shown, who is ticked, and those of them who are not shown, in official order."""

    found: Listed[UnitView]
    ticked: frozenset[str]
    elsewhere: Sequence[str]


def looks(form: PostedForm) -> bool:
    """Whether a form was sent to see other units, not to do what it is for."""
    return bool(_look(form.as_dict()))


def _look(asked: Mapping[str, str]) -> str:
    look = asked.get(LOOK, "")
    if look != ENTER:
        return look
    return FIND if asked.get("q", "").strip() != asked.get(LOOKED, "").strip() else ""


def choice_of(units: Sequence[UnitView], ticked: Collection[str], form: PostedForm | None = None) -> Choice:
    """Return what a form shows of the units: as it is opened with these ticked, or as it was sent."""
    asked = form.as_dict() if form else {}
    look = _look(asked)
    text = "" if look == ALL else asked.get("q", "")
    wish = wish_of({"q": text, "part": asked.get("part", "") if look in {"", TICK, UNTICK} else look})
    fitting = [unit for unit in units if wish.fits(unit.name)]
    found = cut(fitting, wish, PAGE)
    chosen = set(form.several(UNITS) if form else ticked)
    chosen |= {unit.id for unit in fitting if look == TICK}
    chosen -= {unit.id for unit in fitting if look == UNTICK}
    shown = {unit.id for unit in found.rows}
    elsewhere = [unit.id for unit in units if unit.id in chosen and unit.id not in shown]
    return Choice(found, frozenset(chosen & {unit.id for unit in units}), elsewhere)
