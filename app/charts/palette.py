"""Colours of the grades, best to worst, and what keeps them apart in print and for colour-blind readers."""

from dataclasses import dataclass
from enum import StrEnum

INK = "#1d2733"
MUTED = "#5d6b7a"
LINE = "#e3e8ee"
PAPER = "#ffffff"
_NEAR_BLACK = "#0b1016"

_TEAL = "#1b7f79"
_SEA = "#3f9467"
_GREEN = "#6aa84f"
_AMBER = "#d9a93a"
_ORANGE = "#d08243"
_BRICK = "#c2553d"
_GREY = "#7b8794"
_PALE_GREY = "#c3cad2"

_LADDERS = {
    1: (_TEAL,),
    2: (_TEAL, _BRICK),
    3: (_TEAL, _AMBER, _BRICK),
    4: (_TEAL, _GREEN, _AMBER, _BRICK),
    5: (_TEAL, _GREEN, _AMBER, _ORANGE, _BRICK),
    6: (_TEAL, _SEA, _GREEN, _AMBER, _ORANGE, _BRICK),
}

# Without colour the ends of the ladder are equally dark: the patterns tell them apart.
_HATCHES = {_SEA: "..", _ORANGE: "\\\\", _BRICK: "//", _GREY: "||", _PALE_GREY: "xx"}


class Kind(StrEnum):
    """What an option is: a grade of the scale, 不了解, or 弃权."""

    GRADE = "grade"
    UNKNOWN = "unknown"
    ABSTAIN = "abstain"


@dataclass(frozen=True, slots=True)
class Look:
    """How one option is painted; ``hatch`` is matplotlib's pattern, empty for a plain fill."""

    fill: str
    hatch: str
    hatch_colour: str
    text: str


def grade_colours(n_grades: int) -> tuple[str, ...]:
    """Give the fills of a scale's grades, best first; ValueError beyond six grades."""
    if n_grades not in _LADDERS:
        msg = f"no colours for {n_grades} grades"
        raise ValueError(msg)
    return _LADDERS[n_grades]


def contrast(one: str, other: str) -> float:
    """Give the WCAG 2 contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def looks(kinds: tuple[str, ...]) -> tuple[Look, ...]:
    """Give the look of every option, in the order of the options; ValueError for a kind that is not a Kind."""
    checked = [Kind(kind) for kind in kinds]
    n_grades = checked.count(Kind.GRADE)
    ladder = iter(grade_colours(n_grades) if n_grades else ())
    return tuple(_look(_fill(kind, ladder_next=next(ladder) if kind is Kind.GRADE else "")) for kind in checked)


def _fill(kind: Kind, ladder_next: str) -> str:
    if kind is Kind.GRADE:
        return ladder_next
    return _GREY if kind is Kind.UNKNOWN else _PALE_GREY


def _look(fill: str) -> Look:
    text = max((PAPER, _NEAR_BLACK), key=lambda ink: contrast(ink, fill))
    return Look(fill=fill, hatch=_HATCHES.get(fill, ""), hatch_colour=_tint(fill), text=text)


def _tint(fill: str) -> str:
    """Mix the fill half with white."""
    return "#" + "".join(f"{(channel + 255) // 2:02x}" for channel in bytes.fromhex(fill[1:]))


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    threshold, low, offset, exponent = 0.04045, 12.92, 0.055, 2.4
    return float(channel / low if channel <= threshold else ((channel + offset) / (1 + offset)) ** exponent)
