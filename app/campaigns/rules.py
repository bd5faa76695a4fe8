"""What may be set up and what is refused; pure, so that pages and uploads obey the same rules."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.campaigns.builtin import DEFAULT_SCALE, SCALES
from app.campaigns.disclosure import hindrances
from app.campaigns.domain import (
    DECIMALS,
    GROUP_FLOOR,
    K_FLOOR,
    REMARK_K_FLOOR,
    Denominator,
    Form,
    Item,
    Lines,
    Measure,
    Scale,
    Scheme,
    lined_rule,
)
from app.campaigns.quorum import check_quorums
from app.campaigns.ratios import number_text
from app.campaigns.rule import Condition, Meaning, Quantity, Rule, Word, lacking_points
from app.campaigns.rule_checks import Ground, check_rule, worsening
from app.campaigns.weighing import are_mixed, by_points
from app.core.asides import aside_in, is_total
from app.core.errors import DomainError
from app.core.folding import clean_name, folded, spaceless
from app.core.masking import PHONE, Masker

NAME_LIMIT = 60
TITLE_LIMIT = 80
NOUN_LIMIT = 20
LABEL_LIMIT = 40
MAX_STAGES = 20
MAX_SECTIONS = 12
_CELLS_TOLD = 3
MAX_UNITS = 1000
MAX_GROUPS = 100
MAX_EXPECTED = 100_000
MAX_ITEMS = 24
MAX_WEIGHT = 1000
ADVISED_ITEMS = range(4, 9)
MAX_TOP = 5
K_CEILING = 100
REMARK_K_CEILING = 1000
MIN_VALID_CEILING = 1000
UNKNOWN_LABEL = "不了解"
ABSTAIN_LABEL = "弃权"

_MASKER = Masker()
NUMBERED = re.compile(r"[(（]?(\d{1,4})(?:\s*[、.．)）]\s*|(?<!\d{4})\s+)(?=\D)")
"""A number before a name, as of a list; four digits and a space are a year."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A voter group as it is to be saved; an empty ``id`` makes a new one."""

    id: str
    name: str
    expected: int


@dataclass(frozen=True, slots=True)
class NameRow:
    """A unit or a stage as it is to be saved."""

    id: str
    name: str


def name_key(name: str) -> str:
    """Return what two names share that a reader could not tell apart."""
    return folded(name)


def strange_in_name(name: str) -> str:
    """Return what makes a name of a list none: a code, or "" where it looks like one.

    ``name_is_number``, ``name_has_number`` (of a list, before it), ``name_has_phone``.
    """
    plain = spaceless(name)
    if PHONE in _MASKER.mask(name):
        return "name_has_phone"
    if re.fullmatch(r"[0-9.、-]+", plain):
        return "name_is_number"
    return "name_has_number" if NUMBERED.match(unicodedata.normalize("NFKC", name).strip()) else ""


def pasted_names(text: str) -> list[str]:
    """Return the names of a pasted list, one a line: columns that only count the lines, and such numbers, are no part.

    DomainError ``name_has_columns`` where more than a name stands in a line, as ``aside_in`` or ``strange_in_name``.
    """
    names = list[str]()
    for line in filter(str.strip, text.splitlines()):
        cells = [cleaned for cell in line.split("\t") if (cleaned := clean_name(cell))]
        if len(cells) > 1 and spaceless(cells[0]).rstrip(".、").isdecimal():
            cells = cells[1:]
        name, *more = cells or [""]
        if more:
            told = [each[:NAME_LIMIT] for each in more[:_CELLS_TOLD]]
            raise DomainError("name_has_columns", name=name[:NAME_LIMIT], more=told)
        name = _without_number(name, len(names) + 1)
        if code := aside_in(name) or strange_in_name(name):
            raise DomainError(code, value=name[:NAME_LIMIT])
        names.append(name)
    return [name for name in names if name]


def _without_number(name: str, place: int) -> str:
    """Return a name without the number of its line before it; another number may belong to it."""
    found = NUMBERED.match(name)
    return name[found.end() :] if found and int(found[1]) == place else name


