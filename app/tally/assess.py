"""Exact outcome of every table of a round with its verdict and its disclosure; still confidential."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.campaigns.domain import K_FLOOR
from app.rounds.domain import Paper
from app.tally.chain import Chain
from app.tally.disclosure import Rules, View, hidden_groups, view_of_pool, view_of_total
from app.tally.figures import Base, Rates, Table, add_tables, rates_of, weigh
from app.tally.margins import Sizes, known_bounds, unseen_groups
from app.tally.verdict import ReturnState, Ruling, judge, return_state

Tables = Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item of one unit (or a unit's pooled items): exact figures and how closely they may be looked at."""

    tables: Tables
    total: Table
    rates: Rates | None
    group_rates: Mapping[str, Rates | None]
    view: View
    hidden: frozenset[str]
    renormalised: bool


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """A unit's items, its overall outcome (the overall item's, or of all items pooled) and its verdict."""

    items: tuple[Outcome, ...]
    overall: Outcome
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Round:
    """What every table of a round is assessed with."""

    paper: Paper
    chain: Chain
    rules: Rules
    returns: ReturnState

    def base(self, groups: Sequence[str], times: int = 1) -> Base:
        """Add up returned and expected ballots of some groups, ``times`` over for pooled items."""
        return Base(
            times * sum(self.chain.group(group).returned for group in groups),
            times * sum(self.chain.group(group).expected for group in groups),
        )


def prepare(paper: Paper, chain: Chain) -> Round:
    """Fix the groups that are seen nowhere, and what a reader can work out about them."""
    scheme = paper.scheme
    k = max(scheme.k, K_FLOOR)
    raters: dict[str, set[str]] = {unit.id: set() for unit in paper.units}
    for group in paper.groups:
        for place in paper.rated_by(group.id):
            raters[paper.units[place].id].add(group.id)
    sizes = Sizes(
        ballots={group.id: chain.group(group.id).valid for group in paper.groups},
        most={group.id: chain.group(group.id).issued for group in paper.groups},
        margins=frozenset([frozenset(group.id for group in paper.groups), *map(frozenset, raters.values())]),
    )
    unseen = unseen_groups(sizes, k)
    rules = Rules(k, scheme.formula.top, bool(scheme.weights), unseen, known_bounds(sizes, unseen))
    return Round(paper, chain, rules, return_state(chain.total.return_rate, scheme.gates))


def assess_unit(here: Round, items: Sequence[Tables]) -> UnitOutcome:
    """Assess a unit from its tables by item and group."""
    outcomes = tuple(_assess_item(here, tables) for tables in items)
    places = [place for place, item in enumerate(here.paper.items) if item.overall]
    overall = outcomes[places[0]] if places else _pool(here, outcomes)
    voters = overall.total.valid if places else max(outcome.total.valid for outcome in outcomes)
    return UnitOutcome(outcomes, overall, judge(here.paper.scheme, overall.rates, voters, here.returns))


def _assess_item(here: Round, tables: Tables) -> Outcome:
    scheme = here.paper.scheme
    total = add_tables(tables.values(), len(scheme.scale.grades))
    group_rates, rates = _rates(here, tables, total, 1)
    view = View.HIDDEN if rates is None else view_of_total(total, scheme.formula.top, scheme.k, scheme.gates.min_valid)
    hidden = hidden_groups(tables, view, here.rules)
    renormalised = bool(scheme.weights) and any(group is None for group in group_rates.values())
    return Outcome(tables, total, rates, group_rates, _weighted_view(here, view, hidden), hidden, renormalised)


def _weighted_view(here: Round, view: View, hidden: frozenset[str]) -> View:
    """Blunt a weighted total to whole percents beside hidden groups: it is a second equation about them."""
    return View.COARSE if here.rules.weighted and hidden and view is View.EXACT else view


def _rates(here: Round, tables: Tables, total: Table, times: int) -> tuple[dict[str, Rates | None], Rates | None]:
    scheme = here.paper.scheme
    groups = {
        group: rates_of(scheme.scale, scheme.formula, table, here.base([group], times))
        for group, table in tables.items()
    }
    if scheme.weights:
        return groups, weigh([(scheme.weights.get(group, Fraction(0)), rates) for group, rates in groups.items()])
    return groups, rates_of(scheme.scale, scheme.formula, total, here.base(list(tables), times))


def _pool(here: Round, outcomes: Sequence[Outcome]) -> Outcome:
    """Add up all items of a form without an overall item; every mark counts once."""
    scheme = here.paper.scheme
    grades = len(scheme.scale.grades)
    tables = {
        group: add_tables((outcome.tables[group] for outcome in outcomes), grades) for group in outcomes[0].tables
    }
    total = add_tables(tables.values(), grades)
    group_rates, rates = _rates(here, tables, total, len(outcomes))
    voters = max(outcome.total.valid for outcome in outcomes)
    own = view_of_total(total, scheme.formula.top, scheme.k, scheme.gates.min_valid)
    if rates is None or voters < max(scheme.k, scheme.gates.min_valid):
        own = View.HIDDEN
    view = view_of_pool(own, [outcome.view for outcome in outcomes])
    hidden = frozenset[str]().union(*(outcome.hidden for outcome in outcomes))
    if view not in {View.EXACT, View.COARSE} or (hidden and here.rules.weighted):
        hidden = frozenset(tables)
    renormalised = any(outcome.renormalised for outcome in outcomes)
    return Outcome(tables, total, rates, group_rates, view, hidden, renormalised)
