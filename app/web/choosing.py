"""Long lists in a form: a page is shown, and what was ticked or typed on another goes with the form unseen.

Looking for one and leafing sends the form itself, so that nothing ticked or typed is lost, with scripts or without.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Generic, Protocol, TypeVar

from app.core.lists import PAGE, Listed, Wish, cut, wish_of
from app.web.forms import PostedForm

LOOK: Final = "look"
"""The field of the buttons that look for lines or leaf: ``FIND``, ``ALL``, ``TICK``, ``UNTICK``, or a page's number."""
FIND, ALL, TICK, UNTICK = "find", "all", "tick", "untick"
ENTER: Final = "enter"
"""What the key presses in any field: it looks for lines where what to look for has been changed, else it sends.

In the field itself a script presses ``FIND``; a form that opens with lines ticked has the key press it in any field.
"""
LOOKED: Final = "looked"
"""The field that says what was looked for."""
UNITS: Final = "units[]"
ROWS: Final = "rows[]"
"""The field that names the rows that a form has: what it says nothing about stays as it is stored."""
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
"""An address that says nothing of its lists."""


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
    """Whether a form was sent to see other lines, not to do what it is for."""
    return bool(_look(form.as_dict()))


def _look(asked: Mapping[str, str]) -> str:
    look = asked.get(LOOK, "")
    if look != ENTER:
        return look
    lists = ("", *(name.removesuffix(LOOKED) for name in asked if name.endswith(f"-{LOOKED}")))
    changed = (one for one in lists if asked.get(f"{one}q", "").strip() != asked.get(f"{one}{LOOKED}", "").strip())
    return next((f"{one}{FIND}" for one in changed), "")


def asked_of(form: PostedForm | None, query: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """Return what the address of a page would say of the lists in a form and beside it, as the form asks for them.

    Their buttons send the form; their names begin with the list's, as do the values of the buttons ("made-find"), but
    for one list that has no name. Where no form was sent the address itself says it.
    """
    asked = {**query, **(form.as_dict() if form else {})}
    name, dash, wanted = _look(asked).rpartition("-")
    if wanted not in {"", TICK, UNTICK}:
        asked[f"{name}{dash}part"] = wanted
    if wanted == ALL:
        asked |= {f"{name}{dash}q": "", f"{name}{dash}state": ""}
    return asked


def wished(form: PostedForm | None, query: Mapping[str, str] = NOTHING) -> Wish:
    """Return what a form wants to see of its own list, else what the address says; the beginning of all by default."""
    return wish_of(asked_of(form, query))


@dataclass(frozen=True, slots=True)
class FormRows(Generic[One]):
    """The rows that a form shows, and those that are changed in it on other pages, in their order."""

    found: Listed[One]
    elsewhere: Sequence[One]


def rows_of(every: Sequence[One], changed: Collection[str], form: PostedForm | None = None) -> FormRows[One]:
    """Return what a form shows of all rows there are, as it was sent; ``changed``: ids of those that it changes."""
    wish = wished(form)
    found = cut([one for one in every if wish.fits(one.name)], wish, PAGE)
    shown = {one.id for one in found.rows}
    return FormRows(found, [one for one in every if one.id in changed and one.id not in shown])


def choice_of(
    every: Sequence[One],
    ticked: Collection[str],
    form: PostedForm | None = None,
    field: str = UNITS,
    query: Mapping[str, str] = NOTHING,
    size: int = PAGE,
) -> Choice[One]:
    """Return what a form shows of all that there are: as it is opened with these ticked, or as it was sent.

    ``query``: what the page's address asks for.
    """
    look, wish = _look(form.as_dict() if form else {}), wished(form, query)
    fitting = [one for one in every if wish.fits(one.name)]
    found = cut(fitting, wish, size)
    chosen = set(form.several(field) if form else ticked)
    chosen |= {one.id for one in fitting if look == TICK}
    chosen -= {one.id for one in fitting if look == UNTICK}
    shown = {one.id for one in found.rows}
    elsewhere = [one.id for one in every if one.id in chosen and one.id not in shown]
    return Choice(found, frozenset(chosen & {one.id for one in every}), elsewhere, field)
