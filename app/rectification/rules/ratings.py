"""群众评价 of an action: what a vote says of it, and where a text comes from."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.campaigns.rules import NUMBERED
from app.core.masking import PHONE, Masker

MOST_VOTED = 100
"""So many actions at most are put to one vote."""
MEASURED, TYPED = "测评：%(title)s", "录入"
"""评价来源: a vote, by its title, or somebody's typing."""
_MASKER = Masker()
NAME_ROOM, UNIT_ROOM = 60, 20


@dataclass(frozen=True, slots=True)
class Measured:
    """What a published vote says of an action to one reader; never more than was released to him."""

    words: str
    round_id: str
    title: str


def voted_names(actions: Sequence[tuple[str, str]]) -> list[str]:
    """Return how actions (problem, unit) are called in a vote: each by one name of its own, short enough for one."""
    names = list[str]()
    for problem, unit in actions:
        mark = f"（{unit if len(unit) <= UNIT_ROOM else unit[: UNIT_ROOM - 1] + '…'}）"
        name = _cut(problem, NAME_ROOM - len(mark)) + mark
        number = 2
        while name in names:
            ending = f"{mark}之{number}"
            name, number = _cut(problem, NAME_ROOM - len(ending)) + ending, number + 1
        names.append(name)
    return names


def _cut(problem: str, room: int) -> str:
    hidden = _MASKER.mask(problem)
    shown = hidden.replace(PHONE, "…") if PHONE in hidden else problem  # a paper names nobody's number
    text = "".join(_unnumbered(shown).split())
    return text if len(text) <= room else text[: room - 1] + "…"


def _unnumbered(name: str) -> str:
    """Return a name without a number of a list before it, whichever it is: it is never ``name_has_number``."""
    while strange := NUMBERED.match(plain := unicodedata.normalize("NFKC", name).strip()):
        found = NUMBERED.match(name.strip())
        name = name.strip()[found.end() :] if found else plain[strange.end() :]
    return name
