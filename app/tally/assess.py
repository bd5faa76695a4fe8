"""Exact outcome of every table of a round with its verdict and its disclosure; still confidential."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.campaigns.domain import K_FLOOR, Item
from app.rounds.domain import Paper
from app.tally.alike import Tables, lookalikes
from app.tally.chain import Chain
from app.tally.disclosure import Rules, View, hidden_groups, view_of_pool, view_of_total
from app.tally.figures import Base, Rates, Table, add_tables, rates_of, weigh
from app.tally.margins import Sizes, known_bounds, open_margins, unseen_groups
from app.tally.restraint import FREE, Part, Restraint, farther
from app.tally.verdict import ReturnState, Ruling, compare, judge, return_state, with_items


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item of one unit (or a unit's pooled items): exact figures and how closely they may be looked at.

    ``least`` is the fewest valid answers to one of its items, ``lookalikes`` the rates of all tables that read like a
    banded one. ``base`` is that of the total, None for pooled items;
    ``rest_base`` that of the hidden groups, where they may be shown as one row. ``ruling``: of an item with lines of
    its own.
    """

    tables: Tables
    total: Table
    rates: Rates | None
    group_rates: Mapping[str, Rates | None]
    view: View
    hidden: frozenset[str]
    renormalised: bool
    least: int
    lookalikes: tuple[Rates, ...]
    base: Base | None = None
    rest_base: Base | None = None
    ruling: Ruling | None = None

    @property
    def rest(self) -> Table:
        """The hidden groups together."""
        return add_tables((self.tables[group] for group in self.hidden), len(self.total.grades))


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """A unit's items, its overall outcome (the overall item's, or of all items pooled) and its verdict."""

    items: tuple[Outcome, ...]
    overall: Outcome
    ruling: Ruling
    blunt: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """What every table of a round is assessed with; how many rated a ``blunt`` unit is not told.

    Where a unit is blunt, no voter group is seen anywhere: rates of the unit lead from a breakdown to its ballots.
    """

    paper: Paper
    chain: Chain
    rules: Rules
    returns: ReturnState
    restraint: Restraint
    blunt: frozenset[str]

    def base(self, groups: Sequence[str], times: int = 1) -> Base:
        """Add up returned and expected ballots of some groups, ``times`` over for pooled items."""
        return Base(
            times * sum(self.chain.group(group).returned for group in groups),
            times * sum(self.chain.group(group).expected for group in groups),
        )


def prepare(paper: Paper, chain: Chain, restraint: Restraint = FREE) -> Round:
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
    sizes = replace(sizes, margins=open_margins(sizes, k, restraint.unseen))
    blunt = frozenset(unit for unit, groups in raters.items() if frozenset(groups) not in sizes.margins)
    unseen = frozenset(sizes.ballots) if blunt else unseen_groups(sizes, k, restraint.unseen)
    rules = Rules(
        k,
        scheme.formula.top,
        scheme.scale.positives,
        bool(scheme.weights),
        unseen,
        known_bounds(sizes, unseen),
        scheme.formula.denominator,
    )
    return Round(paper, chain, rules, return_state(chain.total.return_rate, scheme.gates), restraint, blunt)


def assess_unit(here: Round, unit_id: str, items: Sequence[Tables]) -> UnitOutcome:
    """Assess a unit from its tables by item and group."""
    parts = zip(here.paper.items, items, strict=True)
    outcomes = tuple(_judged(here, item, _assess_item(here, (unit_id, item.key), tables)) for item, tables in parts)
    places = [place for place, item in enumerate(here.paper.items) if item.overall]
    outcomes = outcomes if places else _without_pins(outcomes)
    overall = outcomes[places[0]] if places else _pool(here, unit_id, outcomes)
    voters = overall.total.valid if places else max(outcome.total.valid for outcome in outcomes)
    ruling = judge(here.paper.scheme, overall.rates, voters, here.returns)
    ruling = with_items(ruling, [outcome.ruling for outcome in outcomes])
    return UnitOutcome(outcomes, overall, ruling, unit_id in here.blunt)


