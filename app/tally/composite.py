"""综合评价得分 of a released result: worked out from what its document shows and what was entered by name alone.

So nothing that the document hides can follow from it (SEC-44): whoever holds the document could add it up himself. A
part that is hidden or banded counts with all that it may be, and the total is the span of that.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from app.campaigns.composite import (
    NAMED,
    VOTED,
    WHOLE,
    Composite,
    Figure,
    Missing,
    Part,
    Points,
    Source,
    Total,
    mean_score,
    total_of,
    weighted_mean,
)
from app.campaigns.disclosure import Extent
from app.campaigns.domain import Denominator
from app.tally.disclosure import View
from app.tally.document import Document, FormItem, Section, Target
from app.tally.figures import PER_MILLE, PERCENT
from app.tally.shown import Figures, ItemTable, ShownCell
from app.tally.verdict import ReturnState, Verdict

Named = Mapping[tuple[str, str], Fraction]
"""What was entered outside the box, by object and key of the part."""
Given = Mapping[str, Mapping[str, Fraction]]
"""By object what each word of the rule on its votes is worth, as a part of 100."""
_NUMBER = r"\d+(?:\.\d+)?"
_POINTS = re.compile(rf"(?P<low>{_NUMBER})–(?P<high>{_NUMBER})|≥(?P<least>{_NUMBER})|≤(?P<most>{_NUMBER})")
_BAND = re.compile(r"(?P<low>\d+)–(?P<high>\d+)%|≥(?P<least>\d+)%|≤(?P<most>\d+)%")


def composites_of(
    document: Document,
    composite: Composite,
    named: Named,
    others: Mapping[str, Document | Missing],
    classes: Mapping[str, str] = MappingProxyType({}),
    given: Given = MappingProxyType({}),
) -> dict[str, Total]:
    """Return each object's 综合评价得分; ``others`` are the documents of other rounds of the campaign, by round.

    Of one that cannot be read it is why.

    ``classes``: of which class objects are, by id. ``given``: what the words of each one's rule are worth.
    """

    def total(target: Target) -> Total:
        reader = _Reader(document, composite, named, others, target, given.get(target["id"], {}))
        return total_of(composite, reader.figure, classes.get(target["id"], ""))

    return {target["id"]: total(target) for section in document["sections"] for target in section["targets"]}


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the parts of one object are worth; ``worth``: what the words of its rule are."""

    document: Document
    composite: Composite
    named: Named
    others: Mapping[str, Document | Missing]
    target: Target
    worth: Mapping[str, Fraction]

    def figure(self, part: Part) -> Figure:
        """Return points of a vote or a score, or the number that was entered."""
        if part.source is Source.RULE:
            return self._of_word()
        if part.source in VOTED:
            unread = Missing("not_published")
            document = self.others.get(part.round_id, unread) if part.source is Source.ROUND else self.document
            if isinstance(document, Missing):
                return document
            return points_of(document, self.target["id"], part.group, by_top=self.composite.by_top)
        entered = self.named.get((self.target["id"], part.key))
        return Missing("not_entered") if entered is None else Points(entered, entered)

    def _of_word(self) -> Figure:
        """Return what the word is worth that the object's votes were given, as far as that is told."""
        verdict = self.target["verdict"]
        if _is_invalid(self.document, self.target):
            return Missing("invalid")
        if verdict["code"] == Verdict.TOO_FEW:
            return Missing("too_few")
        worth = self.worth.get(verdict["label"])
        return Missing("no_points") if worth is None else Points(worth, worth)


def _is_invalid(document: Document, target: Target) -> bool:
    """Whether the votes of the round, or of the object, are invalid."""
    return document["chain"]["status"] == ReturnState.INVALID or target["verdict"]["code"] == Verdict.INVALID


def points_of(document: Document, target_id: str, group: str, *, by_top: bool) -> Figure:
    """Return what an object got from a voter group, or for none from everybody: the overall item's mean, or all items'.

    Missing where the round or the object has no valid result.
    """
    found = ((part, each) for part in document["sections"] for each in part["targets"] if each["id"] == target_id)
    section, target = next(found, (None, None))
    if section is None or target is None:
        return Missing("not_rated")
    if _is_invalid(document, target):
        return Missing("invalid")
    if document["round"].get("disclosure", {}).get("extent") == Extent.WORDS:
        return Missing("only_words")
    if [voters["id"] for voters in document["voters"]] == [group]:
        group = ""  # who is alone is everybody, and has no row
    return _of_target(section, target, group, by_top=by_top)


def _of_target(section: Section, target: Target, group: str, *, by_top: bool) -> Figure:
    if not target["overall"]["total"]["shown"]:
        return Missing("too_few")
    if section["kind"] == "scores" and target["overall"]["key"] is None and not by_top:
        return _of_points(target["overall"], group, PERCENT)  # items of few points were rounded more roughly
    tables = [item for item in target["items"] if item["overall"]] or target["items"]
    return weighted_mean([_of_item(section, table, group, by_top=by_top) for table in tables])


def _of_item(section: Section, table: ItemTable, group: str, *, by_top: bool) -> tuple[Fraction, Points]:
    """Return an item's weight and points; what was answered in points is scaled to the whole."""
    asked = _asked(section, table["key"])
    if "score" in asked:
        return Fraction(asked.get("weight", "1")), _of_points(table, group, asked["score"]["most"])
    grades = asked.get("grades") or section["scale"]["grades"]
    scale = [grade["score"] for grade in grades], asked.get("top", section["formula"]["top"])
    points = _of_table(section, table, group, scale)
    return Fraction(asked.get("weight", "1")), _scaled(points, WHOLE / scale[0][0]) if by_top else points


