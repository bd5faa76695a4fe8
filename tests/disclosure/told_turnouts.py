"""Ballots as the attacker takes them: what came back of every voter group, and what of that is valid in a section.

Who was 本人 he knows, for he knows who sits where and who came: so many sheets of a group there are at least.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.rounds.domain import Paper, PaperSection

if TYPE_CHECKING:
    from tests.disclosure.attacker import Programme, Terms

FREE = float("inf")
Own = Mapping[tuple[str, str], int]
COUNTED = ("valid", "returned", "blank")


class Turnouts:
    """Variables of every group: ``ballots`` that are valid, ``returned``, ``blank``; ``sheets`` also by unit.

    ``own``: how many sheets of a unit and group were 本人. Without ``chain`` no row of a group or section is read.
    """

    def __init__(self, programme: "Programme", document: Any, paper: Paper, own: Own, *, chain: bool) -> None:  # noqa: ANN401
        self._programme, self._told, self._paper, self._own, self._chain = (
            programme,
            document["chain"],
            paper,
            own,
            chain,
        )
        self.one = programme.variable(1.0)
        programme.say({self.one: 1.0}, 1, 1)
        self.ballots: dict[str, int] = {}
        self.returned: dict[str, int] = {}
        self.blank: dict[str, int] = {}
        self.sheets: dict[tuple[str, str], int] = {}
        for row in self._told["groups"]:
            self._read_group(row)
        if self._told["total"]["shown"]:
            self._read_row(self._told["total"], self.ballots)
        told = {row["key"]: row for row in self._told.get("sections", ())}
        for part in paper.parts:
            self._read_section(part, told.get(part.key, {"shown": False}))

    def _read_group(self, row: Any) -> None:  # noqa: ANN401 - plain JSON
        group = row["id"]
        for found in (self.ballots, self.returned, self.blank):
            found[group] = self._programme.variable(row["issued"])
        parts = {self.ballots[group]: 1.0, self.blank[group]: 1.0, self.returned[group]: -1.0}
        self._programme.say(parts, -FREE, 0)
        if row["shown"] and self._chain:
            self._read_row(row, [group])

    def _read_row(self, row: Any, groups: Iterable[str]) -> None:  # noqa: ANN401
        for name, found in zip(COUNTED, (self.ballots, self.returned, self.blank), strict=True):
            self._programme.say({found[group]: 1.0 for group in groups}, row[name], row[name])

    def _read_section(self, part: PaperSection, row: Any) -> None:  # noqa: ANN401
        raters = {unit.id: self.raters(unit.id) for unit in part.units}
        made = {group: self._sheets(group) for groups in raters.values() for group in groups}
        self.sheets |= {(unit, group): made[group] for unit, groups in raters.items() for group in groups}
        for group, sheets in made.items():
            own = sum(self._own.get((unit.id, group), 0) for unit in part.units)
            self._programme.say({sheets: 1.0}, own, FREE)
        if row["shown"] and self._chain:
            self._programme.say(dict.fromkeys(made.values(), 1.0), row["valid"], row["valid"])
            came = {self.returned[group]: 1.0 for group in made} | {self.blank[group]: -1.0 for group in made}
            self._programme.say(came, row["returned"], row["returned"])

    def _sheets(self, group: str) -> int:
        if len(self._paper.parts) == 1:
            return self.ballots[group]
        made = self._programme.variable()
        self._programme.say({made: 1.0, self.ballots[group]: -1.0}, -FREE, 0)
        return made

    def raters(self, unit_id: str) -> list[str]:
        """Name the groups that rate a unit."""
        return [group.id for group in self._paper.groups if unit_id not in group.left_out]

    def own(self, unit_id: str, groups: Iterable[str]) -> int:
        """Return how many of some groups are not asked about a unit."""
        return sum(self._own.get((unit_id, group), 0) for group in groups)

    def came(self, unit_id: str, groups: Iterable[str], items: int) -> "Terms":
        """Return how often some groups could have rated items of a unit, by the ballots that came back."""
        every = list(groups)
        base = {self.returned[group]: float(items) for group in every}
        return {**base, self.one: -float(items * self.own(unit_id, every))}

    def truth(self, counted: Mapping[str, tuple[int, int, int]]) -> Iterator[tuple[int, float]]:
        """Yield every variable of a group with its true number: valid, returned and blank ballots."""
        yield self.one, 1.0
        for group, counts in counted.items():
            yield from zip((self.ballots[group], self.returned[group], self.blank[group]), counts, strict=True)
