"""Which tables, groups and verdicts of a round may be looked at, and how closely (SEC-43 to SEC-49, SEC-79, SEC-84).

- A total is hidden below k valid answers or its gate, and banded where it all but tells everybody's mark (app.tally.
  alike) or where a weighted part of it has fewer than k answers. A breakdown is shown only beside figures.
- A voter group is hidden in a table if it gave fewer than k valid answers, if fewer than k people were expected of it
  (it may have been made for one of them), if its number of ballots is hidden in the counting chain, or if its answers
  all but tell everybody's mark.
- The unit's total is published, so the hidden groups' sum is known. That remainder must be fit for publication as if it
  were one group, of two groups or more; and what follows for each hidden group's satisfied answers, and for valid
  answers fewer than k, is no narrower than k; of the dissatisfied ones it is, unless they may be none. Otherwise more
  groups are hidden, in the end all of them. The remainder is shown as one merged row: it follows from the rest anyway.
- Of points the mean is shown alone (app.tally.ends), of voter groups only where every one's may be.
- With weights the total is another margin over the same groups: one hidden group hides the table's whole breakdown.
  Whatever rates are divided by, and of points as well, it would tell how many came of a group that the chain hides:
  such a total is a band that holds its figures whatever that group did.
- An announced round (app.campaigns.disclosure) has one group and no breakdown; from k answers on its totals are exact.
- What was published before stays as closed as it was (``Restraint``): neither a correction nor a later round opens it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from app.campaigns.domain import Item, Scheme, ScoreScale
from app.campaigns.score import Score
from app.campaigns.weighing import are_weighed
from app.rounds.domain import Paper, Section
from app.tally import ends
from app.tally.alike import Tables, is_telling
from app.tally.assess import Part, Unit, counts
from app.tally.chain import Chain
from app.tally.disclosure import EXACT_FROM, View
from app.tally.figures import Table, add_tables
from app.tally.margins import Bounds, Sizes, known_bounds, open_margins, unseen_groups
from app.tally.restraint import FREE, Restraint, farther
from app.tally.restraint import Part as Place
from app.tally.totals import present_of
from app.tally.verdict import Reason, Ruling, Verdict


@dataclass(frozen=True, slots=True)
class Rules:
    """What every table of a section obeys: ``unseen`` groups are hidden wherever they appear, as ``small`` ones are.

    How many rated a ``blunt`` unit is not told: it would tell how few ballots came from those who leave it out. Its
    rates lead from a breakdown to its ballots, so where a unit is blunt no voter group is seen anywhere.
    """

    scheme: Scheme
    items: tuple[Item, ...]
    schemes: tuple[Scheme, ...]
    k: int
    unseen: frozenset[str]
    small: frozenset[str]
    blunt: frozenset[str]
    bounds: Mapping[str, Bounds]
    restraint: Restraint

    @property
    def top(self) -> int:
        """How many grades are the best ones."""
        return self.scheme.formula.top

    def of(self, section: Section) -> "Rules":
        """Return what holds of a section."""
        return replace(self, scheme=section.scheme, items=section.items, schemes=section.schemes)

    def by_item(self) -> Iterator["Rules"]:
        """Yield what the tables of each item obey, each by the scheme that counts it."""
        return (self if own is self.scheme else replace(self, scheme=own) for own in self.schemes)

    @property
    def weighted(self) -> bool:
        """Whether totals are means of the groups' rates."""
        return bool(self.scheme.weights)


@dataclass(frozen=True, slots=True)
class Sight:
    """How closely a part's total may be looked at, which groups are left out of its breakdown, and the sizes told."""

    view: View
    hidden: frozenset[str]
    blunt: bool


