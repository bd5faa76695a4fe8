"""What the bytes of a mark can be, and which points they are; without any I/O.

A grade, 不了解 and 弃权 are a byte, as ``campaigns.domain.Scale`` numbers them; so are whole points. Points with tenths
take two: the whole ones, or what is marked in their place, and the tenths.
"""

from app.campaigns.domain import Item
from app.campaigns.score import Score
from app.campaigns.weighing import are_mixed
from app.rounds.domain import NOT_ASKED, Section

Bytes = bytes | bytearray
_VALUES = bytes(range(256))
_TENTHS = _VALUES[:10]


def are_wrong(section: Section, rows: Bytes) -> bool:
    """Whether some mark of whole objects is none that its item can have."""
    if not are_mixed(section.items):
        return bool(rows.translate(None, _VALUES[: len(section.scheme.scale.options)]))
    return any(is_wrong(section, item, rows) for item in range(len(section.items)))


def is_wrong(section: Section, item: int, rows: Bytes) -> bool:
    """Whether an item's mark of some object is none that it can have."""
    asked, first, width = section.items[item], section.place_of(item), section.width
    marks = rows[first::width]
    if marks.translate(None, _allowed(section, asked)):
        return True
    if asked.width == 1 or asked.score is None:
        return False
    tenths, most = rows[first + 1 :: width], asked.score.most
    return bool(tenths.translate(None, _TENTHS)) or any(
        tenth and mark >= most for mark, tenth in zip(marks, tenths, strict=True)
    )


def _allowed(section: Section, item: Item) -> bytes:
    scale = section.scheme.scale
    every, options = len(scale.grades), len(scale.options)
    if item.score:
        return _VALUES[: item.score.most + 1 + options - every]
    return _VALUES[: len(item.grades) or every] + _VALUES[every:options]


def mark_bytes(score: Score, steps: int) -> bytes:
    """Return how points are marked, given in steps."""
    whole, tenths = divmod(steps, score.per_point)
    return bytes((whole, tenths)) if score.decimals else bytes((whole,))


def special_bytes(item: Item, mark: int) -> bytes:
    """Return the bytes of a mark that is no points: a grade, 不了解, 弃权 or ``NOT_ASKED``."""
    return bytes((mark,)) + (bytes((mark if mark == NOT_ASKED else 0,)) * (item.width - 1))


def steps_of(score: Score, marks: Bytes) -> int | None:
    """Return the points that the bytes of a mark are, in steps; None for what is none."""
    if marks[0] > score.most:
        return None
    return marks[0] * score.per_point + (marks[1] if score.decimals else 0)
