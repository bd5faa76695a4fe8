"""The one disclosure control (SEC-43 to SEC-49): nothing of a result is written anywhere before it passed through here.

What it keeps to:

- No figure and no count on fewer than k answers: ``Figure`` cannot be built below k, and everything else is ``HIDDEN``.
  Hidden cells all look alike; why one is hidden would itself say something.
- A voter group is hidden in a table if it gave fewer than k valid answers, if its number of ballots is hidden in the
  counting chain, if all or all but one of its valid answers fall in one grade, or if none is in the best grades
  (a reader would know what every member marked). That nobody was dissatisfied is shown: it harms nobody.
- The unit's total is published, so the hidden groups' sum is known. That remainder must be fit for publication as if it
  were one group (two groups, k valid answers, not uniform), and what follows for each hidden group's satisfied answers,
  and for valid answers fewer than k, is no narrower than k; of the dissatisfied ones it is, unless they may be none.
  Otherwise more groups are hidden, in the end all of them: then the breakdown says nothing beyond the total. The
  remainder is shown as one merged row: it follows from the rest anyway.
- What was published before stays as closed as it was (``Restraint``): neither a correction nor a later round opens it.
- With weights the total is another margin over the same groups: one hidden group hides the table's whole breakdown.
- A total is EXACT from 30 valid answers, COARSE below (whole percents, a size band, no counts), BANDED if uniform
  (ten-point bands, no counts), hidden below k or the gate. A breakdown is shown only beside an EXACT or COARSE total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from app.campaigns.domain import K_FLOOR, REMARK_K_FLOOR
from app.tally.figures import (
    NO_MARKS,
    PER_MILLE,
    PERCENT,
    Marks,
    Rates,
    Table,
    add_tables,
    percent_text,
    round_rate,
    round_score,
)
from app.tally.margins import Bounds

EXACT_FROM = 30
_TWO_CERTAIN = 10
_NEAR_UNIFORM = Fraction(98, 100)
_SIZE_BANDS = (5, 10, 20, 30, 50, 100, 200, 500, 1000)


class View(StrEnum):
    """How closely a table may be looked at, closest first."""

    EXACT = "exact"
    COARSE = "coarse"
    BANDED = "banded"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Takes the place of anything that is not shown."""


HIDDEN: Final = Hidden()


@dataclass(frozen=True, slots=True)
class Figure:
    """A text that may be shown, with its whole steps of ``PER_MILLE`` for drawing; refuses to exist below k."""

    text: str
    tenths: int | None
    answers: int
    k: int

    def __post_init__(self) -> None:
        """Refuse a figure on too few answers (SEC-43)."""
        if self.answers < max(self.k, K_FLOOR):
            msg = "a figure below k cannot be built"
            raise ValueError(msg)