def check_names(names: Sequence[str], limit: int, field: str) -> None:
    """Refuse a list of names with an empty, an overlong or a repeated one, or with too many of that ``field``."""
    seen: set[str] = set()
    for name in names:
        check_name(name)
        if name_key(name) in seen:
            raise DomainError("name_twice", name=name)
        seen.add(name_key(name))
    if len(names) > limit:
        raise DomainError("too_many_names", field=field, limit=limit)


def check_name(name: str) -> None:
    """Refuse an empty or an overlong name."""
    if not name:
        raise DomainError("name_missing")
    if len(name) > NAME_LIMIT:
        raise DomainError("name_too_long", name=name[:12] + "…", limit=NAME_LIMIT)


def check_expected(name: str, expected: int) -> None:
    """Refuse a group that is the sum of others, and a number of people that cannot be or hides nobody."""
    if is_total(name):
        raise DomainError("name_is_total", value=name)
    if expected < GROUP_FLOOR:
        raise DomainError("expected_below_k", name=name, k=GROUP_FLOOR)
    if expected > MAX_EXPECTED:
        raise DomainError("expected_too_large", name=name, limit=MAX_EXPECTED)


def reordered(typed: Sequence[int]) -> list[int]:
    """Return the old places in their new order, from the number typed beside each.

    Who types 2 beside the fifth wants it second, before the old second; who types 5 beside the second wants it
    fifth, behind the old fifth.
    """

    def wish(place: int) -> tuple[int, int, int]:
        number, old = typed[place], place + 1
        return number, (number > old) - (number < old), place

    return sorted(range(len(typed)), key=wish)


def with_options(scale: Scale, *, unknown: bool, abstain: bool) -> Scale:
    """Return the scale with or without a non-opinion and an abstention."""
    return replace(
        scale,
        unknown=(scale.unknown or UNKNOWN_LABEL) if unknown else None,
        abstain=(scale.abstain or ABSTAIN_LABEL) if abstain else None,
    )


def scale_of(scheme: Scheme, form: Form) -> Scale:
    """Return the scale a form is answered on: the scheme's, unless it brings its own or names another than the default.

    One that ships has the options besides its grades that the scheme has.
    """
    if form.own_scale is not None:
        return form.own_scale
    if form.scale in {DEFAULT_SCALE, scheme.scale.key}:
        return scheme.scale
    return with_options(
        SCALES[form.scale], unknown=scheme.scale.unknown is not None, abstain=scheme.scale.abstain is not None
    )


def check_scheme(scheme: Scheme, groups: Mapping[str, str]) -> None:
    """Refuse a scheme whose numbers contradict each other or fall below the floors; ``groups``: their names by id."""
    check_top(scheme)
    for lines in (scheme.lines, *(own.lines for own in scheme.item_lines)):
        _check_lines(lines)
    check_judging(scheme)
    check_quorums(scheme.quorum, scheme.group_quorums, groups)
    if len({own.item for own in scheme.item_lines}) != len(scheme.item_lines):
        raise DomainError("item_lines_twice")
    if scheme.gates.return_valid > scheme.gates.return_warning:
        raise DomainError("gate_order")
    if scheme.k < K_FLOOR or scheme.remark_k < REMARK_K_FLOOR:
        raise DomainError("k_too_small", k=K_FLOOR, remark_k=REMARK_K_FLOOR)
    if scheme.gates.min_valid < scheme.floor:
        raise DomainError("min_valid_too_small")
    if scheme.weights and set(scheme.weights) != set(groups):
        raise DomainError("weights_of_others")
    if scheme.weights and sum(scheme.weights.values()) != 100:  # noqa: PLR2004
        raise DomainError("weights_not_hundred", total=number_text(sum(scheme.weights.values(), Fraction(0))))


