"""What a voter is shown and what he answers, without any I/O."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.campaigns.domain import Item, Objects, Scale, ScoreScale
from app.campaigns.score import Score
from app.core.errors import DomainError
from app.rounds.domain import NOT_ASKED, SELF, Paper
from app.rounds.limits import SELF_WORD
from app.rounds.marks import mark_bytes, special_bytes

SEED_SIGNS = 32
_TONES = 4
_NARROW_LABEL = 4
_ROW = 5
_SECONDS_PER_MARK = 3
_NO_OPTION = 0xFE
_DIGITS = b"0123456789"
_MARK_OF_SIGN = bytes(
    _DIGITS.index(sign) if sign in _DIGITS else NOT_ASKED if sign == ord("-") else _NO_OPTION for sign in range(256)
)
_MARK = re.compile(r"[0-9]{0,3}")
_POINTS = re.compile(r"[ \t]*([0-9]{1,3})(?:\.([0-9])?)?[ \t]*\u5206?[ \t]*")
"""As the phone reads them (static/js/booth-points.js): 95, 95.5, 95 分."""
_WIDE = "x"
MOST_TYPED: Final = 8
"""Signs that are kept of what was typed for points."""
_SIGN_OF_MARK = _DIGITS.ljust(256, b"-")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to tick; ``tone`` names its colour, and ``opinion`` is False for 不了解, 弃权 and 本人."""

    mark: int
    label: str
    tone: str
    opinion: bool
    is_self: bool = False

    @property
    def four(self) -> bool:
        """Whether the label is broken in two and two signs where five cells stand in a row."""
        return _width(self.label) == _NARROW_LABEL and not self.label.isascii()


@dataclass(frozen=True, slots=True)
class Answers:
    """Marks so far (as in a ballot, ``NOT_ASKED`` where none) and remarks by place of the unit in the paper."""

    marks: bytes
    remarks: Mapping[int, str] = field(default_factory=dict)
    typed: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What was typed for points and is none, by place of the unit and the item."""


@dataclass(frozen=True, slots=True)
class CastRequest:
    """What a phone sends to cast: no mark, only the sealed envelope."""

    code: str
    round_id: str
    paper_hash: str
    group_id: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Filled:
    """What a phone without scripts sends to have its answers looked over and sealed."""

    code: str
    round_id: str
    paper_hash: str
    group_id: str
    marks: bytes
    remarks: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper in the hands of one voter, as far as he has filled it in."""

    code: str
    group_id: str
    paper: Paper
    paper_hash: str
    key: bytes
    """Public half of the round's key, to which the ballot is sealed."""
    answers: Answers
    large: bool = False
    message: str = ""
    missing: tuple[tuple[int, int], ...] = ()
    seed: str = ""
    """From which the phone draws its order of the units: ``SEED_SIGNS`` hex signs."""


def options(scale: Scale, item: Item, *, self_cell: bool = False) -> tuple[Option, ...]:
    """Return what can be ticked for an item, in the order of the marks, 本人 last where there is that."""
    own = (Option(SELF, SELF_WORD, "none", opinion=False, is_self=True),) if self_cell else ()
    return (*_options(scale, item), *own)


def _options(scale: Scale, item: Item) -> tuple[Option, ...]:
    """Return the grades with 不了解 and 弃权; of points what stands beside them."""
    if item.score:
        return _others(ScoreScale.of(scale, item.score))
    labels = item.words or tuple(grade.label for grade in scale.grades)
    last = max(1, len(labels) - 1)
    graded = [
        Option(mark, label, f"g{(mark * (_TONES - 1) * 2 + last) // (2 * last)}", opinion=True)
        for mark, label in enumerate(labels)
    ]
    return (*graded, *_others(scale))


def _others(scale: Scale) -> tuple[Option, ...]:
    """Return 不了解 and 弃权 as far as there are such."""
    labels = scale.options[len(scale.grades) :]
    return tuple(Option(scale.opinions + at, label, "none", opinion=False) for at, label in enumerate(labels))


COUNTED: Final = {
    Objects.UNIT: "%(n)s 个单位",
    Objects.PERSON: "%(n)s 名同志",
    Objects.PROJECT: "%(n)s 个项目",
    Objects.DOCUMENT: "%(n)s 份文档",
}
"""How many there are of what is rated."""


def shape(paper: Paper) -> str:
    """Return of each object how many bytes its marks take: ``8 6 6``."""
    return " ".join(str(part.width) for part in paper.parts for _ in part.units)


