"""Ballots as a reader of the wider kinds takes them: of every voter group, of every section, and of who is 本人."""

from typing import Any

from app.rounds.domain import Paper, PaperSection
from tests.disclosure.attacker import Programme
from tests.disclosure.told_turnouts import FREE


class Ballots:
    """How many ballots there are: ``of`` each voter group, ``sheets`` of it in each section, both as variables.

    ``own`` are the sheets of who was 本人, by object and voter group: once a ballot in a section at most. Without
    ``chain`` no row of a group or section is read.
    """

    def __init__(self, paper: Paper, document: Any, programme: Programme, *, chain: bool) -> None:  # noqa: ANN401
        self._paper, self._told, self._programme, self._chain = paper, document["chain"], programme, chain
        self.of = {row["id"]: self._read_turnout(row) for row in self._told["groups"]}
        self._read_total()
        self._read_quorums()
        self.sheets: dict[tuple[str, str], int] = {}
        self.own: dict[tuple[str, str], int] = {}
        told = {row["key"]: row for row in self._told.get("sections", ())}
        for section in paper.parts:
            self._read_section(section, told.get(section.key, {"shown": False}))

    def _read_turnout(self, row: Any) -> int:  # noqa: ANN401 - plain JSON
        made = self._programme.variable(row["issued"])
        if row["shown"] and self._chain:
            self._programme.say({made: 1.0}, row["valid"], row["valid"])
        return made

    def _read_total(self) -> None:
        total = self._told["total"]
        if "valid" in total:
            self._programme.say(dict.fromkeys(self.of.values(), 1.0), total["valid"], total["valid"])

    def _read_quorums(self) -> None:
        """Read of a group that is said to have missed its quorum that few were there."""
        warned = [note["text"] for note in self._told["warnings"] if note["code"] == "no_group_quorum"]
        asked = self._paper.scheme.group_quorums
        named = [group for group in self._paper.groups if any(group.name in text for text in warned)]
        unseen = {row["id"] for row in self._told["groups"] if not row["shown"]}
        alone = [group for group in self._paper.groups if group.id in asked and group.id in unseen]
        missed = named or (alone if len(alone) == 1 and warned else [])
        for group in missed:
            self._programme.say({self.of[group.id]: 1.0}, 0, float(asked[group.id].share * group.expected))

    def _read_section(self, section: PaperSection, row: Any) -> None:  # noqa: ANN401
        raters = {
            unit.id: [each.id for each in self._paper.groups if unit.id not in each.left_out] for unit in section.units
        }
        made = {group: self._sheets(group) for groups in raters.values() for group in groups}
        self.sheets |= {(unit, group): made[group] for unit, groups in raters.items() for group in groups}
        if row["shown"] and self._chain:
            self._programme.say(dict.fromkeys(made.values(), 1.0), row["valid"], row["valid"])
        if section.self_cell:
            for group, sheets in made.items():
                own = {unit: self._programme.variable() for unit, groups in raters.items() if group in groups}
                self.own |= {(unit, group): variable for unit, variable in own.items()}
                self._programme.say({**dict.fromkeys(own.values(), 1.0), sheets: -1.0}, -FREE, 0)

    def _sheets(self, group: str) -> int:
        """Return how many ballots of a group are valid in a section; of a round of one all are."""
        if len(self._paper.parts) == 1:
            return self.of[group]
        made = self._programme.variable()
        self._programme.say({made: 1.0, self.of[group]: -1.0}, -FREE, 0)
        return made

    def beside(self, unit: str, group: str) -> dict[int, float]:
        """Return what the answers to an item of an object must be, less: its sheets, but not those of who is 本人."""
        own = {self.own[unit, group]: 1.0} if (unit, group) in self.own else {}
        return {self.sheets[unit, group]: -1.0, **own}