def rate_figure(rate: Fraction, answers: int, view: View, k: int, marks: Marks = NO_MARKS) -> Figure | Hidden:
    """Show a rate as closely as the view allows: tenths of a percent, whole percents or a ten-point band."""
    if view is View.HIDDEN or answers < max(k, K_FLOOR):
        return HIDDEN
    if view is View.BANDED:
        return Figure(_band_text(rate, answers), None, answers, k)
    steps = steps_of(view)
    rounded = round_rate(rate, steps, marks)
    return Figure(percent_text(rounded, steps), rounded * PER_MILLE // steps, answers, k)


def size_figure(count: int, view: View, k: int) -> Figure | Hidden:
    """Show a number of answers: itself, or the size band it falls in."""
    if view is View.HIDDEN or count < max(k, K_FLOOR):
        return HIDDEN
    return Figure(str(count) if view is View.EXACT else _size_text(count), None, count, k)


def part_figure(count: int, answers: int, view: View, k: int) -> Figure | Hidden:
    """Show how many of ``answers`` fall in one option; only an exact view does."""
    if view is not View.EXACT or answers < max(k, K_FLOOR):
        return HIDDEN
    return Figure(str(count), None, answers, k)


def step_figure(step: int, answers: int, view: View, k: int) -> Figure | Hidden:
    """Show a rate that is rounded already: tenths of a percent where exact, whole percents where coarse."""
    if view in {View.HIDDEN, View.BANDED} or answers < max(k, K_FLOOR):
        return HIDDEN
    steps = steps_of(view)
    return Figure(percent_text(step, steps), step * PER_MILLE // steps, answers, k)


def steps_of(view: View) -> int:
    """Into how many steps a whole is divided: 1000 where exact, else 100."""
    return PER_MILLE if view is View.EXACT else PERCENT


def score_figure(rates: Rates, table: Table, view: View, k: int, marks: Marks = NO_MARKS) -> Figure | Hidden:
    """Show 综合得分: one decimal, whole where coarse, nothing where banded."""
    if view in {View.HIDDEN, View.BANDED} or table.valid < max(k, K_FLOOR):
        return HIDDEN
    return Figure(round_score(rates.mean_score, whole=view is View.COARSE, marks=marks), None, table.valid, k)


def _band_text(rate: Fraction, answers: int) -> str:
    """Ten-point band, wide enough at both ends that all and all-but-one read the same."""
    edge = 10 if answers >= _TWO_CERTAIN else 20
    if rate * PERCENT >= PERCENT - edge:
        return f"≥{PERCENT - edge}%"
    if rate * PERCENT <= edge:
        return f"≤{edge}%"
    low = int(rate * 10) * 10
    return f"{low}–{low + 10}%"


def _size_text(count: int) -> str:
    """Return the size band of a number of answers, ``20–29``."""
    for low, above in pairwise(_SIZE_BANDS):
        if count < above:
            return f"{low}–{above - 1}"
    return f"≥{_SIZE_BANDS[-1]}"


def is_uniform(table: Table, top: int) -> bool:
    """Whether the table tells what every single voter marked: all or all but one alike, or none in the best grades."""
    return max(table.grades) >= table.valid - 1 or table.top(top) == 0


def is_near_uniform(table: Table) -> bool:
    """Whether 98 % gave one grade; also where all but one did, so that the note does not tell the two apart."""
    most = max(table.grades)
    return most >= table.valid - 1 or most >= _NEAR_UNIFORM * table.valid


def view_of_total(table: Table, top: int, k: int, min_valid: int) -> View:
    """How closely a unit's own total may be looked at."""
    if table.valid < max(k, K_FLOOR, min_valid):
        return View.HIDDEN
    if is_uniform(table, top):
        return View.BANDED
    return View.EXACT if table.valid >= EXACT_FROM else View.COARSE


def view_of_pool(own: View, parts: Sequence[View]) -> View:
    """Look at a sum over items no closer than its least open part, or it would give that part away."""
    if own is View.HIDDEN:
        return own
    widest = max((own, *parts), key=list(View).index)
    return View.BANDED if widest is View.HIDDEN else widest


def view_of_group(table: Table) -> View:
    """How closely a group that is not hidden may be looked at."""
    return View.EXACT if table.valid >= EXACT_FROM else View.COARSE


@dataclass(frozen=True, slots=True)
class Rules:
    """What the breakdown of a table obeys: ``unseen`` groups are hidden wherever they appear."""

    k: int
    top: int
    positives: int
    weighted: bool
    unseen: frozenset[str]
    bounds: Mapping[str, Bounds]


def hidden_groups(
    tables: Mapping[str, Table], total: View, rules: Rules, kept: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Choose the groups to leave out of the breakdown of one item of one unit, ``kept`` ones among them."""
    everyone = frozenset(tables)
    if total not in {View.EXACT, View.COARSE} or len(tables) == 1:
        return everyone
    k = max(rules.k, K_FLOOR)
    hidden = frozenset(
        group
        for group, table in tables.items()
        if group in rules.unseen | kept or table.valid < k or is_uniform(table, rules.top)
    )
    if hidden and rules.weighted:
        return everyone
    while hidden != everyone and not _covered(tables, hidden, rules):
        hidden |= {_best_cover(tables, hidden, rules)}
    return hidden


def _best_cover(tables: Mapping[str, Table], hidden: frozenset[str], rules: Rules) -> str:
    """Pick the smallest open group that alone completes the cover, else the smallest."""
    others = sorted((group for group in tables if group not in hidden), key=lambda group: tables[group].valid)
    return next((group for group in others if _covered(tables, hidden | {group}, rules)), others[0])


def _covered(tables: Mapping[str, Table], hidden: frozenset[str], rules: Rules) -> bool:
    if not hidden:
        return True
    k = max(rules.k, K_FLOOR)
    rest = add_tables((tables[group] for group in hidden), len(next(iter(tables.values())).grades))
    if len(hidden) == 1 or rest.valid < k or is_uniform(rest, rules.top):
        return False
    bounds = {group: rules.bounds[group] for group in hidden}
    satisfied = possible(bounds, rest.top(rules.top), rest.answered)
    valid = possible(bounds, rest.valid, rest.answered)
    dissatisfied = possible(bounds, rest.valid - rest.top(rules.positives), rest.answered)
    return all(
        satisfied[group].width >= k
        and (tables[group].valid >= k or valid[group].width >= k)
        and (dissatisfied[group].low == 0 or dissatisfied[group].width >= k)
        for group in hidden
    )


def possible(bounds: Mapping[str, Bounds], count: int, answered: int) -> dict[str, Bounds]:
    """Work out what a reader can about each hidden group's part of ``count`` among their ``answered`` answers."""
    room = sum(bound.high for bound in bounds.values())
    return {
        group: Bounds(
            max(0, bound.low - (answered - count), count - (room - bound.high)),
            min(bound.high, count),
        )
        for group, bound in bounds.items()
    }


def open_remarks(remarks: Sequence[str], remark_k: int) -> tuple[str, ...] | Hidden:
    """Show a unit's remarks only from ``remark_k`` on; below that, not even how many there are (SEC-16)."""
    return tuple(remarks) if len(remarks) >= max(remark_k, REMARK_K_FLOOR) else HIDDEN