def columns(choices: tuple[Option, ...]) -> int:
    """Return how many cells stand side by side: all up to five while the labels are short, else equal rows of them."""
    cells, longest = len(choices), max(_width(option.label) for option in choices)
    if longest <= _NARROW_LABEL:
        return cells if cells <= _ROW else min(_NARROW_LABEL, (cells + 1) // 2)
    if longest == _NARROW_LABEL + 1 and cells != _NARROW_LABEL:
        return min(3, cells)
    return 2


def _width(label: str) -> int:
    """Return the label's width in Han signs."""
    return sum(1 if ord(sign) > 0xFF else 0.5 for sign in label).__ceil__()  # noqa: PLR2004


def minutes(cells: int) -> int:
    """Return about how long so many marks take."""
    return max(1, round(cells * _SECONDS_PER_MARK / 60))


def mark_field(unit: int, place: int) -> str:
    """Return the form field of a byte of a mark, by its place among those of the unit."""
    return f"m{unit}-{place}"


def points_field(unit: int, place: int) -> str:
    """Return the form field in which points are typed."""
    return f"p{unit}-{place}"


def remark_field(unit: int) -> str:
    """Return the form field of a remark."""
    return f"r{unit}"


def blank(paper: Paper) -> Answers:
    """Return no answers."""
    return Answers(bytes((NOT_ASKED,)) * paper.cells)


def asked_cells(paper: Paper, group_id: str) -> Iterator[tuple[int, int, int]]:
    """Yield every cell that a group is asked, in official order: unit in the paper, item, place of the mark."""
    for section in paper.sections:
        for unit in section.rated_by(group_id):
            for item in range(len(section.items)):
                yield section.first + unit, item, section.mark_of(unit, item)


def read_answers(paper: Paper, group_id: str, text: Callable[[str], str]) -> Answers:
    """Return the answers of a posted form, whose fields ``text`` gives; DomainError ``marks_malformed``."""
    marks = bytearray((NOT_ASKED,)) * paper.cells
    typed: dict[tuple[int, int], str] = {}
    for unit, item, at in asked_cells(paper, group_id):
        section = paper.section_at(unit)
        asked, place = section.items[item], section.place_of(item)
        points = text(points_field(unit, place)) if asked.score else ""
        mark = _mark_of(asked, text(mark_field(unit, place)), points)
        marks[at : at + asked.width] = mark
        if points and mark[0] == NOT_ASKED:
            typed[unit, item] = points[:MOST_TYPED]
    remarks = {unit: remark for unit in paper.rated_by(group_id) if (remark := text(remark_field(unit)))}
    return Answers(bytes(marks), remarks, typed)


def _mark_of(item: Item, value: str, points: str) -> bytes:
    """Return the bytes of a mark that was posted; of points and something in their place none."""
    if item.score is None:
        if len(value) > 1 or not value.isascii():
            raise DomainError("marks_malformed")
        return marks_from_text(value or "-")
    mark = int(value or 0) if _MARK.fullmatch(value) else NOT_ASKED
    if mark >= NOT_ASKED:
        raise DomainError("marks_malformed")
    other = mark if mark > item.score.most else None
    steps = steps_typed(item.score, points)
    if steps is not None and other is None:
        return mark_bytes(item.score, steps)
    return special_bytes(item, NOT_ASKED if points or other is None else other)


def steps_typed(score: Score, text: str) -> int | None:
    """Return the points that were typed, in steps; None for what are none."""
    found = _POINTS.fullmatch(unicodedata.normalize("NFKC", text).replace("。", "."))
    if found is None:
        return None
    whole, tenths = int(found[1]), int(found[2] or 0)
    steps = whole * score.per_point + (tenths if score.decimals else 0)
    return None if steps > score.steps or (tenths and not score.decimals) else steps


def marks_from_text(signs: str) -> bytes:
    """Return marks from one sign per cell: a digit, or ``-`` where there is none; anything else is no option.

    Where points are asked, from x and two hexadecimal digits per byte.
    """
    if signs.startswith(_WIDE):
        try:
            return bytes.fromhex(signs[1:])
        except ValueError:
            raise DomainError("marks_malformed") from None
    return signs.encode("ascii", "replace").translate(_MARK_OF_SIGN)


def marks_to_text(marks: bytes, *, points: bool = False) -> str:
    """Return the marks as ``marks_from_text`` reads them."""
    return _WIDE + marks.hex() if points else marks.translate(_SIGN_OF_MARK).decode()


def missing_places(sheet: Sheet) -> tuple[tuple[int, int], ...]:
    """Return unit and item of every cell that is asked and not answered, in official order."""
    return tuple(
        (unit, item)
        for unit, item, at in asked_cells(sheet.paper, sheet.group_id)
        if sheet.answers.marks[at] == NOT_ASKED
    )


def remark_room(paper: Paper) -> int:
    """Return how many Han characters fit if they are written to a single unit."""
    return max(0, (paper.remark_bytes - 6) // 3)
