"""What a form may be (pure)."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from app.campaigns.composite import WHOLE
from app.campaigns.domain import Form, Item, Scale
from app.campaigns.ratios import number_text
from app.campaigns.rules import LABEL_LIMIT, MAX_ITEMS, MAX_WEIGHT
from app.campaigns.scales import GRADE_LIMIT, check_scale
from app.campaigns.score import MAX_POINTS, MOST_TRIMMED, PLACES, Score
from app.campaigns.weighing import are_weighed
from app.core.errors import DomainError


def check_form(form: Form, scale: Scale) -> None:
    """Refuse a form without a title or items, with repeated items, two overall ones, or words that do not fit.

    Its own scale is looked at first: DomainError as ``check_scale``.
    """
    if form.own_scale is not None:
        check_scale(form.own_scale)
    if not form.title:
        raise DomainError("form_title_missing")
    if not 1 <= len(form.items) <= MAX_ITEMS:
        raise DomainError("form_items_count", limit=MAX_ITEMS)
    if sum(item.overall for item in form.items) > 1:
        raise DomainError("form_two_overall")
    if any(item.overall for item in form.items) and are_weighed([replace(item, score=None) for item in form.items]):
        raise DomainError("form_overall_weighed")
    _check_self(form)
    _check_headings(form.items)
    seen: set[str] = set()
    for item in form.items:
        _check_item(item, scale)
        if item.label in seen:
            raise DomainError("name_twice", name=item.label)
        seen.add(item.label)


def check_item_weights(form: Form) -> None:
    """Refuse weights that do not make a hundred, as those of groups and of a composite; none typed are all the same.

    A form that was stored with others counts as it ever did.
    """
    weights = [item.weight for item in form.items]
    total = sum(weights, Fraction(0))
    if set(weights) != {1} and total != WHOLE:
        raise DomainError("form_item_weights", total=number_text(total), at=f"weight-{len(weights)}")


def _check_headings(items: Sequence[Item]) -> None:
    """Refuse a heading over items that do not stand together, and one too long for a phone."""
    runs = [heading for heading, _ in groupby(items, key=lambda item: item.heading) if heading]
    for place, heading in enumerate(runs):
        if len(heading) > LABEL_LIMIT:
            raise DomainError("name_too_long", name=heading[:12] + "…", limit=LABEL_LIMIT)
        if heading in runs[:place]:
            raise DomainError("form_heading_split", name=heading)


def _check_self(form: Form) -> None:
    """Refuse a cell 本人 beside points, whose bytes can be any mark."""
    if form.self_cell and any(item.score for item in form.items):
        raise DomainError("form_self_points", at="self_cell")


def _check_item(item: Item, scale: Scale) -> None:
    if len(item.label) > LABEL_LIMIT:
        raise DomainError("name_too_long", name=item.label[:12] + "…", limit=LABEL_LIMIT)
    if not 0 < item.weight <= MAX_WEIGHT:
        raise DomainError("form_item_weight", name=item.label, most=MAX_WEIGHT)
    if item.score:
        _check_score(item, item.score)
    if item.grades:
        check_scale(replace(scale, grades=item.grades))
    if item.top and item.top >= len(item.grades or scale.grades):
        raise DomainError("form_item_top", name=item.label, most=len(item.grades or scale.grades) - 1)
    if not fits_scale(item, len(scale.grades)) or not all(item.labels) or len(set(item.labels)) != len(item.labels):
        code = "form_grades_count" if item.grades else "form_labels_count"
        raise DomainError(code, name=item.label, count=len(scale.grades))
    if item.labels and max(map(len, item.labels)) > GRADE_LIMIT:
        raise DomainError("name_too_long", name=item.label, limit=GRADE_LIMIT)


def fits_scale(item: Item, grades: int) -> bool:
    """Whether an item's own words are as many as the grades, and its own grades no more."""
    return len(item.labels) in {0, grades} and len(item.grades) <= grades


def _check_score(item: Item, score: Score) -> None:
    if not 1 <= score.most <= MAX_POINTS:
        raise DomainError("form_score_most", name=item.label, most=MAX_POINTS)
    if score.decimals not in PLACES:
        raise DomainError("form_score_decimals", name=item.label)
    if not 0 <= score.trim <= MOST_TRIMMED:
        raise DomainError("form_score_trim", name=item.label, most=MOST_TRIMMED)
    if item.labels or item.grades or item.top:
        raise DomainError("form_score_grades", name=item.label)
