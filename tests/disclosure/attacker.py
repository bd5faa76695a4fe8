"""A reader who solves everything published as a linear programme (SEC-44).

He knows the paper and the method, reads the document as anybody does, and asks of every hidden cell how many satisfied
and how many valid answers it can hold at least and at most. Unknown are the answers of each voter group to each option,
and how many ballots a group cast; every published number is a constraint on sums of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from app.rounds.domain import Paper

Terms = dict[int, float]
OPTIONS = 5
GRADES = 4
FREE = float("inf")


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


@dataclass(frozen=True)
class Target:
    """A sum of variables that the published numbers must not pin down, with its name."""

    name: tuple[str, str, str, str]
    terms: Terms


class Reading:
    """What a reader takes out of one document."""

    def __init__(self, document: Any, paper: Paper, *, breakdown: bool = True) -> None:  # noqa: ANN401 - plain JSON
        """Without ``breakdown`` he reads the totals and the counting chain alone."""
        self.document, self.paper, self._breakdown = document, paper, breakdown
        self.programme = Programme()
        self.ballots = {row["id"]: self._ballots(row) for row in document["chain"]["groups"]}
        self.cells: dict[tuple[str, str, str], list[int]] = {}
        total = document["chain"]["total"]
        if total["shown"]:
            self.programme.say(dict.fromkeys(self.ballots.values(), 1.0), total["valid"], total["valid"])
        for unit in document["units"]:
            self._read_unit(unit)

    def _ballots(self, row: Any) -> int:  # noqa: ANN401
        made = self.programme.variable(row["issued"])
        if row["shown"]:
            self.programme.say({made: 1.0}, row["valid"], row["valid"])
        return made

    def raters(self, unit_id: str) -> list[str]:
        return [group.id for group in self.paper.groups if unit_id not in group.left_out]

    def _read_unit(self, unit: Any) -> None:  # noqa: ANN401
        raters = self.raters(unit["id"])
        for item in unit["items"]:
            for group in raters:
                cell = [self.programme.variable() for _ in range(OPTIONS)]
                self.cells[unit["id"], item["key"], group] = cell
                self.programme.say({**dict.fromkeys(cell, 1.0), self.ballots[group]: -1.0}, 0, 0)
            self._read_part(unit["id"], [item["key"]], item)
        if unit["overall"]["key"] is None:
            self._read_part(unit["id"], [item["key"] for item in unit["items"]], unit["overall"])

    def _read_part(self, unit_id: str, items: Sequence[str], part: Any) -> None:  # noqa: ANN401
        raters = self.raters(unit_id)
        hidden = [row["id"] for row in part["groups"] if row["id"] and not row["cell"]["shown"]]
        self._read_cell(part["total"], unit_id, items, raters)
        for row in part["groups"] if self._breakdown else ():
            self._read_cell(row["cell"], unit_id, items, [row["id"]] if row["id"] else hidden)

    def _sums(self, unit_id: str, items: Sequence[str], groups: Sequence[str]) -> list[Terms]:
        return [
            {self.cells[unit_id, item, group][option]: 1.0 for item in items for group in groups}
            for option in range(OPTIONS)
        ]

    def _read_cell(self, cell: Any, unit_id: str, items: Sequence[str], groups: Sequence[str]) -> None:  # noqa: ANN401
        if not cell["shown"]:
            return
        sums = self._sums(unit_id, items, groups)
        valid = _joined(sums[:GRADES])
        for told, terms in ((cell["valid"], valid), (cell["answered"], _joined(sums))):
            self.programme.say(terms, *_size(told["text"]))
        if self.paper.scheme.weights and len(groups) > 1:
            return  # weighted means of the groups' rates are no sums of answers
        for row, terms in zip(cell["distribution"], sums, strict=False):
            if row["count"] is not None:
                self.programme.say(terms, row["count"], row["count"])
            self._rate(terms, valid, row["share"], slack=(1.5, 1.5))
        if cell["unknown"] and cell["unknown"]["count"] is not None:
            self.programme.say(sums[GRADES], cell["unknown"]["count"], cell["unknown"]["count"])
        self._rate(_joined(sums[GRADES - 1 : GRADES]), valid, cell["dissatisfied_rate"], slack=(1.0, 0.5))
        if self.document["formula"]["denominator"] == "valid":
            top = _joined(sums[: self.document["formula"]["top"]])
            self._rate(top, valid, cell["satisfied_rate"], slack=(0.5, 1.0))

    def _rate(self, part: Terms, whole: Terms, rate: Any, slack: tuple[float, float]) -> None:  # noqa: ANN401
        low, high = _interval(rate, slack)
        for terms, edge, sign in ((part, low, 1.0), (part, high, -1.0)):
            row = {variable: sign * value for variable, value in terms.items()}
            for variable in whole:
                row[variable] = row.get(variable, 0.0) - sign * edge
            self.programme.say(row, 0, FREE)

    def targets(self) -> Iterator[Target]:
        """Name every cell that is held back, and what must not be narrowed down in it."""
        top = self.document["formula"]["top"]
        for unit in self.document["units"]:
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


def _joined(sums: Sequence[Terms]) -> Terms:
    return {variable: value for terms in sums for variable, value in terms.items()}


def _size(text: str) -> tuple[float, float]:
    if text.startswith("≥"):
        return float(text[1:]), FREE
    low, _, high = text.partition("–")
    return float(low), float(high or low)


def _interval(rate: Any, slack: tuple[float, float]) -> tuple[float, float]:  # noqa: ANN401
    """Return between which parts of 1 a published rate lies; ``slack`` in its last digit, below and above."""
    text = rate["text"].removesuffix("%")
    if found := re.fullmatch(r"([≥≤])(\d+)", text):
        edge = int(found[2]) / 100
        return (edge, 1.0) if found[1] == "≥" else (0.0, edge)
    if "–" in text:
        low, high = text.split("–")
        return int(low) / 100, int(high) / 100
    step = 0.001 if "." in text else 0.01
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


def solve(readings: Sequence[tuple[Programme, Sequence[Target]]]) -> list[list[Range]]:
    """Return the range of every target of every programme, all in one programme of independent copies."""
    batch = _Batch()
    for programme, targets in readings:
        for target in targets:
            batch.add(programme, target.terms, 1.0)
            batch.add(programme, target.terms, -1.0)
    found = iter(batch.solved())
    return [[Range(next(found), next(found)) for _ in targets] for _, targets in readings]


class _Batch:
    """Independent programmes side by side: the minimum of the sum is the sum of the minima."""

    def __init__(self) -> None:
        self._cost: list[float] = []
        self._upper: list[float] = []
        self._cells: tuple[list[int], list[int], list[float]] = ([], [], [])
        self._most: list[float] = []
        self._objectives: list[Terms] = []

    def add(self, programme: Programme, terms: Terms, sign: float) -> None:
        start = len(self._upper)
        self._upper += programme.upper
        cost = [0.0] * len(programme.upper)
        for variable, value in terms.items():
            cost[variable] = sign * value
        self._cost += cost
        self._objectives.append({start + variable: value for variable, value in terms.items()})
        for row, low, high in programme.rows:
            if high != FREE:
                self._row(row, start, 1.0, high)
            if low != -FREE:
                self._row(row, start, -1.0, -low)

    def _row(self, terms: Terms, start: int, sign: float, most: float) -> None:
        place = len(self._most)
        self._most.append(most)
        rows, columns, values = self._cells
        rows += [place] * len(terms)
        columns += [start + variable for variable in terms]
        values += [sign * value for value in terms.values()]

    def solved(self) -> list[float]:
        if not self._objectives:
            return []
        rows, columns, values = self._cells
        matrix = coo_matrix((values, (rows, columns)), shape=(len(self._most), len(self._upper))).tocsr()
        bounds = np.array([(0.0, most) for most in self._upper])
        answer = linprog(self._cost, A_ub=matrix, b_ub=self._most, bounds=bounds, method="highs")
        if not answer.success:
            raise AssertionError(answer.message)
        return [sum(answer.x[place] * value for place, value in terms.items()) for terms in self._objectives]