def rules_of(
    paper: Paper, chain: Chain, restraint: Restraint = FREE, least: Mapping[str, int] = MappingProxyType({})
) -> Rules:
    """Fix the groups that are seen nowhere in any section, and what a reader can work out about them.

    ``least``: how many of a group surely voted, because so many objects have a sheet fewer for being 本人.
    """
    k = paper.scheme.floor
    raters: dict[str, set[str]] = {unit.id: set() for unit in paper.units}
    for group in paper.groups:
        for place in paper.rated_by(group.id):
            raters[paper.units[place].id].add(group.id)
    sizes = Sizes(
        ballots={group.id: chain.group(group.id).valid for group in paper.groups},
        most={group.id: _most_ballots(paper, chain, group.id) for group in paper.groups},
        margins=frozenset([frozenset(group.id for group in paper.groups), *map(frozenset, raters.values())]),
        least=least,
    )
    sizes = replace(sizes, margins=open_margins(sizes, k, restraint.unseen))
    blunt = frozenset(unit for unit, groups in raters.items() if frozenset(groups) not in sizes.margins)
    unseen = frozenset(sizes.ballots) if blunt else unseen_groups(sizes, k, restraint.unseen)
    small = frozenset(group.id for group in paper.groups if group.expected < k)
    bounds = known_bounds(sizes, unseen)
    return Rules(paper.scheme, (), (), k, unseen, small, blunt, bounds, restraint)


def _most_ballots(paper: Paper, chain: Chain, group: str) -> int:
    """Return how many ballots of a group there can be for all that is told: who missed a quorum was not more people."""
    row = chain.group(group)
    return min(row.issued, present_of(row)) if group in paper.scheme.group_quorums else row.issued


def sights_of(rules: Rules, unit_id: str, unit: Unit) -> tuple[tuple[Sight, ...], Sight]:
    """Return how closely a unit's items, and its overall part, may be looked at."""
    items = tuple(
        _sight(own, (unit_id, item.key), part)
        for own, item, part in zip(rules.by_item(), rules.items, unit.items, strict=True)
    )
    asked = next((place for place, item in enumerate(rules.items) if item.overall), None)
    return items, _pooled(rules, unit_id, unit, items) if asked is None else items[asked]


def _sight(rules: Rules, place: Place, part: Part) -> Sight:
    blunt = place[0] in rules.blunt
    view = rules.restraint.closed(place, view_of_total(part, rules))
    view = farther(view, View.BANDED) if blunt else view
    hidden = hidden_groups(part.tables, view, rules, rules.restraint.hidden.get(place, frozenset()))
    return Sight(_beside(rules, view, hidden), hidden, blunt)


def _beside(rules: Rules, view: View, hidden: frozenset[str]) -> View:
    """Blunt a weighted total to whole percents beside hidden groups: it is a second equation about them."""
    return farther(view, View.COARSE) if rules.weighted and hidden else view


def _pooled(rules: Rules, unit_id: str, unit: Unit, items: Sequence[Sight]) -> Sight:
    """Look at a sum over items no closer than at its least open one, or it would give that one away.

    Items of too few answers are no part of a sum. Of a mean by weights they are, and may be the most of it; so may an
    item be of which an earlier release told nothing.
    """
    view = view_of_total(unit.overall, rules)
    if not are_weighed(rules.items):
        items = [sight for sight, part in zip(items, unit.items, strict=True) if counts(rules.scheme, part)] or items
    if any(sight.view is View.HIDDEN for sight in items) or unit.voters < max(rules.k, rules.scheme.gates.min_valid):
        view = View.HIDDEN
    if view is not View.HIDDEN:
        view = farther(view, max((sight.view for sight in items), key=_order))
    view = rules.restraint.closed((unit_id, None), view)
    every = frozenset(unit.overall.tables)
    hidden = rules.restraint.hidden.get((unit_id, None), frozenset[str]()) & every
    hidden = hidden.union(*(sight.hidden for sight in items))
    if view not in {View.EXACT, View.COARSE} or (hidden and rules.weighted):
        hidden = every
    return Sight(view, hidden, any(sight.blunt for sight in items))


def _order(view: View) -> int:
    return list(View).index(view)


