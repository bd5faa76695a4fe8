"""The names that a result tells of how it was judged; pure."""

from collections.abc import Iterator

from app.campaigns.composite import Composite, every_part
from app.campaigns.domain import Scheme
from app.campaigns.rule import Rule


def result_names(scheme: Scheme) -> Iterator[str]:
    """Yield the words that results are given by a scheme, what follows from them, and the parts of a composite."""
    yield from rule_names(scheme.judged_by)
    if scheme.composite is not None:
        yield from _composite_names(scheme.composite)


def rule_names(rule: Rule) -> Iterator[str]:
    """Yield the words of a rule with what follows from them, and its flags."""
    for word in rule.words:
        yield from filter(None, (word.text, word.consequence))
    yield from (flag.text for flag in rule.flags)


def _composite_names(composite: Composite) -> Iterator[str]:
    for part in every_part(composite.parts):
        yield part.label
        yield from part.by_class
    if composite.rule is not None:
        yield from rule_names(composite.rule)
