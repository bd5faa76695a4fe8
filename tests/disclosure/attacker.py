"""A reader who solves everything published as a linear programme (SEC-44).

He knows the paper and the method, reads the document as anybody does, and asks of every hidden cell how many satisfied
and how many valid answers it can hold at least and at most. Unknown are the answers of each voter group to each option,
and how many ballots a group cast; every published number is a constraint on sums of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.campaigns.domain import Denominator
from app.rounds.domain import Paper
from tests.disclosure.rounds import raters_of
from tests.disclosure.rulings import GRADES, joined, read_overall_band, read_ruling
from tests.disclosure.told_turnouts import FREE, Own, Turnouts
from tests.tally.cast import section_of

Terms = dict[int, float]
Vector = NDArray[np.float64]
Places = NDArray[np.int32]
OPTIONS = 5
NOBODY: Own = MappingProxyType({})


@dataclass
class Programme:
    """Variables with bounds, and rows ``low ≤ Σ coefficient · variable ≤ high``."""

    upper: list[float] = field(default_factory=list)
    rows: list[tuple[Terms, float, float]] = field(default_factory=list)

    def variable(self, most: float = FREE) -> int:
        self.upper.append(most)
        return len(self.upper) - 1

    def say(self, terms: Terms, low: float, high: float) -> None:
        self.rows.append((terms, low, high))

    def between(self, part: Terms, whole: Terms, low: float, high: float) -> None:
        """Say which parts of a whole another sum may be."""
        for edge, least, most in ((low, 0.0, FREE), (high, -FREE, 0.0)):
            row = dict(part)
            for variable, times in whole.items():
                row[variable] = row.get(variable, 0.0) - edge * times
            self.say(row, least, most)

    def entries(self) -> tuple[Places, Places, Vector]:
        """Return how many terms each row has, and of all rows on end the variables and what they are taken times."""
        counts = np.array([len(terms) for terms, _, _ in self.rows], dtype=np.int32)
        columns = np.array([variable for terms, _, _ in self.rows for variable in terms], dtype=np.int32)
        values = np.array([value for terms, _, _ in self.rows for value in terms.values()])
        return counts, columns, values

    def sums(self, point: Vector) -> Vector:
        """Return what each row comes to at a point."""
        counts, columns, values = self.entries()
        rows = np.repeat(np.arange(len(counts)), counts)
        return np.bincount(rows, values * point[columns], minlength=len(counts)).astype(np.float64)

    def edges(self) -> tuple[Vector, Vector]:
        """Return the least and the most each row may come to."""
        return np.array([low for _, low, _ in self.rows]), np.array([high for _, _, high in self.rows])


@dataclass(frozen=True)
class Target:
    """A sum of variables that the published numbers must not pin down, with its name."""

    name: tuple[str, str, str, str]
    terms: Terms


class Reading:
    """What a reader takes out of one document."""

    def __init__(
        self, document: Any, paper: Paper, own: Own = NOBODY, *, breakdown: bool = True, chain: bool = True  # noqa: ANN401
    ) -> None:  # fmt: skip
        """Without ``breakdown`` he reads no voter group of a unit, without ``chain`` none of the counting chain.

        ``own``: how many of each group were 本人 in the row of each unit.
        """
        self.document, self.paper, self._breakdown = document, paper, breakdown
        self.programme = Programme()
        self.counted = Turnouts(self.programme, document, paper, own, chain=chain)
        self.ballots = self.counted.ballots
        self.cells: dict[tuple[str, str, str], list[int]] = {}
        for unit in section_of(document)["targets"]:
            self._read_unit(unit)
            read_ruling(self, unit)
        read_overall_band(self)

    def raters(self, unit_id: str) -> tuple[str, ...]:
        return raters_of(self.paper, unit_id)

    def _read_unit(self, unit: Any) -> None:  # noqa: ANN401
        raters = self.raters(unit["id"])
        for item in unit["items"]:
            for group in raters:
                cell = [self.programme.variable() for _ in range(OPTIONS)]
                self.cells[unit["id"], item["key"], group] = cell
                self.programme.say({**dict.fromkeys(cell, 1.0), **self.counted.less_asked(unit["id"], group)}, 0, 0)
            self._read_part(unit["id"], [item["key"]], item)
        if unit["overall"]["key"] is None:
            self._read_part(unit["id"], self.pooled(unit), unit["overall"])

    def pooled(self, unit: Any) -> list[str]:  # noqa: ANN401
        """Name the items that are added up: those of which anything is told, if there are any."""
        told = [item["key"] for item in unit["items"] if item["total"]["shown"]]
        return told or [item["key"] for item in unit["items"]]

    def points(self, sums: Sequence[Terms]) -> Terms:
        """Return 综合得分 times the valid answers, as a part of 1."""
        scores = [grade["score"] / 100 for grade in section_of(self.document)["scale"]["grades"]]
        return {variable: score for score, terms in zip(scores, sums, strict=False) for variable in terms}

    def _read_part(self, unit_id: str, items: Sequence[str], part: Any) -> None:  # noqa: ANN401
        raters = self.raters(unit_id)
        hidden = [row["id"] for row in part["groups"] if row["id"] and not row["cell"]["shown"]]
        self._read_cell(part["total"], unit_id, items, raters, total=True)
        for row in part["groups"]:
            if self._breakdown:
                self._read_cell(row["cell"], unit_id, items, [row["id"]] if row["id"] else hidden)
            elif row["id"] and row["cell"]["shown"] and len(items) == 1 and len(self.paper.parts) > 1:
                # its ballots of the section, of k or more and so no secret: as the chain tells them of a round of one
                answers = joined(self.sums(unit_id, items, [row["id"]]))
                self.programme.say(answers, *size_told(row["cell"]["answered"]["text"], self.document["round"]["k"]))

    def sums(self, unit_id: str, items: Sequence[str], groups: Sequence[str]) -> list[Terms]:
        """Return the answers to some items of some groups, by option."""
        return [
            {self.cells[unit_id, item, group][option]: 1.0 for item in items for group in groups}
            for option in range(OPTIONS)
        ]

    def _read_cell(
        self, cell: Any, unit_id: str, items: Sequence[str], groups: Sequence[str], *, total: bool = False  # noqa: ANN401
    ) -> None:  # fmt: skip
        if not cell["shown"]:
            return
        sums = self.sums(unit_id, items, groups)
        valid = joined(sums[:GRADES])
        for told, terms in ((cell["valid"], valid), (cell["answered"], joined(sums))):
            self.programme.say(terms, *size_told(told["text"], self.document["round"]["k"]))
        if cell["view"] != "banded":
            self._read_mixture(sums)
        whole = self.denominator(unit_id, sums, len(items), groups)
        plain = self.paper.scheme.weights and total
        of_valid = plain or section_of(self.document)["formula"]["denominator"] == "valid"
        self._rate(sums[GRADES], joined(sums) if of_valid else whole, cell["unknown"]["rate"], slack=(1.0, 0.5))
        if self.paper.scheme.weights and len(groups) > 1:
            return  # weighted means of the groups' rates are no sums of answers
        for row, terms in zip(cell["distribution"], sums, strict=False):
            if row["count"] is not None:
                self.programme.say(terms, row["count"], row["count"])
            self._rate(terms, whole, row["share"], slack=(1.0, 1.0))
        if cell["unknown"]["count"] is not None:
            self.programme.say(sums[GRADES], cell["unknown"]["count"], cell["unknown"]["count"])
        self._rate(joined(sums[GRADES - 1 : GRADES]), whole, cell["dissatisfied_rate"], slack=(1.0, 1.0))
        top = joined(sums[: section_of(self.document)["formula"]["top"]])
        self._rate(top, whole, cell["satisfied_rate"], slack=(1.0, 1.0))
        self._rate(joined(sums[: GRADES - 1]), whole, cell["positive_rate"], slack=(1.0, 1.0))
        self._rate(self.points(sums), valid, cell["mean_score"], slack=(0.5, 1.0))

    def _read_mixture(self, sums: Sequence[Terms]) -> None:
        """Read that there are figures at all: neither all nor all but one are alike, and two are satisfied."""
        for place in range(GRADES):
            self.programme.say(joined([*sums[:place], *sums[place + 1 : GRADES]]), 2, FREE)
        self.programme.say(joined(sums[: section_of(self.document)["formula"]["top"]]), 2, FREE)

    def denominator(self, unit_id: str, sums: Sequence[Terms], items: int, groups: Sequence[str]) -> Terms:
        """Return what 满意率 is divided by: valid answers, ballots that came back, or people; but not who was 本人."""
        base = Denominator(section_of(self.document)["formula"]["denominator"])
        return joined(sums[:GRADES]) if base is Denominator.VALID else self.counted.base(base, unit_id, groups, items)

    def _rate(self, part: Terms, whole: Terms, rate: Any, slack: tuple[float, float]) -> None:  # noqa: ANN401
        if rate is None:
            return
        self.programme.between(part, whole, *interval(rate, slack))

    def turnouts(self) -> Iterator[Target]:
        """Name every number of ballots that the counting chain holds back."""
        for row in self.document["chain"]["groups"]:
            if not row["shown"]:
                yield Target(("", "", row["id"], "ballots"), {self.ballots[row["id"]]: 1.0})

    def targets(self) -> Iterator[Target]:
        """Name every cell that is held back, and what must not be narrowed down in it."""
        top = section_of(self.document)["formula"]["top"]
        for unit in section_of(self.document)["targets"]:
            raters = self.raters(unit["id"])
            for item in unit["items"] if len(raters) > 1 else ():
                shown = {row["id"] for row in item["groups"] if row["cell"]["shown"]}
                for group in raters:
                    if group in shown or not item["total"]["shown"]:
                        continue
                    cell = self.cells[unit["id"], item["key"], group]
                    name = (unit["id"], item["key"], group)
                    yield Target((*name, "satisfied"), dict.fromkeys(cell[:top], 1.0))
                    yield Target((*name, "valid"), dict.fromkeys(cell[:GRADES], 1.0))
                    yield Target((*name, "dissatisfied"), {cell[GRADES - 1]: 1.0})


def size_told(text: str, k: int) -> tuple[float, float]:
    """Return what a number says, or that there are enough."""
    if text.startswith("≥"):
        return max(float(text[1:]), k), FREE
    return float(text), float(text)


def interval(rate: Any, slack: tuple[float, float]) -> tuple[float, float]:  # noqa: ANN401
    """Return between which parts of 1 a published rate lies; ``slack`` in its last digit, below and above."""
    text = rate["text"].removesuffix("%")  # 综合得分 is of 100 as well
    if found := re.fullmatch(r"([≥≤])(\d+)", text):
        edge = int(found[2]) / 100
        return (edge, 1.0) if found[1] == "≥" else (0.0, edge)
    if "–" in text:
        low, high = text.split("–")
        return int(low) / 100, int(high) / 100
    step = 0.001 if "." in text else 0.01
    if len(text.partition(".")[2]) > 1:
        step = 10.0 ** -(len(text.partition(".")[2]) + 2)
    elif text in {"1", "99"}:
        slack = (1.0, 1.0)  # kept off none and all
    value = float(text) / 100
    return max(0.0, value - slack[0] * step), min(1.0, value + slack[1] * step)


@dataclass(frozen=True)
class Range:
    """Between which numbers a target can lie, as far as the published ones tell."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


def vector(terms: Terms, size: int) -> Vector:
    """Write a sum of variables as one number each."""
    made = np.zeros(size)
    made[list(terms)] = list(terms.values())
    return made
