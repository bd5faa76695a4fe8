"""Ballots as a reader takes them: of every voter group, what of that is valid in a section, and who was 本人."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain as joined
from typing import TYPE_CHECKING, Any

from app.campaigns.domain import Denominator
from app.rounds.domain import Paper, PaperSection
from app.tally.chain import Chain
from tests.disclosure.rounds import raters_of

if TYPE_CHECKING:
    from tests.disclosure.attacker import Programme, Terms

FREE = float("inf")
Own = Mapping[tuple[str, str], int]
COUNTED = ("valid", "returned", "blank")


class Turnouts:
    """Variables of every group: valid ``ballots``, ``returned`` ones, ``blank`` ones; ``sheets`` and ``own`` by unit.

    ``own`` are the sheets of who was 本人: once a ballot in a section at most. ``known`` says how many, to a reader who
    knows who sits where and who came. Without ``chain`` no row of a group or section is read.
    """

    def __init__(
        self, programme: "Programme", document: Any, paper: Paper, known: Own | None = None, *, chain: bool  # noqa: ANN401
    ) -> None:  # fmt: skip
        self._programme, self._told, self._paper = programme, document["chain"], paper
        self._known, self._chain = known, chain
        self.one = programme.variable(1.0)
        programme.say({self.one: 1.0}, 1, 1)
        self.ballots: dict[str, int] = {}
        self.returned: dict[str, int] = {}
        self.blank: dict[str, int] = {}
        self.sheets: dict[tuple[str, str], int] = {}
        self.own: dict[tuple[str, str], int] = {}
        for row in self._told["groups"]:
            self._read_group(row)
        self._read_row(self._told["total"], self.ballots)
        self._read_quorums()
        told = {row["key"]: row for row in self._told.get("sections", ())}
        for part in paper.parts:
            self._read_section(part, told.get(part.key, {"shown": False}))

    def _read_group(self, row: Any) -> None:  # noqa: ANN401 - plain JSON
        group = row["id"]
        for found in (self.ballots, self.returned, self.blank):
            found[group] = self._programme.variable(row["issued"])
        parts = {self.ballots[group]: 1.0, self.blank[group]: 1.0, self.returned[group]: -1.0}
        self._programme.say(parts, -FREE, 0)
        if self._chain:
            self._read_row(row, [group])

    def _read_row(self, row: Any, groups: Iterable[str]) -> None:  # noqa: ANN401
        if not row["shown"]:
            return
        for name, found in zip(COUNTED, (self.ballots, self.returned, self.blank), strict=True):
            self._programme.say({found[group]: 1.0 for group in groups}, row[name], row[name])

    def _read_quorums(self) -> None:
        """Read of a group that is said to have missed its quorum that few were there."""
        warned = [note["text"] for note in self._told["warnings"] if note["code"] == "no_group_quorum"]
        asked = self._paper.scheme.group_quorums
        named = [group for group in self._paper.groups if any(group.name in text for text in warned)]
        unseen = {row["id"] for row in self._told["groups"] if not row["shown"]}
        alone = [group for group in self._paper.groups if group.id in asked and group.id in unseen]
        for group in named or (alone if len(alone) == 1 and warned else []):
            self._programme.say({self.returned[group.id]: 1.0}, 0, float(asked[group.id].share * group.expected))

    def _read_section(self, part: PaperSection, row: Any) -> None:  # noqa: ANN401
        raters = {unit.id: raters_of(self._paper, unit.id) for unit in part.units}
        made = {group: self._sheets_of(group) for group in dict.fromkeys(joined.from_iterable(raters.values()))}
        self.sheets |= {(unit, group): made[group] for unit, groups in raters.items() for group in groups}
        for group in made if part.self_cell else ():
            self._read_own(group, [unit for unit, groups in raters.items() if group in groups])
        if row["shown"] and self._chain:
            self._programme.say(dict.fromkeys(made.values(), 1.0), row["valid"], row["valid"])
            came = {self.returned[group]: 1.0 for group in made} | {self.blank[group]: -1.0 for group in made}
            self._programme.say(came, row["returned"], row["returned"])

    def _read_own(self, group: str, units: Sequence[str]) -> None:
        own = {(unit, group): self._programme.variable() for unit in units}
        self.own |= own
        self._programme.say({**dict.fromkeys(own.values(), 1.0), self.sheets[units[0], group]: -1.0}, -FREE, 0)
        if self._known is not None:
            for place, variable in own.items():
                count = self._known.get(place, 0)
                self._programme.say({variable: 1.0}, count, count)

    def _sheets_of(self, group: str) -> int:
        """Return how many ballots of a group are valid in a section; of a round of one all are."""
        if len(self._paper.parts) == 1:
            return self.ballots[group]
        made = self._programme.variable()
        self._programme.say({made: 1.0, self.ballots[group]: -1.0}, -FREE, 0)
        return made

    def less_asked(self, unit: str, group: str) -> "Terms":
        """Return what is nothing with the answers to an item added: less the sheets, but not those of who was 本人."""
        return {self.sheets[unit, group]: -1.0, **self._own_of(unit, [group], 1.0)}

    def base(self, of: Denominator, unit: str, groups: Iterable[str], items: int) -> "Terms":
        """Return how often groups could have rated items of a unit: by what came back, who was there or is expected."""
        every = frozenset(groups)
        own = self._own_of(unit, every, -float(items))
        if of is Denominator.RETURNED:
            return {**{self.returned[group]: float(items) for group in every}, **own}
        rows = [row for row in self._told["groups"] if row["id"] in every]
        present = of is Denominator.PRESENT
        people = sum(row.get("present", row["issued"]) if present else row["expected"] for row in rows)
        return {self.one: float(items * people), **own}

    def _own_of(self, unit: str, groups: Iterable[str], times: float) -> "Terms":
        return {self.own[unit, group]: times for group in groups if (unit, group) in self.own}

    def truth(self, chain: Chain, sheets: Own, own: Own) -> Iterator[tuple[int, float]]:
        """Yield every variable with its true number; ``sheets`` and ``own`` by unit and group."""
        yield self.one, 1.0
        for row in chain.groups:
            group = row.group_id
            yield self.ballots[group], row.valid
            yield self.returned[group], row.returned
            yield self.blank[group], row.blank
        yield from ((variable, sheets[place]) for place, variable in self.sheets.items())
        yield from ((variable, own[place]) for place, variable in self.own.items())
