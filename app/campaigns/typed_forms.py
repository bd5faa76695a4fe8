"""A form as it stands in its editor: rows of grades and of items, added, moved and taken out without being saved."""

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final, TypeVar

from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.builtin import SCALES
from app.campaigns.domain import Form, Grade, Item, Scale, Scheme
from app.campaigns.ratios import number_text, parse_ratio, ratio_text
from app.campaigns.rules import MAX_ITEMS, MAX_UNITS, MAX_WEIGHT, reordered, scale_of
from app.campaigns.scales import MAX_GRADES, MAX_SCORE, OWN_SCALE
from app.campaigns.scheme_service import FormEdit, LimitEdit
from app.campaigns.score import MAX_POINTS, MOST_TRIMMED, Score
from app.campaigns.typed import MAX_PLACE, typed_whole
from app.core.errors import DomainError
from app.core.folding import clean_name, plain_number
from app.web.forms import PostedForm

SPARE_ITEMS: Final = 2
LIMITS: Final = 2
ROWS_UP_TO: Final = 40
"""Rows that a posted editor may have: more were never shown."""
_DIGITS = 4
"""As many signs as a number that may be right has."""
_SLASH = re.compile(r"\s*[/／]\s*")
_SCORED = re.compile(r"(.+?) ([0-9]{1,3}) ?分?")
_WEIGHT = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
PASS: Final = 60
"""The score from which an item's own grade is positive."""
_WHOLE = re.compile(r"[0-9]{1,4}")
_RANGE = re.compile(r"([0-9]{1,3}(?:\.[0-9])?) *[-–—~～至到] *([0-9]{1,3}(?:\.[0-9])?) *分?")
SINCE: Final = ("decimals[]", "most_points[]", "trim[]", "heading[]")
"""What is asked of an item in points, and its heading; a page from before they could be given does not."""
_STEP = re.compile(r"(grade|item)-(up|down|out|add)-?([0-9]{0,2})")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class TypedGrade:
    """A row of the table of grades."""

    label: str = ""
    score: str = ""
    positive: bool = False


@dataclass(frozen=True, slots=True)
class TypedItem:
    """A row of the table of a form's items; ``decimals`` of points, empty where it is answered in grades."""

    key: str = ""
    place: str = ""
    label: str = ""
    labels: str = ""
    overall: bool = False
    top: str = ""
    weight: str = ""
    decimals: str = ""
    most: str = ""
    trim: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class TypedLimit:
    """A row of the limits: words of grades or a range of points, how many (6, 20%, 1/3), and the label of an item."""

    grades: str = ""
    most: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class TypedForm:
    """Everything in the editor of a form as it was typed."""

    title: str
    scale: str
    top: str
    remarks: bool
    unknown: str
    abstain: str
    grades: Sequence[TypedGrade] = field(default_factory=list)
    items: Sequence[TypedItem] = field(default_factory=list)
    limits: Sequence[TypedLimit] = (TypedLimit(), TypedLimit())
    self_cell: bool = False


def shown_form(form: Form, scheme: Scheme) -> TypedForm:
    """Return a stored form as its editor shows it, with some empty rows at the end of its items."""
    items = [_shown_item(item, place) for place, item in enumerate(form.items, 1)]
    count = min(MAX_ITEMS, max(8, len(items) + SPARE_ITEMS))
    spare = [TypedItem(place=str(place)) for place in range(len(items) + 1, count + 1)]
    chosen = OWN_SCALE if form.own_scale else form.scale
    typed = TypedForm(form.title, chosen, str(form.top or ""), form.remarks, "", "", (), [*items, *spare])
    scale = scale_of(scheme, form)
    limits = [*(_shown_limit(form, scale, limit) for limit in form.limits), TypedLimit(), TypedLimit()]
    return replace(_filled(typed, scale), limits=limits[: max(LIMITS, len(form.limits))], self_cell=form.self_cell)


def _shown_item(item: Item, place: int) -> TypedItem:
    score, top = item.score, str(item.top or "")
    points = (str(score.decimals), str(score.most), str(score.trim or "")) if score else ("", "", "")
    words, weight = _shown_words(item), _shown_weight(item)
    return TypedItem(item.key, str(place), item.label, words, item.overall, top, weight, *points, item.heading)


def _shown_words(item: Item) -> str:
    return "/".join(item.labels or (f"{grade.label} {grade.score}" for grade in item.grades))


def _shown_weight(item: Item) -> str:
    return "" if item.weight == 1 else number_text(item.weight)


