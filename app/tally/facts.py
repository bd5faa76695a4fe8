"""What a result document says of the paper it rests on: round, scale, formula and lines; no figure is here."""

from collections.abc import Sequence
from fractions import Fraction

from app.campaigns.domain import (
    Denominator,
    Formula,
    Grade,
    Item,
    ItemLines,
    Lines,
    Measure,
    Scale,
    Scheme,
)
from app.campaigns.nouns import called
from app.campaigns.ratios import number_text
from app.campaigns.score import Score
from app.campaigns.sentences import (
    MEASURES,
    formula_text,
    item_points_text,
    item_rule_texts,
    rule_text,
    scheme_texts,
    share_text,
)
from app.campaigns.weighing import are_weighed
from app.rounds.domain import Paper, Section
from app.rounds.promise import promise_of
from app.tally.document import BandSection, FormItem, FormulaFacts, RoundFacts, ScaleFacts
from app.tally.document import Section as ShownSection
from app.tally.shown import GradeFacts, LineTexts, RuleFacts
from app.tally.wording import mark_text

_PERCENT = 100


def round_facts(paper: Paper) -> RoundFacts:
    """Return what the round is and how few answers are shown of it."""
    about: RoundFacts = {
        "id": paper.round_id,
        "organisation": paper.organisation,
        "campaign": paper.campaign,
        "title": paper.title,
        "rehearsal": paper.rehearsal,
        "k": paper.scheme.floor,
        "remark_k": paper.scheme.remark_k,
    }
    shown = paper.scheme.disclosure
    if not shown.announced:
        return about
    return {**about, "disclosure": {"kind": "announced", "extent": shown.extent, "text": promise_of(paper)}}


def scale_facts(section: Section) -> ScaleFacts:
    """Return the scale that the items were rated on."""
    scale = section.scheme.scale
    return {
        "key": scale.key,
        "grades": [] if all(item.score for item in section.items) else _grade_facts(scale.grades),
        "unknown": scale.unknown,
        "abstain": scale.abstain,
    }


def _grade_facts(grades: Sequence[Grade]) -> list[GradeFacts]:
    return [{"label": grade.label, "score": grade.score, "positive": grade.positive} for grade in grades]


def item_facts(section: Section) -> list[FormItem]:
    """Return what was asked of each object; what an item has of its own stands in forms whose items are weighed."""
    weighed = are_weighed(section.items)
    return [_item_facts(section, item, weighed=weighed) for item in section.items]


def _item_facts(section: Section, item: Item, *, weighed: bool) -> FormItem:
    facts: FormItem = {"key": item.key, "label": item.label, "overall": item.overall}
    if item.score:
        facts["score"] = {"most": item.score.most, "decimals": item.score.decimals, "trim": item.score.trim}
    if item.heading:
        facts["heading"] = item.heading
    if not weighed:
        return facts
    facts["weight"] = number_text(item.weight)
    if item.grades:
        facts["grades"] = _grade_facts(item.grades)
    if item.grades or item.top:
        facts["top"] = section.scheme_of(item).formula.top
    return facts


def formula_facts(section: Section) -> FormulaFacts:
    """Return how the figures are made and which rule gives the word."""
    scheme = section.scheme
    facts: FormulaFacts = {
        "text": called(section.objects, formula_text(scheme, section.items)),
        "top": scheme.formula.top,
        "denominator": scheme.formula.denominator,
        "measure": scheme.formula.measure,
        "measure_label": MEASURES[scheme.formula.measure],
        "item_lines": [
            {"key": item.key, "label": item.label, **_line_texts(scheme, lines)}
            for item in section.items
            if (lines := scheme.lines_of(item.key)) is not None
        ],
        "weights": [
            {"id": group.id, "name": group.name, "text": share_text(scheme.weights[group.id] / _PERCENT)}
            for group in section.groups
            if group.id in scheme.weights
        ],
        "rule": _rule_facts(section),
        "decimals": scheme.decimals,
    }
    return {**facts, "lines": _line_texts(scheme, scheme.lines)} if scheme.is_lined else facts


def _rule_facts(section: Section) -> RuleFacts:
    scheme = section.scheme
    return {
        "text": called(section.objects, rule_text(scheme)),
        "texts": list(section_texts(section)),
        "words": [
            {"text": word.text, "meaning": word.meaning, "consequence": word.consequence}
            for word in scheme.judged_by.words
        ],
    }


def section_texts(section: Section) -> tuple[str, ...]:
    """Return all that is printed of what a section obeys."""
    texts = scheme_texts(section.scheme, section.items, {group.id: group.name for group in section.groups})
    return tuple(called(section.objects, text) for text in texts)


def texts_of(section: ShownSection) -> list[str]:
    """Return what a result is printed with: formula and rule first, the rule of lines where it has no other."""
    formula = section["formula"]
    if "rule" in formula:
        return formula["rule"]["texts"]
    scheme = _lined_scheme(section)
    items = [Item(own["key"], own["label"]) for own in formula["item_lines"]]
    weights = "、".join(f"{weight['name']} {weight['text']}" for weight in formula["weights"])
    told = [f"类别权重：{weights}。"] if weights else []
    return [formula["text"], rule_text(scheme), *item_rule_texts(scheme, items), *told]


def trimmed_texts(section: ShownSection | BandSection) -> list[str]:
    """Return of which points the means are taken that are not taken of all: printed wherever the formula is."""
    scored = [(item["label"], item["score"]) for item in section.get("items", []) if "score" in item]
    return [item_points_text(label, Score(**score)) for label, score in scored if score["trim"]]


def _lined_scheme(section: ShownSection) -> Scheme:
    """Return the scheme of a result from before there were rules, as far as its lines need it."""
    formula, scale = section["formula"], section["scale"]
    grades = tuple(Grade(grade["label"], grade["score"], grade["positive"]) for grade in scale["grades"])
    return Scheme(
        scale=Scale(scale["key"], grades, scale["unknown"], scale["abstain"]),
        formula=Formula(formula["top"], Denominator(formula["denominator"]), Measure(formula["measure"])),
        lines=_lines_said(formula["lines"]),
        item_lines=tuple(ItemLines(own["key"], _lines_said(own)) for own in formula["item_lines"]),
    )


def _lines_said(texts: LineTexts) -> Lines:
    return Lines(part_of(texts["attention"]), part_of(texts["remedial"]), part_of(texts["dissatisfied"]))


def part_of(line: str) -> Fraction:
    """Return a line of a document, 80%, 2/3 or 80 分, as a part of 1."""
    number = line.removesuffix(" 分").removesuffix("%")
    return Fraction(number) / _PERCENT if number != line else Fraction(line)


def _line_texts(scheme: Scheme, lines: Lines) -> LineTexts:
    measure = scheme.formula.measure
    return {
        "attention": mark_text(lines.attention, measure),
        "remedial": mark_text(lines.remedial, measure),
        "dissatisfied": share_text(lines.dissatisfied),
    }