def _scaled(points: Points, factor: Fraction) -> Points:
    return Points(points.low * factor, points.high * factor, coarse=points.coarse, slack=points.slack * factor)


def _asked(section: Section, key: str) -> FormItem:
    return next(item for item in section["items"] if item["key"] == key)


def _of_points(table: Figures, group: str, most: int) -> Points:
    """Return the mean of a table of points, as part of the whole; the span of all that may lie behind what is told."""
    cell = _cell_of(table, group)
    text = "" if cell is None or cell["mean_score"] is None else cell["mean_score"]["text"]
    told = _points_told(text, most)
    if cell is None or told is None:
        return Points(Fraction(0), Fraction(WHOLE), coarse=True)
    low, high = told
    exact, step = cell["view"] == View.EXACT, _step_of(text)
    if cell["view"] == View.COARSE:
        low, high = max(low - step, Fraction(0)), min(high + step, Fraction(most))
    points = Points(low, high, coarse=not exact, slack=step if exact else Fraction(0))
    return _scaled(points, Fraction(WHOLE) / most)


def _step_of(text: str) -> Fraction:
    """Return how far a printed mean may lie from the true one: half up, or kept on its side of a line or off an end."""
    return 1 / Fraction(10 ** len(text.partition(".")[2]))


def _points_told(text: str, most: int) -> tuple[Fraction, Fraction] | None:
    """Return the ends of a band of points, or the one mean that is told; None for a text that is neither."""
    found = _POINTS.fullmatch(text)
    if found is None:
        mean = _mean_told(text)
        return None if mean is None else (mean, mean)
    low, high = found["low"] or found["least"] or "0", found["high"] or found["most"] or most
    return Fraction(low), Fraction(high)


def _mean_told(text: str) -> Fraction | None:
    """Return the mean that a text is; None for one that is no number."""
    return Fraction(text) if re.fullmatch(_NUMBER, text) else None


def _cell_of(table: Figures, group: str) -> ShownCell | None:
    """Return the cell of a voter group, or for none the total; None where it is not shown."""
    cells = [row["cell"] for row in table["groups"] if row["id"] == group] if group else [table["total"]]
    return cells[0] if cells and cells[0]["shown"] else None


def _of_table(section: Section, table: Figures, group: str, scale: tuple[Sequence[int], int]) -> Points:
    """Return the mean of a table's cell; ``scale``: the scores of the grades, and how many count as satisfied."""
    scores, top = scale
    cell = _cell_of(table, group)
    if cell is None:
        return Points(Fraction(min(scores)), Fraction(max(scores)), coarse=True)
    formula = section["formula"]
    # Shares of a wider base than 有效评价 are no parts of the valid answers.
    by_valid = formula["denominator"] == Denominator.VALID or "rule" not in formula
    plain = not formula["weights"] or group
    counts = counts_of(cell) if plain and (by_valid or cell["view"] != View.COARSE) else None
    if counts is not None:
        exact = mean_score(counts, scores)
        return Points(exact, exact, coarse=cell["view"] == View.COARSE)
    text = "" if cell["mean_score"] is None else cell["mean_score"]["text"]
    mean = _mean_told(text)
    if mean is not None:
        if by_valid or cell["view"] != View.COARSE:
            return Points(mean, mean, coarse=cell["view"] == View.COARSE, slack=_step_of(text))
        # Whole points, half up or kept on their side of a line: all that may lie behind them.
        return Points(max(mean - 1, Fraction(min(scores))), min(mean + 1, Fraction(max(scores))), coarse=True)
    return _of_band(section, cell, scores, top)


def counts_of(cell: ShownCell) -> list[int] | None:
    """Return how many answers each grade had; below 30 they are computed from whole percents, on purpose (ADR 15)."""
    valid = cell["valid"]["count"]
    counts = [share["count"] for share in cell["distribution"]]
    if cell["view"] == View.COARSE and valid is not None:
        counts = [_nearest(share["share"]["tenths"], valid) for share in cell["distribution"]]
    known = [count for count in counts if count is not None]
    return known if known and len(known) == len(counts) and sum(known) == valid else None


def _nearest(tenths: int | None, valid: int) -> int | None:
    return None if tenths is None else (2 * tenths * valid + PER_MILLE) // (2 * PER_MILLE)


def _of_band(section: Section, cell: ShownCell, scores: Sequence[int], top: int) -> Points:
    """Return what the mean may be where only the band of 满意率 is told."""
    least, most = _band(cell["satisfied_rate"]["text"])
    if section["formula"]["denominator"] != Denominator.VALID:
        least, most = Fraction(0), Fraction(1)
    worst = min(scores)
    best_of_rest = scores[top] if top < len(scores) else worst
    low = least * scores[top - 1] + (1 - least) * worst
    high = most * scores[0] + (1 - most) * best_of_rest
    return Points(low, high, coarse=True)


def _band(text: str) -> tuple[Fraction, Fraction]:
    found = _BAND.fullmatch(text)
    if found is None:
        return Fraction(0), Fraction(1)
    low, high = found["low"] or found["least"] or "0", found["high"] or found["most"] or "100"
    return Fraction(int(low), PERCENT), Fraction(int(high), PERCENT)


def named_parts(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield the parts that are entered by name, of both levels."""
    for part in parts:
        if part.source is Source.COMPOSITE:
            yield from named_parts(part.parts)
        elif part.source in NAMED:
            yield part
