"""A reader of rounds with points, weighed items, group quorums and composites: all he is told, as equations (SEC-44).

Like ``tests.disclosure.attacker.Reading`` he knows the paper and the method. Of points the unknowns are how many gave
any and what they add up to. He knows that one slip filled all sections: they have their ballots in common.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from app.campaigns.domain import Denominator, Item, Scheme, ScoreScale
from app.campaigns.weighing import by_points
from app.rounds.domain import Section
from app.tally.shown import NO_FIGURE
from tests.disclosure.attacker import Programme, Target, Terms, Vector, interval, size_told
from tests.disclosure.mixtures import Figures, Groups, Key, Place, Span
from tests.disclosure.places import POOLED, Asked, Cell, pool_of
from tests.disclosure.rounds import raters_of
from tests.disclosure.rulings import band_between
from tests.disclosure.told_scores import points_span, read_scores
from tests.disclosure.told_turnouts import Turnouts
from tests.disclosure.told_words import JUDGED, codes_of, is_banded, word_spans
from tests.disclosure.wide import Wide

KINDS = ("satisfied", "positive", "dissatisfied", "mean", "of_valid")
CLOSENESS = (None, "banded", "coarse", "exact")


class WideReading:
    """What a reader takes out of one round; without ``breakdown``, ``chain``, ``pooled`` or ``scores`` none of that.

    Without ``figures`` he knows how many ballots and answers there are, and no figure of them.
    """

    def __init__(
        self,
        case: Wide,
        *,
        breakdown: bool = True,
        chain: bool = True,
        pooled: bool = True,
        scores: bool = True,
        figures: bool = True,
    ) -> None:
        self.case, self.paper, self.document = case, case.paper, case.document
        self._breakdown, self._pooled_too = breakdown, pooled
        self.programme, self.figures = Programme(), Figures()
        self.cells: dict[tuple[str, str, str], Cell] = {}
        self.asked: dict[tuple[str, str], Asked] = {}
        self.pooled: dict[str, list[str]] = {}
        self._counted = Turnouts(self.programme, case.document, case.paper, chain=chain)
        self.ballots = self._counted.ballots
        for section, facts in zip(case.paper.sections, case.document["sections"], strict=True):
            for target in facts["targets"]:
                self._read_target(section, target)
        if scores:
            read_scores(self)
        for key in self.figures.solved() if figures else ():
            self._say(key, self.figures.of(key))

    def raters(self, unit_id: str) -> Groups:
        return frozenset(raters_of(self.paper, unit_id))

    def _read_target(self, section: Section, target: Any) -> None:  # noqa: ANN401
        unit, overall = target["id"], target["overall"]
        for item in section.items:
            self.asked[unit, item.key] = Asked(item, section.scheme_of(item))
            for group in self.raters(unit):
                self.cells[unit, item.key, group] = self._cell(section, item, (unit, group))
        shown = [item["key"] for item in target["items"] if item["total"]["shown"]]
        self.pooled[unit] = shown or [item.key for item in section.items]
        self.asked[unit, POOLED] = Asked(section.items[0], section.scheme)
        for item in target["items"]:
            self._read_table(Place(unit, [(1.0, item["key"])]), item)
        if overall["key"] is None:
            self._read_pool(section, target)
        if self._pooled_too or overall["key"] is not None or len(section.items) == 1 or _is_as_open(target):
            self._read_ruling(section, target)

    def _read_pool(self, section: Section, target: Any) -> None:  # noqa: ANN401
        """Read all items together; that total is one like the others if it is told no closer than any item of it."""
        overall, place = target["overall"], pool_of(section, target["id"])
        if self._pooled_too or len(section.items) == 1:
            self._read_table(place, overall)
        elif _is_as_open(target):
            self._read_cell(overall["total"], place, self.raters(target["id"]), total=True)

    def _cell(self, section: Section, item: Item, place: tuple[str, str]) -> Cell:
        made = self.programme
        count = 1 if item.score else len(item.grades or section.scheme.scale.grades)
        grades, unknown = tuple(made.variable() for _ in range(count)), made.variable()
        cell = Cell(grades, unknown, made.variable() if item.score else None)
        made.say({**dict.fromkeys((*cell.grades, cell.unknown), 1.0), **self._counted.less_asked(*place)}, 0, 0)
        if cell.mass is not None:
            made.say({cell.mass: 1.0, cell.grades[0]: -1.0}, -float("inf"), 0)
        return cell

    def cells_of(self, unit: str, item: str, groups: Groups) -> list[Cell]:
        """Return the cells of an item, or of all together."""
        items = [item] if item else self.pooled[unit]
        return [self.cells[unit, key, group] for key in items for group in sorted(groups)]

    def valid(self, cells: Sequence[Cell]) -> Terms:
        return {grade: 1.0 for cell in cells for grade in cell.grades}

    def unknown(self, cells: Sequence[Cell]) -> Terms:
        return {cell.unknown: 1.0 for cell in cells}

    def terms(self, key: Key) -> tuple[Terms, Terms]:
        """Return what a figure is a quotient of."""
        unit, item, groups, kind = key
        cells, asked = self.cells_of(unit, item, groups), self.asked[unit, item]
        valid, scale, formula = self.valid(cells), asked.scheme.scale, asked.scheme.formula
        if isinstance(scale, ScoreScale):
            mass = {cell.mass: 1.0 for cell in cells if cell.mass is not None}
            lost = kind in {"dissatisfied", "of_valid"}
            return ({**valid, **dict.fromkeys(mass, -1.0)} if lost else mass), valid
        if kind == "mean":
            scores = [grade.score / 100 for grade in scale.grades]
            return {g: s for cell in cells for g, s in zip(cell.grades, scores, strict=True) if s}, valid
        counted = {
            "satisfied": slice(0, formula.top),
            "positive": slice(0, scale.positives),
        }.get(kind, slice(scale.positives, None))
        part = {grade: 1.0 for cell in cells for grade in cell.grades[counted]}
        return part, valid if kind == "of_valid" else self._whole(cells, asked.scheme, (unit, item, groups))

    def terms_of(self, key: Key) -> tuple[Terms, Terms]:
        """Return what a figure is a quotient of where both are counted, the whole of 有效评价."""
        return self.terms(key)[0], self.valid(self.cells_of(*key[:3]))

    def _whole(self, cells: Sequence[Cell], scheme: Scheme, place: tuple[str, str, Groups]) -> Terms:
        (unit, item, groups), base = place, scheme.formula.denominator
        if base is Denominator.VALID:
            return self.valid(cells)
        return self._counted.base(base, unit, groups, 1 if item else len(self.pooled[unit]))

    def _say(self, key: Key, span: Span) -> None:
        """Write what is known of a figure into the programme; of a trimmed mean and of another round it has none."""
        if key[:2] in self.asked and key[3] in KINDS:
            self.programme.between(*self.terms(key), span.low, span.high)

    def learn(self, key: Key, span: Span) -> None:
        self.figures.learn(key, span)
        self._say(key, span)

    def tell(self, place: Place, groups: Groups, kind: str, span: Span) -> None:
        """Keep what is told of a figure of some items and groups: as a row, or as a mean by weights."""
        parts = self.mixed(place, groups, kind)
        if len(parts) == 1:
            self.learn(parts[0][1], span)
        elif parts:
            self.figures.mix(parts, span)

    def mixed(self, place: Place, groups: Groups, kind: str) -> list[tuple[float, Key]]:
        """Return the figures that one is the mean of, with their weights."""
        return [
            (weight * part, self._key(place.unit, item, rows, kind))
            for weight, item in place.items
            for part, rows in self._weighed(place.unit, item, groups)
        ]

    def _weighed(self, unit: str, item: str, groups: Groups) -> list[tuple[float, Groups]]:
        """Return the groups that a figure of several is the mean of; he is taken to know which of them gave none."""
        weights, keys = self.paper.scheme.weights, [item] if item else self.pooled[unit]
        if not weights or len(groups) == 1:
            return [(1.0, groups)]
        gave = [group for group in sorted(groups) if any(self.case.truth[unit, key, group].valid for key in keys)]
        whole = sum(weights[group] for group in gave)
        return [(float(weights[group] / whole), frozenset([group])) for group in gave]

    def _key(self, unit: str, item: str, groups: Groups, kind: str) -> Key:
        return unit, item, groups, "trimmed" if self.asked[unit, item].trim else kind

    def _read_table(self, place: Place, table: Any) -> None:  # noqa: ANN401
        hidden = frozenset(row["id"] for row in table["groups"] if row["id"] and not row["cell"]["shown"])
        self._read_cell(table["total"], place, self.raters(place.unit), total=True)
        for row in table["groups"]:
            if self._breakdown:
                self._read_cell(row["cell"], place, frozenset([row["id"]]) if row["id"] else hidden)
            elif row["id"] and row["cell"]["shown"] and not place.pool:
                self._read_answered(row["cell"], place, frozenset([row["id"]]))  # of k or more, and so no secret

    def _read_cell(self, cell: Any, place: Place, groups: Groups, *, total: bool = False) -> None:  # noqa: ANN401
        if not cell["shown"]:
            return
        every = self.cells_at(place, groups)
        self.programme.say(self.valid(every), *size_told(cell["valid"]["text"], self.document["round"]["k"]))
        self._read_answered(cell, place, groups)
        self._read_others(cell, place, groups, mean=place.weighed or (total and bool(self.paper.scheme.weights)))
        for at, row in enumerate(cell["distribution"]):
            if row["count"] is not None:
                self.programme.say({each.grades[at]: 1.0 for each in every}, row["count"], row["count"])
        self._read_rates(cell, place, groups)
        if cell["mean_score"] is not None:
            self.tell(place, groups, "mean", points_span(cell["mean_score"]["text"], self._most(place)))
            self._read_trimmed(cell, place, every)

    def _read_answered(self, cell: Any, place: Place, groups: Groups) -> None:  # noqa: ANN401
        every = self.cells_at(place, groups)
        told = size_told(cell["answered"]["text"], self.document["round"]["k"])
        self.programme.say({**self.valid(every), **self.unknown(every)}, *told)

    def _read_rates(self, cell: Any, place: Place, groups: Groups) -> None:  # noqa: ANN401
        for kind in ("satisfied", "positive", "dissatisfied"):
            if cell[f"{kind}_rate"]["text"] != NO_FIGURE:
                self.tell(place, groups, kind, Span(*interval(cell[f"{kind}_rate"], (1.0, 1.0))))
        if cell["view"] == "banded":
            self._read_band(cell, place, groups)

    def _read_band(self, cell: Any, place: Place, groups: Groups) -> None:  # noqa: ANN401
        """Read what the band of 满意率 says of the mean: so many have one of the scores of the grades it counts."""
        scheme = self.asked[place.unit, place.items[0][1]].scheme
        plain = scheme.formula.denominator is Denominator.VALID and not isinstance(scheme.scale, ScoreScale)
        if plain and len(place.items) == 1:
            scores, top = [grade.score / 100 for grade in scheme.scale.grades], scheme.formula.top
            low, high = interval(cell["satisfied_rate"], (1.0, 1.0))
            self.tell(place, groups, "mean", Span(low * scores[top - 1], high * scores[0] + (1 - high) * scores[top]))

    def cells_at(self, place: Place, groups: Groups) -> list[Cell]:
        """Return every cell of some items and groups."""
        return [each for _, item in place.items for each in self.cells_of(place.unit, item, groups)]

    def _most(self, place: Place) -> int:
        score = self.asked[place.unit, place.items[0][1]].item.score
        return score.most if score and not place.pool else 100

    def _read_others(self, cell: Any, place: Place, groups: Groups, *, mean: bool) -> None:  # noqa: ANN401
        """Read 不了解: of all answers where the row is over 有效评价 or a mean, else of the row's base."""
        cells, told, item = self.cells_at(place, groups), cell["unknown"], place.items[0][1]
        unknown, scheme = self.unknown(cells), self.asked[place.unit, item].scheme
        if told["count"] is not None:
            self.programme.say(unknown, told["count"], told["count"])
        if told["rate"] is not None:
            of_answers = mean or scheme.formula.denominator is Denominator.VALID
            answers = {**self.valid(cells), **unknown}
            whole = answers if of_answers else self._whole(cells, scheme, (place.unit, item, groups))
            self.programme.between(unknown, whole, *interval(told["rate"], (1.0, 1.0)))

    def _read_trimmed(self, cell: Any, place: Place, every: Sequence[Cell]) -> None:  # noqa: ANN401
        """Read what a mean without the ends tells of all: the ends add between nothing and the most."""
        asked, valid = self.asked[place.unit, place.items[0][1]], cell["valid"]["count"]
        if asked.item.score is None or not asked.trim or place.pool or self.paper.scheme.weights or valid is None:
            return
        out, span = asked.item.score.left_out(valid), points_span(cell["mean_score"]["text"], asked.item.score.most)
        mass = {each.mass: 1.0 for each in every if each.mass is not None}
        self.programme.say(mass, span.low * (valid - 2 * out), span.high * (valid - 2 * out) + 2 * out)

    def true_point(self) -> Vector:
        """Return the point that is true; every row must agree with it, or he reads wrongly."""
        point = np.zeros(len(self.programme.upper))
        for variable, count in self._counted.truth(self.case.chain, self.case.sheets, self.case.own):
            point[variable] = count
        for place, cell in self.cells.items():
            table = self.case.truth[place]
            point[cell.unknown] = table.unknown
            point[list(cell.grades)] = table.grades if cell.mass is None else table.valid
            if cell.mass is not None:
                steps = len(table.grades) - 1
                point[cell.mass] = sum(step * count for step, count in enumerate(table.grades)) / steps
        return point

    def turnouts(self) -> Iterator[Target]:
        """Name every number of ballots that the counting chain holds back."""
        for row in self.document["chain"]["groups"]:
            if not row["shown"]:
                yield Target(("", "", row["id"], "ballots"), {self.ballots[row["id"]]: 1.0})

    def hidden(self) -> Iterator[tuple[str, str, Groups]]:
        """Name every table that is held back: of everybody, or of a voter group beside a total that is told."""
        for section in self.document["sections"]:
            for target in section["targets"]:
                for item in target["items"]:
                    raters, name = self.raters(target["id"]), (target["id"], item["key"])
                    if not item["total"]["shown"]:
                        yield (*name, raters)
                    shown = {row["id"] for row in item["groups"] if row["cell"]["shown"]}
                    yield from ((*name, frozenset([group])) for group in raters - shown if len(raters) > 1)

    def banded(self) -> Iterator[tuple[str, str, Groups]]:
        """Name every total of which a band alone is told."""
        for section in self.document["sections"]:
            for target in section["targets"]:
                for item in target["items"]:
                    if item["total"].get("view") == "banded":
                        yield target["id"], item["key"], self.raters(target["id"])

    def targets(self) -> Iterator[Target]:
        """Name what must not be narrowed down in any hidden table; of points only how many gave them."""
        for unit, item, groups in self.hidden():
            cells, scheme = self.cells_of(unit, item, groups), self.asked[unit, item].scheme
            name = (unit, item, min(groups) if len(groups) == 1 else "")
            yield Target((*name, "valid"), self.valid(cells))
            if len(groups) == 1 and not isinstance(scheme.scale, ScoreScale):
                counted, worst = scheme.formula.top, len(scheme.scale.grades) - 1
                yield Target((*name, "satisfied"), {grade: 1.0 for cell in cells for grade in cell.grades[:counted]})
                yield Target((*name, "dissatisfied"), {cell.grades[worst]: 1.0 for cell in cells})

    def _read_ruling(self, section: Section, target: Any) -> None:  # noqa: ANN401
        """Read a verdict with its reasons, its band and its note on 不了解: they were settled on exact numbers."""
        overall, raters, scheme = target["overall"], self.raters(target["id"]), section.scheme
        asked = overall["key"] is not None
        place = Place(target["id"], [(1.0, overall["key"])]) if asked else pool_of(section, target["id"])
        cells, told = self.cells_at(place, raters), codes_of(target["verdict"]["reasons"])
        if "too_few" in told and asked:
            self.programme.say(self.valid(cells), 0, max(scheme.gates.min_valid, scheme.floor) - 1)
        if overall["total"]["shown"]:
            edge, many = float(scheme.gates.unknown_warning), "unknown_high" in codes_of(target["notes"])
            answers = {**self.valid(cells), **self.unknown(cells)}
            self.programme.between(self.unknown(cells), answers, *((edge, 1.0) if many else (0.0, edge)))
        if target["band"] is not None:
            kind = "mean" if by_points(section.items) else "satisfied"
            self.tell(place, raters, kind, Span(*band_between(target["band"]["code"])))
        if target["verdict"]["code"] in JUDGED:
            for kind, span in word_spans(scheme, target["verdict"]["label"], told, banded=is_banded(overall)):
                self.tell(place, raters, kind, span)


def _is_as_open(target: Any) -> bool:  # noqa: ANN401
    """Whether all items together are told, and no closer than any one of them."""
    overall = target["overall"]
    return overall["total"]["shown"] and _openness(overall) <= min(map(_openness, target["items"]))


def _openness(table: Any) -> int:  # noqa: ANN401
    """Return how closely a total is told."""
    return CLOSENESS.index(table["total"].get("view"))
