"""From what was typed into the set-up pages to what the services take, and back for showing it again."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Denominator, Formula, ItemLines, Lines, Measure, Scale, Scheme, default_top
from app.campaigns.gates import Gates
from app.campaigns.quorum import Quorum
from app.campaigns.ratios import parse_ratio, ratio_text
from app.campaigns.reads import CampaignView, GroupView
from app.campaigns.rule import Sign
from app.campaigns.rules import (
    K_CEILING,
    MAX_EXPECTED,
    MAX_TOP,
    MIN_VALID_CEILING,
    REMARK_K_CEILING,
    GroupRow,
    NameRow,
    reordered,
    with_options,
)
from app.campaigns.service import UnitWords
from app.campaigns.typed_rule import shown_rule, typed_rule
from app.core.errors import DomainError, Ours
from app.core.folding import plain_number
from app.web.forms import PostedForm

MAX_PLACE = 9_999
SPARE_GROUPS = 3
ITEM_LINE_ROWS = 6
LINES = ("attention", "remedial", "dissatisfied")
_WEIGHT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row of the table of units, stages or groups as it stands in the page."""

    id: str
    place: str
    name: str
    expected: str = ""
    duty: str = ""
    responsible: str = ""
    object_class: str = ""


WORDS: Final = ("duty[]", "responsible[]", "class[]")
"""What may stand beside the name of an object; a page that does not ask it changes none of it."""


def unit_rows(form: PostedForm) -> list[TypedRow]:
    """Return the posted rows of objects as they were typed."""
    columns = [form.several(name) for name in ("id[]", "place[]", "name[]", *WORDS)]
    return [
        TypedRow(key, place, name, "", duty, responsible, object_class)
        for key, place, name, duty, responsible, object_class in _rows(columns)
    ]


def unit_edits(rows: Sequence[TypedRow]) -> dict[str, UnitWords]:
    """Return what is to stand beside the names of objects, by id."""
    return {row.id: UnitWords(row.duty, row.responsible, row.object_class) for row in rows}


def typed_rows(form: PostedForm, *, expected: bool = False) -> list[TypedRow]:
    """Return the posted rows as they were typed."""
    columns = [form.several("id[]"), form.several("place[]"), form.several("name[]")]
    if expected:
        columns.append(form.several("expected[]"))
    return [TypedRow(*cells) for cells in _rows(columns)]


def _rows(columns: Sequence[Sequence[str]]) -> Iterable[tuple[str, ...]]:
    if len({len(column) for column in columns}) != 1:
        raise DomainError("form_malformed")
    return zip(*columns, strict=True)


def typed_whole(text: str, high: int, label: str) -> int:
    """Return a typed whole number from 1 to ``high``; DomainError ``field_not_a_number``."""
    text = plain_number(text)
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(high)) and 1 <= int(text) <= high):
        raise DomainError("field_not_a_number", field=label, low=1, high=high)
    return int(text)


def name_rows(rows: Sequence[TypedRow]) -> list[NameRow]:
    """Return the rows in the order that was typed."""
    order = reordered([typed_whole(row.place, MAX_PLACE, "序号") for row in rows])
    return [NameRow(rows[place].id, rows[place].name) for place in order]


def group_rows(rows: Sequence[TypedRow]) -> list[GroupRow]:
    """Return the rows that were filled in, in the order that was typed."""
    filled = [row for row in rows if row.id or row.name or row.expected]
    order = reordered([typed_whole(row.place, MAX_PLACE, "序号") for row in filled])
    return [GroupRow(row.id, row.name, _expected(row)) for row in (filled[place] for place in order)]


def _expected(row: TypedRow) -> int:
    label = Ours.filled("%(group)s 应参加人数", group=row.name) if row.name else Ours("应参加人数")
    return typed_whole(row.expected, MAX_EXPECTED, label)


def shown_groups(groups: Sequence[GroupView]) -> list[TypedRow]:
    """Return the table of groups with some empty rows at its end."""
    rows = [TypedRow(group.id, str(place), group.name, str(group.expected)) for place, group in enumerate(groups, 1)]
    spare = max(SPARE_GROUPS, 8 - len(groups))
    return [*rows, *(TypedRow("", str(len(groups) + more), "") for more in range(1, spare + 1))]