def _shown_limit(form: Form, scale: Scale, limit: BallotLimit) -> TypedLimit:
    words = "/".join(scale.options[place] for place in limit.grades if place < len(scale.options))
    words = "-".join(map(number_text, limit.points)) or words
    most = str(limit.most) if limit.most >= 1 else ratio_text(limit.most)
    return TypedLimit(words, most, next((item.label for item in form.items if item.key == limit.item), ""))


def _filled(typed: TypedForm, scale: Scale) -> TypedForm:
    """Return the editor with the grades of a scale in its rows, to start from."""
    rows = [TypedGrade(grade.label, str(grade.score), grade.positive) for grade in scale.grades]
    return replace(typed, grades=rows, unknown=scale.unknown or "", abstain=scale.abstain or "")


def typed_editor(form: PostedForm) -> TypedForm:
    """Return the posted editor; DomainError ``form_malformed`` where its rows do not belong together."""
    fields = form.as_dict()
    grades = [form.several(name) for name in ("grade[]", "score[]")]
    items = [form.several(name) for name in ("key[]", "place[]", "label[]", "labels[]", "item_top[]", "weight[]")]
    items += [form.several(name) or [""] * len(items[0]) for name in SINCE]
    limits = [form.several(name) for name in ("limit_grades[]", "limit_most[]", "limit_item[]")]
    tables = (grades, items, limits)
    if any(len({len(column) for column in table}) != 1 or len(table[0]) > ROWS_UP_TO for table in tables):
        raise DomainError("form_malformed")
    overall = form.sent("overall", 4)
    return TypedForm(
        **{name: fields.get(name, "").strip() for name in ("title", "scale", "top", "unknown", "abstain")},
        remarks=form.flag("remarks"),
        self_cell=form.flag("self_cell"),
        grades=[
            TypedGrade(label, score, form.flag(f"positive-{row}"))
            for row, (label, score) in enumerate(zip(*grades, strict=True), 1)
        ],
        items=[
            TypedItem(key, place, label, labels, overall == str(row), *more)
            for row, (key, place, label, labels, *more) in enumerate(zip(*items, strict=True), 1)
        ],
        limits=[TypedLimit(*cells) for cells in zip(*limits, strict=True)],
    )


def changed(typed: TypedForm, step: str, scheme: Scheme) -> TypedForm:
    """Return the editor after a step that saves nothing: ``fill``, ``item-up-3``, ``grade-out-2``, ``grade-add``.

    DomainError ``form_malformed`` for any other.
    """
    if step == "fill":
        return replace(_filled(typed, SCALES.get(typed.scale, scheme.scale)), scale=OWN_SCALE)
    known = _STEP.fullmatch(step)
    if known is None:
        raise DomainError("form_malformed")
    table, act, row = known[1], known[2], int(known[3] or 0) - 1
    if table == "grade":
        rows = _moved(typed.grades, act, row, TypedGrade(), MAX_GRADES)
        return replace(typed, grades=rows, scale=OWN_SCALE)
    items = _in_order(typed.items)
    place = items.index(typed.items[row]) if 0 <= row < len(items) else row
    moved = _moved(items, act, place, TypedItem(), MAX_ITEMS)
    return replace(typed, items=[replace(item, place=str(at)) for at, item in enumerate(moved, 1)])


def _in_order(items: Sequence[TypedItem]) -> list[TypedItem]:
    """Return items as their numbers say, or as they stand where one is no number."""
    try:
        return [items[place] for place in reordered([typed_whole(item.place, MAX_PLACE, "序号") for item in items])]
    except DomainError:
        return list(items)


def _moved(rows: Sequence[Row], act: str, row: int, empty: Row, most: int) -> list[Row]:
    moved = list(rows)
    if act == "add":
        return [*moved, empty][: max(most, len(moved))]
    other = row + {"up": -1, "down": 1, "out": 0}[act]
    if not (0 <= row < len(moved) and 0 <= other < len(moved)):
        return moved
    if act == "out":
        del moved[row]
    else:
        moved[row], moved[other] = moved[other], moved[row]
    return moved


def form_edit(typed: TypedForm) -> FormEdit:
    """Return what is to be saved; DomainError names the field by ``at``."""
    if not typed.title:
        raise DomainError("form_title_missing", at="title")
    filled = [item for item in typed.items if item.label]
    order = reordered([typed_whole(item.place, MAX_PLACE, "序号") for item in filled])
    return FormEdit(
        title=typed.title[:80],
        scale=typed.scale,
        items=[_item(filled[place], typed.items.index(filled[place]) + 1) for place in order],
        remarks=typed.remarks,
        own_scale=_scale(typed) if typed.scale == OWN_SCALE else None,
        top=_top(typed.top),
        limits=[_limit(row, at) for at, row in enumerate(typed.limits, 1) if row.grades or row.most],
        self_cell=typed.self_cell,
    )