def view_of_total(part: Part, rules: Rules) -> View:
    """How closely a unit's own total may be looked at."""
    if part.rates is None or part.total.valid < max(rules.k, rules.scheme.gates.min_valid):
        return View.HIDDEN
    if rules.scheme.disclosure.announced:
        return View.EXACT
    weights = rules.scheme.weights
    thin = any(weights.get(group) and 0 < table.valid < rules.k for group, table in part.tables.items())
    return View.BANDED if thin or part.span is not None else view_of_group(part.total)


def view_of_group(table: Table) -> View:
    """How closely a group that is not hidden may be looked at."""
    return View.EXACT if table.valid >= EXACT_FROM else View.COARSE


def hidden_groups(
    tables: Tables, total: View, rules: Rules, kept: frozenset[str] = frozenset()
) -> frozenset[str]:  # fmt: skip
    """Choose the groups to leave out of the breakdown of one item of one unit, ``kept`` ones among them."""
    everyone = frozenset(tables)
    if total not in {View.EXACT, View.COARSE} or len(tables) == 1:
        return everyone
    closed = rules.unseen | rules.small | kept
    if isinstance(rules.scheme.scale, ScoreScale):
        fit = all(_is_mean_fit(table, rules, rules.scheme.scale.score) for table in tables.values())
        return frozenset() if fit and not closed & everyone else everyone
    hidden = frozenset(group for group, table in tables.items() if group in closed or not _is_fit(table, rules))
    if hidden and rules.weighted:
        return everyone
    while hidden != everyone and not _covered(tables, hidden, rules):
        hidden |= {_best_cover(tables, hidden, rules)}
    return hidden


def _is_fit(table: Table, rules: Rules) -> bool:
    """Whether figures of a group, or of several as one, may be shown at all."""
    return table.valid >= rules.k and not is_telling(table, rules.top)


def _is_mean_fit(table: Table, rules: Rules, score: Score) -> bool:
    """Whether the mean of a group may be shown: beside a total without the ends it would tell of these."""
    return not score.trim and table.valid >= rules.k and not ends.is_telling(score, table)


def _best_cover(tables: Tables, hidden: frozenset[str], rules: Rules) -> str:
    """Pick the smallest open group that alone completes the cover, else the smallest."""
    others = sorted((group for group in tables if group not in hidden), key=lambda group: tables[group].valid)
    return next((group for group in others if _covered(tables, hidden | {group}, rules)), others[0])


def rest_of(tables: Tables, hidden: frozenset[str]) -> Table:
    """Return the hidden groups together."""
    return add_tables((tables[group] for group in hidden), len(next(iter(tables.values())).grades))


def _covered(tables: Tables, hidden: frozenset[str], rules: Rules) -> bool:
    if not hidden:
        return True
    k, rest = rules.k, rest_of(tables, hidden)
    if len(hidden) == 1 or not _is_fit(rest, rules):
        return False
    bounds = {group: rules.bounds[group].less(tables[group].excused) for group in hidden}
    satisfied = possible(bounds, rest.top(rules.top), rest.answered)
    valid = possible(bounds, rest.valid, rest.answered)
    dissatisfied = possible(bounds, rest.valid - rest.top(rules.scheme.scale.positives), rest.answered)
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


def told(rulings: Sequence[Ruling], *, veiled: bool = False) -> Ruling:
    """Return what is told of a part: what follows from every table that must read like it.

    Where one mark decides, the verdict would tell all alike from all but one; so would the step, where several give the
    same word. Where ``veiled`` groups decide, it would tell how many of them came.
    """
    if len({(ruling.verdict, ruling.word) for ruling in rulings}) > 1:
        return Ruling(Verdict.TOO_FEW, (Reason.VEILED_DECIDE if veiled else Reason.ONE_DECIDES,))
    reasons = [reason for reason in rulings[0].reasons if all(reason in other.reasons for other in rulings)]
    one_step = len({ruling.place for ruling in rulings}) == 1
    return replace(
        rulings[0],
        flags=tuple(flag for flag in rulings[0].flags if all(flag in other.flags for other in rulings)),
        reasons=tuple(reason for reason in reasons if one_step or reason is not Reason.STEP),
        place=rulings[0].place if one_step else None,
    )