def shown_scheme(campaign: CampaignView) -> dict[str, str]:
    """Return the fields of the scheme's page."""
    scheme = campaign.scheme
    fields = {
        "scale": scheme.scale.key,
        "top": str(scheme.formula.top),
        "decimals": str(scheme.decimals),
        "quorum": "" if scheme.quorum is None else ratio_text(scheme.quorum.share),
        "quorum_sign": Sign.AT_LEAST.value if scheme.quorum is None else scheme.quorum.sign.value,
        "denominator": scheme.formula.denominator.value,
        "attention": ratio_text(scheme.lines.attention),
        "remedial": ratio_text(scheme.lines.remedial),
        "dissatisfied": ratio_text(scheme.lines.dissatisfied),
        "return_valid": ratio_text(scheme.gates.return_valid),
        "return_warning": ratio_text(scheme.gates.return_warning),
        "unknown_warning": ratio_text(scheme.gates.unknown_warning),
        "min_valid": str(scheme.gates.min_valid),
        "k": str(scheme.floor),
        "remark_k": str(scheme.remark_k),
    }
    fields |= {
        "measure": scheme.formula.measure.value,
        "disclosure": scheme.disclosure.kind.value,
        "extent": scheme.disclosure.extent.value,
        "alike_warning": ratio_text(scheme.gates.alike_warning),
        "uneven_warning": ratio_text(scheme.gates.uneven_warning),
    }
    for row, own in enumerate(scheme.item_lines, start=1):
        fields[f"line_item-{row}"] = own.item
        fields |= {f"{name}-{row}": ratio_text(getattr(own.lines, name)) for name in LINES}
    ticked = {
        "unknown": scheme.scale.unknown,
        "abstain": scheme.scale.abstain,
        "two_person": campaign.two_person,
        "intervals": scheme.intervals,
    }
    quorums = {f"quorum-{key}": ratio_text(each.share) for key, each in scheme.group_quorums.items()}
    quorums |= {f"quorum_sign-{key}": each.sign.value for key, each in scheme.group_quorums.items()}
    weights = {f"weight-{key}": ratio_text(weight / 100).rstrip("%") for key, weight in scheme.weights.items()}
    return fields | {name: "1" for name, value in ticked.items() if value} | quorums | weights | shown_rule(scheme)


def typed_scheme(form: PostedForm, groups: Sequence[GroupView]) -> Scheme:
    """Return the scheme that was typed."""
    scale = SCALES.get(form.text("scale", 40, label="评价等次"))
    if scale is None:
        raise DomainError("field_not_a_choice", field="评价等次")
    scheme = Scheme(
        scale=with_options(scale, unknown=form.flag("unknown"), abstain=form.flag("abstain")),
        formula=typed_formula(form, scale),
        lines=typed_lines(form),
        gates=Gates(
            return_valid=_ratio(form, "return_valid", "回收率有效线"),
            return_warning=_ratio(form, "return_warning", "回收率提示线"),
            unknown_warning=_ratio(form, "unknown_warning", "不了解率提示线"),
            alike_warning=_ratio_or(form, "alike_warning", "相同测评表提示线", Gates().alike_warning),
            uneven_warning=_ratio_or(form, "uneven_warning", "类别比例提示线", Gates().uneven_warning),
            min_valid=form.integer("min_valid", 1, MIN_VALID_CEILING, label="最少有效评价"),
        ),
        k=form.integer("k", 1, K_CEILING, label="最少公布人数"),
        remark_k=form.integer("remark_k", 1, REMARK_K_CEILING, label="意见最少人数"),
        weights=_weights(form.as_dict(), groups),
        item_lines=_item_lines(form),
        intervals=form.flag("intervals"),
        decimals=_decimals(form),
        quorum=typed_quorum(form),
        group_quorums=_group_quorums(form, groups),
        disclosure=typed_disclosure(form),
    )
    return replace(scheme, rule=typed_rule(form, scheme))