def _without_pins(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Hide breakdowns that tell a total more closely than it is shown, where the pooled figure leads on to another.

    All items pooled, less an item known exactly from its groups, would narrow down an item without breakdown.
    """
    blurred = [part.view is not View.EXACT for part in outcomes]
    if not any(blur and part.hidden == frozenset(part.tables) for blur, part in zip(blurred, outcomes, strict=True)):
        return outcomes
    return tuple(
        replace(part, hidden=frozenset(part.tables), rest_base=None) if blur else part
        for blur, part in zip(blurred, outcomes, strict=True)
    )


def _judged(here: Round, item: Item, outcome: Outcome) -> Outcome:
    """Judge an item by lines of its own; none, too few answers or an invalid round leave it unjudged."""
    lines = here.paper.scheme.lines_of(item.key)
    closed = outcome.rates is None or outcome.view is View.HIDDEN or here.returns is ReturnState.INVALID
    if lines is None or outcome.rates is None or closed:
        return outcome
    return replace(outcome, ruling=compare(here.paper.scheme, lines, outcome.rates))


def _assess_item(here: Round, part: Part, tables: Tables) -> Outcome:
    scheme = here.paper.scheme
    total = add_tables(tables.values(), len(scheme.scale.grades))
    group_rates, rates = _rates(here, tables, total, 1)
    view = View.HIDDEN if rates is None else view_of_total(total, here.rules, scheme.gates.min_valid)
    view = here.restraint.closed(part, view)
    if part[0] in here.blunt:
        view = farther(view, View.BANDED)
    hidden = hidden_groups(tables, view, here.rules, here.restraint.hidden.get(part, frozenset()))
    renormalised = bool(scheme.weights) and any(group is None for group in group_rates.values())
    view = _weighted_view(here, view, hidden)
    alike = _lookalikes(here, tables, view, 1)
    merged = hidden and hidden != frozenset(tables) and not here.rules.weighted
    bases = here.base(list(tables)), here.base(sorted(hidden)) if merged else None
    return Outcome(tables, total, rates, group_rates, view, hidden, renormalised, total.valid, alike, *bases)


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


def _lookalikes(here: Round, tables: Tables, view: View, times: int) -> tuple[Rates, ...]:
    if view is not View.BANDED:
        return ()
    grades = len(here.paper.scheme.scale.grades)
    others = lookalikes(tables, grades)
    found = [_rates(here, other, add_tables(other.values(), grades), times)[1] for other in others]
    return tuple(rates for rates in found if rates is not None)


def _pool(here: Round, unit_id: str, outcomes: Sequence[Outcome]) -> Outcome:
    """Add up all items of a form without an overall item; every mark counts once."""
    scheme = here.paper.scheme
    grades = len(scheme.scale.grades)
    tables = {
        group: add_tables((outcome.tables[group] for outcome in outcomes), grades) for group in outcomes[0].tables
    }
    total = add_tables(tables.values(), grades)
    group_rates, rates = _rates(here, tables, total, len(outcomes))
    voters = max(outcome.total.valid for outcome in outcomes)
    own = view_of_total(total, here.rules, scheme.gates.min_valid)
    if rates is None or voters < max(scheme.k, scheme.gates.min_valid):
        own = View.HIDDEN
    view = here.restraint.closed((unit_id, None), view_of_pool(own, [outcome.view for outcome in outcomes]))
    hidden = here.restraint.hidden.get((unit_id, None), frozenset[str]()) & frozenset(tables)
    hidden = hidden.union(*(outcome.hidden for outcome in outcomes))
    if view not in {View.EXACT, View.COARSE} or (hidden and here.rules.weighted):
        hidden = frozenset(tables)
    renormalised = any(outcome.renormalised for outcome in outcomes)
    least = min(outcome.least for outcome in outcomes)
    return Outcome(
        tables,
        total,
        rates,
        group_rates,
        view,
        hidden,
        renormalised,
        least,
        _lookalikes(here, tables, view, len(outcomes)),
    )
