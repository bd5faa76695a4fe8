"""Composites as equations: what a total and its parts are told to be, in the figures that they are made of."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING, Any

from app.campaigns.composite import VOTED, Line, Points, Source, points_text
from app.campaigns.domain import ScoreScale
from app.campaigns.rule import Rule
from app.publication.composite_rows import row_of
from tests.disclosure.mixtures import WHOLE, Key, Place, Span

if TYPE_CHECKING:
    from tests.disclosure.wide_reader import WideReading

Weighed = list[tuple[float, Key]]
_BAND = re.compile(r"([\d.]+)–([\d.]+)")


def points_span(text: str, most: int) -> Span:
    """Return between which parts of the most a mean lies that is told; its last digit may be off by one."""
    if text[0] in "≥≤":
        edge = float(text[1:]) / most
        return Span(edge, 1.0) if text[0] == "≥" else Span(0.0, edge)
    if found := _BAND.fullmatch(text):
        return Span(float(found[1]) / most, float(found[2]) / most)
    step = _step(text)
    return Span((float(text) - step) / most, (float(text) + step) / most).met(WHOLE)


def _step(text: str) -> float:
    return 10.0 ** -len(text.partition(".")[2])


def read_scores(reading: "WideReading") -> None:
    """Read every composite: its parts each for itself, and the total over all of them."""
    composite = reading.paper.scheme.composite
    for unit, total in reading.case.totals.items():
        leaves = [_Leaf(reading, unit, line, weight) for line, weight in _leaves(total.lines, 1.0)]
        for leaf in leaves:
            leaf.read()
        if composite is not None and isinstance(total.figure, Points):
            told = _told(row_of((unit, ""), composite, total, None).score)
            slack = sum(leaf.weight * leaf.slack for leaf in leaves if leaf.voted)
            entered = sum(leaf.weight * leaf.low for leaf in leaves if not leaf.voted)
            parts = [(leaf.weight * part, key) for leaf in leaves if leaf.voted for part, key in leaf.parts]
            low, high = (told.low - entered - slack) / 100, (told.high - entered + slack) / 100
            reading.figures.mix(parts, Span(low, high))
            if (word := reading.case.words.get(unit)) is not None and composite.rule is not None:
                region = _region(composite.rule, word)
                # No slack: a word holds of the true total.
                reading.figures.mix(parts, Span((region.low - entered) / 100, (region.high - entered) / 100))


def _region(rule: Rule, word: str) -> Span:
    """Return between which points a score lies that has a word; lines fall from step to step."""
    lines = [float(step.conditions[0].number) if step.conditions else -inf for step in rule.steps]
    places = [place for place, step in enumerate(rule.steps) if step.word.text == word]
    return Span(lines[places[-1]], lines[places[0] - 1] if places[0] else inf)


def _told(text: str) -> Span:
    """Return between which points a score lies by its text."""
    if found := _BAND.fullmatch(text):
        return Span(float(found[1]), float(found[2]))
    return Span(float(text) - _step(text) / 2, float(text) + _step(text) / 2)


def _leaves(lines: Sequence[Line], weight: float) -> Iterator[tuple[Line, float]]:
    """Yield the parts with what a point of them brings."""
    for line in lines:
        of = line.part.most if line.part.source is Source.POINTS else Fraction(100)
        own = weight * (1.0 if line.part.source is Source.EXTRA else float(line.weight / of))
        if line.lines:
            yield from _leaves(line.lines, own)
        else:
            yield line, own


class _Leaf:
    """A part of a composite of one unit; ``parts``: the figures it is the mean of."""

    def __init__(self, reading: "WideReading", unit: str, line: Line, weight: float) -> None:
        self._reading, self._unit, self._line, self.weight = reading, unit, line, weight
        self.voted, self.figure = line.part.source in VOTED, line.figure
        self.low = float(line.figure.low) if isinstance(line.figure, Points) else 0.0
        self.parts: Weighed = []
        self.slack = 0.0
        if self.voted and isinstance(self.figure, Points):
            self._trace()

    def _trace(self) -> None:
        part, reading = self._line.part, self._reading
        if part.source is Source.ROUND:
            self.parts = [(1.0, ("other", self._unit, frozenset(), "mean"))]
            return
        groups = frozenset([part.group]) if part.group else reading.raters(self._unit)
        section = next(each for each in reading.paper.sections if self._unit in {one.id for one in each.units})
        asked = [item for item in section.items if item.overall] or section.items
        whole, raters = sum(item.weight for item in asked), reading.raters(self._unit)
        for item in asked:
            weight = float(item.weight / whole)
            own = reading.mixed(Place(self._unit, [(1.0, item.key)]), groups, "mean")
            self.parts += [(weight * part, key) for part, key in own]
        self.slack = self._slack_of(groups if part.group and groups != raters else None)

    def _slack_of(self, groups: frozenset[str] | None) -> float:
        """Return by how many points a part may differ from the true mean, for it was made of printed ones."""
        steps = [0.0]
        for target in (each for section in self._reading.document["sections"] for each in section["targets"]):
            if target["id"] == self._unit:
                for table in (*target["items"], target["overall"]):
                    steps += [self._step_of(table, cell) for cell in _cells(table, groups)]
        return max(steps)

    def _step_of(self, table: Any, cell: Any) -> float:  # noqa: ANN401 - plain JSON
        if not cell["shown"] or cell["mean_score"] is None:
            return 0.0
        scale = self._reading.asked[self._unit, table["key"] or ""].scheme.scale
        most = scale.score.most if isinstance(scale, ScoreScale) and table["key"] else 100
        text = cell["mean_score"]["text"]
        return 100 / most * _step(text) if text[0].isdigit() and "–" not in text else 0.0

    def read(self) -> None:
        """Read the part by itself."""
        composite = self._reading.paper.scheme.composite
        if composite is None or not self.voted or not isinstance(self.figure, Points):
            return
        told = _told(points_text(self.figure, composite.decimals))
        low, high = (told.low - self.slack) / 100, (told.high + self.slack) / 100
        if self._line.part.source is Source.ROUND:
            self._reading.figures.learn(self.parts[0][1], Span(low, high))
        else:
            self._reading.figures.mix(self.parts, Span(low, high))


def _cells(table: Any, groups: frozenset[str] | None) -> list[Any]:  # noqa: ANN401
    if groups is None:
        return [table["total"]]
    return [row["cell"] for row in table["groups"] if row["id"] in groups]