def _top(typed: str) -> int:
    text = plain_number(typed)
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        raise DomainError("field_not_a_number", field="计入满意率的等次", low=1, high=MAX_GRADES - 1, at="top")
    return int(text)


def _limit(row: TypedLimit, at: int) -> LimitEdit:
    most, found = _most(row.most, f"most-{at}"), _RANGE.fullmatch(unicodedata.normalize("NFKC", row.grades))
    points = (Fraction(found[1]), Fraction(found[2])) if found else ()
    return LimitEdit(() if found else _SLASH.split(row.grades), most, row.item, f"limit-{at}", points)


def _most(typed: str, at: str) -> Fraction:
    """Return how many objects a limit allows: a whole number from 1, or a part below all of them."""
    text = unicodedata.normalize("NFKC", typed)
    if text.isdecimal() and text.isascii() and len(text) <= _DIGITS and 1 <= int(text) <= MAX_UNITS:
        return Fraction(int(text))
    with suppress(DomainError):
        part = parse_ratio(text, "限额") if "/" in text or "%" in text else Fraction(0)
        if 0 < part < 1:
            return part
    raise DomainError("limit_most_malformed", at=at)


def _item(row: TypedItem, at: int) -> Item:
    score = _item_score(row, at)
    words = tuple(_SLASH.split(row.labels.strip())) if row.labels.strip() else ()
    scored = [_SCORED.fullmatch(unicodedata.normalize("NFKC", word)) for word in words]
    grades = tuple(Grade(clean_name(one[1]), int(one[2]), int(one[2]) >= PASS) for one in scored if one)
    if grades and len(grades) != len(words):
        raise DomainError("form_grades_mixed", name=row.label, at=f"item-{at}")
    top, weight = _item_top(row, at), _item_weight(row, at)
    return Item(
        row.key[:40], row.label, row.overall, () if grades else words, grades, top, weight, score, row.heading.strip()
    )


def _item_score(row: TypedItem, at: int) -> Score | None:
    """Return the points of an item; nothing typed for the most is a hundred. What they may be is asked of the form."""
    if not row.decimals:
        return None
    decimals, most, trim = (unicodedata.normalize("NFKC", text.strip()) for text in (row.decimals, row.most, row.trim))
    if not _WHOLE.fullmatch(most or "0"):
        raise DomainError("form_score_most", name=row.label, most=MAX_POINTS, at=f"most-points-{at}")
    if not _WHOLE.fullmatch(trim or "0"):
        raise DomainError("form_score_trim", name=row.label, most=MOST_TRIMMED, at=f"trim-{at}")
    if decimals not in {"0", "1"}:
        raise DomainError("form_score_decimals", name=row.label, at=f"item-{at}")
    return Score(int(most or MAX_POINTS), int(decimals), int(trim or 0))


def _item_top(row: TypedItem, at: int) -> int:
    text = plain_number(row.top)
    if text and not (text.isascii() and text.isdigit() and len(text) == 1 and text != "0"):
        raise DomainError("field_not_a_number", field="算满意", low=1, high=MAX_GRADES - 1, at=f"top-{at}")
    return int(text or 0)


def _item_weight(row: TypedItem, at: int) -> Fraction:
    text = unicodedata.normalize("NFKC", row.weight.strip()).removesuffix("%")
    if not text:
        return Fraction(1)
    if not _WEIGHT.fullmatch(text):
        raise DomainError("form_item_weight", name=row.label, most=MAX_WEIGHT, at=f"weight-{at}")
    return Fraction(text)


def _scale(typed: TypedForm) -> Scale:
    """Return the typed scale, not checked yet; rows at its end that are empty do not count."""
    rows = list(typed.grades)
    while rows and not (rows[-1].label or rows[-1].score):
        rows.pop()
    grades = [Grade(clean_name(row.label), _score(row, at), row.positive) for at, row in enumerate(rows, 1)]
    words = (clean_name(word) or None for word in (typed.unknown, typed.abstain))
    return Scale(OWN_SCALE, tuple(grades), *words)


def _score(row: TypedGrade, at: int) -> int:
    text = plain_number(row.score)
    digits = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if not digits or int(text) > MAX_SCORE:
        raise DomainError("scale_score_range", at=f"score-{at}", word=row.label or str(at))
    return int(text)
