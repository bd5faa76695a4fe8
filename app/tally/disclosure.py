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
  (bands, no counts), hidden below k or the gate. A breakdown is shown only beside an EXACT or COARSE total.
- Fewer than 30 valid answers come without their distribution and score: the number of ballots is published, and whole
  percents of a known few are their counts. Rates leave open how each sum of grades splits; where no sum splits
  (``is_pinned``) they are wide bands, and nothing where they are of unlike bases: every small table allows two raw
  ones (SEC-49).
- All alike and all but one alike get the same bands: those that hold the rates of both (app.tally.alike).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from app.campaigns.domain import K_FLOOR, REMARK_K_FLOOR, Denominator
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
_TENS, _WIDE, _FEW = range(10, 100, 10), (30, 70), (20, 80)
"""Inner edges of bands; at both ends they are wide enough that all and all but one read the same."""

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
    """Show a rate as closely as the view allows: tenths of a percent, whole percents or a band."""
    if view is View.HIDDEN or answers < max(k, K_FLOOR):
        return HIDDEN
    if view is View.BANDED:
        return Figure(_band_text((rate, rate), _TENS if answers >= _TWO_CERTAIN else _FEW), None, answers, k)
    steps = steps_of(view)
    rounded = round_rate(rate, steps, marks)
    return Figure(percent_text(rounded, steps), rounded * PER_MILLE // steps, answers, k)


def band_figure(rates: Sequence[Fraction], answers: int, k: int, *, wide: bool) -> Figure | Hidden:
    """Show the band that holds all of some rates: those of the tables a reader must not tell apart."""
    if answers < max(k, K_FLOOR):
        return HIDDEN
    edges = _WIDE if wide else _TENS
    edges = _FEW if answers < _TWO_CERTAIN else edges
    return Figure(_band_text((min(rates), max(rates)), edges), None, answers, k)


def size_figure(count: int, view: View, k: int, *, blunt: bool = False) -> Figure | Hidden:
    """Show a number of answers: itself, or the size band it falls in; if ``blunt`` no more than that there are some."""
    if view is View.HIDDEN or count < max(k, K_FLOOR):
        return HIDDEN
    if blunt:
        return Figure(f"≥{min(count, max(k, K_FLOOR, _SIZE_BANDS[1]))}", None, count, k)
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


def _band_text(rates: tuple[Fraction, Fraction], edges: Sequence[int]) -> str:
    """Return the band from the one that holds the lower rate to the one that holds the higher."""
    low, high = (rate * PERCENT for rate in rates)
    least = 0 if low <= edges[0] else max(edge for edge in edges if edge <= low)
    most = edges[0] if high <= edges[0] else min((edge for edge in edges if edge > high), default=PERCENT)
    if most == PERCENT and least:
        return f"≥{least}%"
    return f"{least}–{most}%" if least or most == PERCENT else f"≤{most}%"


def _size_text(count: int) -> str:
    """Return the size band of a number of answers, ``20–29``."""
    for low, above in pairwise(_SIZE_BANDS):
        if count < above:
            return f"{low}–{above - 1}"
    return f"≥{_SIZE_BANDS[-1]}"


def is_uniform(table: Table, top: int) -> bool:
    """Whether the table tells what every single voter marked: all or all but one alike, or none in the best grades."""
    return max(table.grades) >= table.valid - 1 or table.top(top) == 0


def is_pinned(table: Table, top: int, positives: int) -> bool:
    """Whether whole percents of the rates tell a small table's every count: no sum of theirs is of several grades.

    Where all or all but one are alike, what they read like is settled by app.tally.alike.
    """
    edges = sorted({0, top, positives, len(table.grades)})
    open_sums = [end - start > 1 and sum(table.grades[start:end]) > 0 for start, end in pairwise(edges)]
    return max(table.grades) + 1 < table.valid < EXACT_FROM and not any(open_sums)


def is_near_uniform(table: Table) -> bool:
    """Whether 98 % gave one grade; also where all but one did, so that the note does not tell the two apart."""
    most = max(table.grades)
    return most >= table.valid - 1 or most >= _NEAR_UNIFORM * table.valid


@dataclass(frozen=True, slots=True)
class Rules:
    """What the breakdown of a table obeys: ``unseen`` groups are hidden wherever they appear."""

    k: int
    top: int
    positives: int
    weighted: bool
    unseen: frozenset[str]
    bounds: Mapping[str, Bounds]
    base: Denominator = Denominator.VALID


def view_of_total(table: Table, rules: Rules, min_valid: int) -> View:
    """How closely a unit's own total may be looked at."""
    if table.valid < max(rules.k, K_FLOOR, min_valid):
        return View.HIDDEN
    own = view_of_group(table, rules)
    return View.BANDED if is_uniform(table, rules.top) and own is not View.HIDDEN else own


def view_of_pool(own: View, parts: Sequence[View]) -> View:
    """Look at a sum over items no closer than its least open part, or it would give that part away."""
    if own is View.HIDDEN:
        return own
    widest = max((own, *parts), key=list(View).index)
    return View.BANDED if widest is View.HIDDEN else widest


def view_of_group(table: Table, rules: Rules) -> View:
    """How closely a group that is not hidden may be looked at."""
    if table.valid >= EXACT_FROM:
        return View.EXACT
    if not is_pinned(table, rules.top, rules.positives):
        return View.COARSE
    return View.BANDED if rules.base is Denominator.VALID else View.HIDDEN


def hidden_groups(
    tables: Mapping[str, Table], total: View, rules: Rules, kept: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Choose the groups to leave out of the breakdown of one item of one unit, ``kept`` ones among them."""
    everyone = frozenset(tables)
    if total not in {View.EXACT, View.COARSE} or len(tables) == 1:
        return everyone
    hidden = frozenset(
        group for group, table in tables.items() if group in rules.unseen | kept or not _is_fit(table, rules)
    )
    if hidden and rules.weighted:
        return everyone
    while hidden != everyone and not _covered(tables, hidden, rules):
        hidden |= {_best_cover(tables, hidden, rules)}
    return hidden


def _is_fit(table: Table, rules: Rules) -> bool:
    """Whether figures of a group, or of several as one, may be shown at all."""
    enough = table.valid >= max(rules.k, K_FLOOR) and not is_uniform(table, rules.top)
    return enough and view_of_group(table, rules) is not View.HIDDEN


def _best_cover(tables: Mapping[str, Table], hidden: frozenset[str], rules: Rules) -> str:
    """Pick the smallest open group that alone completes the cover, else the smallest."""
    others = sorted((group for group in tables if group not in hidden), key=lambda group: tables[group].valid)
    return next((group for group in others if _covered(tables, hidden | {group}, rules)), others[0])


def _covered(tables: Mapping[str, Table], hidden: frozenset[str], rules: Rules) -> bool:
    if not hidden:
        return True
    k = max(rules.k, K_FLOOR)
    rest = add_tables((tables[group] for group in hidden), len(next(iter(tables.values())).grades))
    if len(hidden) == 1 or not _is_fit(rest, rules):
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
