"""The word that 综合评价得分 is given, beside that of the votes (docs/adr/0027-a-rule-on-the-composite.md); pure.

It follows from the score as its reader knows it: where that is a span, or made of rounded figures, it is told only
if all that may lie behind it has the same word. So it says nothing that the score does not.
"""

from fractions import Fraction

from app.campaigns.composite import Composite, Points
from app.campaigns.rule import Measured, Outcome, Quantity, Rule, flag_name, outcomes_between, step_name
from app.campaigns.rule_checks import Ground, check_rule
from app.core.errors import DomainError


def check_composite_rule(composite: Composite) -> None:
    """Refuse a rule that could not judge the score: as ``check_rule``, and DomainError ``composite_rule_mixed``."""
    rule = composite.rule
    if rule is None:
        return
    named = [(step_name(place), step.conditions) for place, step in enumerate(rule.steps, start=1)]
    named += [(flag_name(place), flag.conditions) for place, flag in enumerate(rule.flags, start=1)]
    for name, conditions in named:
        if any(each.quantity is not Quantity.COMPOSITE for each in conditions):
            raise DomainError("composite_rule_mixed", name=name)
    check_rule(rule, Ground((100, 0), composite=composite.most))


def outcome_of(rule: Rule, points: Points) -> Outcome | None:
    """Return the word of a score; None where its span allows of several."""
    low, high = (_only(points.low - points.slack), _only(points.high + points.slack))
    outcomes = outcomes_between(rule, low, high)
    return outcomes[0] if len({outcome.word for outcome in outcomes}) == 1 else None


def _only(score: Fraction) -> Measured:
    """Return figures of which a rule may look at the composite alone."""
    return Measured((), (), (), (), Fraction(0), max(score, Fraction(0)))