def check_disclosure(scheme: Scheme, groups: Sequence[tuple[str, int]]) -> None:
    """Refuse to announce what the voter groups (name, people expected) or the weights forbid, by its own name."""
    if not scheme.disclosure.announced:
        return
    for hindrance in hindrances(groups, remarks=False, weighted=bool(scheme.weights)):
        raise DomainError(hindrance.code, detail=hindrance.names, people=hindrance.people)


def scheme_on(scheme: Scheme, form: Form, rule: Rule | None = None) -> Scheme:
    """Return the scheme as it counts a form: on the form's scale, with as many satisfied grades as the form says.

    ``rule`` is in the place of the scheme's.
    """
    formula = replace(scheme.formula, top=form.top or scheme.formula.top)
    made = replace(scheme, scale=scale_of(scheme, form), formula=formula)
    if by_points(form.items):
        lines = replace(scheme.lines, dissatisfied=Fraction(1))
        made = replace(made, formula=replace(formula, measure=Measure.MEAN_SCORE), lines=lines)
    if rule is not None:
        return replace(made, rule=rule)
    relined = scheme.rule is not None and scheme.is_lined
    return replace(made, rule=lined_rule(made)) if relined else made


def check_judging(scheme: Scheme) -> None:
    """Refuse a scheme whose rule does not fit its scale, or whose decimals cannot be."""
    if scheme.rule is not None and not scheme.is_lined:
        check_rule(scheme.rule, ground_of(scheme))
    if scheme.decimals not in DECIMALS:
        raise DomainError("decimals_range")


def fits(scheme: Scheme, items: Sequence[Item] = ()) -> bool:
    """Whether the rule of a scheme may be used on its scale, and on all of a form's items taken together.

    Where some have grades of their own, it can look at 满意率, 总体满意率, 不满意率 and the mean alone.
    """
    try:
        check_judging(scheme)
    except DomainError:
        return False
    if by_points(items):
        return scheme.judged_by.is_of_means
    return (
        not are_mixed(items)
        or any(item.overall for item in items)
        or (scheme.judged_by.plurality is None and all(_is_common(scheme, each) for each in scheme.conditions))
    )


def words_without_points(scheme: Scheme, asked: Iterable[str]) -> Iterator[tuple[str, Word]]:
    """Yield the words that objects may be given and that are worth nothing in a composite, none of 得票最多.

    Each with the key of the item whose own lines give it, of those ``asked``; empty where the rule does.
    """
    rule = scheme.judged_by
    yield from (("", word) for word in lacking_points(rule, rule.words))
    for item in asked:
        own = scheme.item_rule(item)
        # An item that met its lines never gives its object a word.
        grave = [word for word in own.words if word.meaning is not Meaning.MET] if own else []
        yield from ((item, word) for word in lacking_points(rule, grave))


def _is_common(scheme: Scheme, condition: Condition) -> bool:
    """Whether a condition looks at what items on any grades have."""
    common = {Quantity.FIRST: {scheme.formula.top, scheme.scale.positives}}
    common[Quantity.LAST] = {len(scheme.scale.grades) - scheme.scale.positives}
    return condition.quantity not in common or condition.grades in common[condition.quantity]


def ground_of(scheme: Scheme) -> Ground:
    """Return what the rule of a scheme is laid over."""
    scores = tuple(grade.score for grade in scheme.scale.grades)
    return Ground(scores, whole=scheme.formula.denominator is Denominator.VALID)


def worsening_of(scheme: Scheme) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return two tables of which the second has better marks and a worse word; None where the rule has none such."""
    return worsening(scheme.judged_by, ground_of(scheme))


def check_top(scheme: Scheme) -> None:
    """Refuse a 满意率 that counts every grade: it would be 100 % whatever was voted."""
    if not 1 <= scheme.formula.top <= min(MAX_TOP, len(scheme.scale.grades) - 1):
        raise DomainError("top_too_large", grades=len(scheme.scale.grades), at="top")


def _check_lines(lines: Lines) -> None:
    if not 0 < lines.remedial <= lines.attention <= 1:
        raise DomainError("line_order")
    if not 0 < lines.dissatisfied <= 1:
        raise DomainError("line_order")