def typed_disclosure(form: PostedForm) -> Disclosure:
    """Return what is to be shown; protected where nothing was chosen."""
    kind = form.sent("disclosure", 20) or Kind.PROTECTED
    extent = form.sent("extent", 20) or Extent.COUNTS
    if kind not in set(Kind) or extent not in set(Extent):
        raise DomainError("field_not_a_choice", field="公布到什么程度")
    return Disclosure(Kind(kind), Extent(extent))


def _decimals(form: PostedForm) -> int:
    return form.integer("decimals", 0, 2, label="小数位数") if form.is_filled("decimals") else 1


def typed_quorum(form: PostedForm, of: str = "", name: str = "") -> Quorum | None:
    """Return the quorum of the body, or of a voter group; an empty share means that there is none."""
    if not form.is_filled(f"quorum{of}"):
        return None
    label = Ours.filled("%(group)s法定人数", group=name) if name else Ours("法定人数")
    sign = form.sent(f"quorum_sign{of}", 4) or Sign.AT_LEAST
    if sign not in {Sign.ABOVE, Sign.AT_LEAST}:
        raise DomainError("field_not_a_choice", field=label)
    try:
        return Quorum(_ratio(form, f"quorum{of}", label), Sign(sign))
    except DomainError as refused:
        raise DomainError("quorum_range", field=label) from refused


def _group_quorums(form: PostedForm, groups: Sequence[GroupView]) -> dict[str, Quorum]:
    typed = {group.id: typed_quorum(form, f"-{group.id}", group.name) for group in groups}
    return {group: quorum for group, quorum in typed.items() if quorum is not None}


def typed_lines(form: PostedForm, row: str = "") -> Lines:
    """Return the lines that were typed, of the scheme or of a row of items with lines of their own."""
    labels = zip(LINES, ("提醒线", "补课线", "不满意率线"), strict=True)
    return Lines(**{name: _ratio(form, f"{name}{row}", label) for name, label in labels})


def _item_lines(form: PostedForm) -> tuple[ItemLines, ...]:
    """Return the rows in which an item was chosen; the others are left out."""
    rows = [str(row) for row in range(1, ITEM_LINE_ROWS + 1)]
    chosen = {row: form.sent(f"line_item-{row}") for row in rows}
    return tuple(ItemLines(item, typed_lines(form, f"-{row}")) for row, item in chosen.items() if item)


def typed_formula(form: PostedForm, scale: Scale) -> Formula:
    """Return the formula that was typed; 0 grades are as many as suit the scale."""
    denominator = form.text("denominator", 20, label="分母")
    if denominator not in set(Denominator):
        raise DomainError("field_not_a_choice", field="分母")
    measure = form.sent("measure", 20) or Measure.SATISFIED_RATE
    if measure not in set(Measure):
        raise DomainError("field_not_a_choice", field="线划在哪个数上")
    top = form.integer("top", 0, MAX_TOP, label="计入满意率的等次")
    return Formula(top or default_top(scale), Denominator(denominator), Measure(measure))


def _ratio(form: PostedForm, name: str, label: str) -> Fraction:
    return parse_ratio(form.text(name, 20, label=label).removesuffix("分"), label)


def _ratio_or(form: PostedForm, name: str, label: str, default: Fraction) -> Fraction:
    return _ratio(form, name, label) if form.is_filled(name) else default


def _weights(fields: Mapping[str, str], groups: Sequence[GroupView]) -> dict[str, Fraction]:
    """Return the weights in per cent; all fields empty means that none are used."""
    typed = {group: fields.get(f"weight-{group.id}", "") for group in groups}
    if not any(text.strip() for text in typed.values()):
        return {}
    return {group.id: typed_weight(text, group.name) for group, text in typed.items()}


def typed_weight(text: str, name: str) -> Fraction:
    """Return a voter group's weight in per cent; DomainError ``weight_malformed``."""
    number = plain_number(text).rstrip("% ")
    if not _WEIGHT.fullmatch(number):
        raise DomainError("weight_malformed", name=name)
    return Fraction(number)


def typed_most(text: str, name: str) -> Fraction:
    """Return the most that named points may be; DomainError ``composite_most``."""
    number = plain_number(text)
    if not _WEIGHT.fullmatch(number):
        raise DomainError("composite_most", name=name)
    return Fraction(number)
