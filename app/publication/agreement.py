"""Whether two rounds' figures may be compared at all: asked by the same form, on one scale, counted and judged alike.

Where all items are added up, both sums must be of the same items: one of too few answers is no part of its sum.

What they were made by stands in each result itself; nothing is asked of the campaigns as they are now.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, cast

from app.rounds.domain import Section as AskedSection
from app.tally.document import Section, Target
from app.tally.facts import formula_facts, item_facts, scale_facts, texts_of
from app.tally.quality import ITEMS_LEFT_OUT
from app.tally.shown import GradeFacts

DIFFERS: Final = "两次测评的{what}不同，不作比较"
"""Why nothing is compared; ``what`` names all that differs."""
Rating = tuple[Section, Target]
"""What came out of an object, with the section that it was rated in."""


def differing(one: Section, other: Section) -> tuple[str, ...]:
    """Return what differs between the ways in which two results were made; nothing where they may be compared."""
    asked, scales, counted, judged = (read(one) != read(other) for read in (_form, _scale, _formula, _rule))
    named = (("测评表", asked), ("等次", scales), ("计分口径", counted), ("判定规则", judged))
    return tuple(name for name, differs in named if differs)


def why_not(one: Rating, other: Rating) -> str:
    """Return the sentence that says why two results are not compared; empty where they may be."""
    return said(differing(one[0], other[0]), one[1], other[1])


def said(different: tuple[str, ...], one: Target, other: Target) -> str:
    """Return the same where it is known what differs between the sections of two results."""
    if not different and _left_out(one) != _left_out(other):
        different = ("计入各项合计的指标",)
    return DIFFERS.format(what="、".join(different)) if different else ""


def may_agree(one: AskedSection, other: AskedSection) -> bool:
    """Whether results of two sections of papers can have been made in one way; what was counted says whether they were.

    Documents of an earlier shape may say otherwise: they are asked as well (``why_not``).
    """
    return not differing(_facts(one), _facts(other))


def _facts(section: AskedSection) -> Section:
    told = {"items": item_facts(section), "scale": scale_facts(section), "formula": formula_facts(section)}
    return cast("Section", told)


def _left_out(target: Target) -> list[list[str]]:
    """Return which items are no part of all taken together; where no names are stored their sentence has them."""
    return [note.get("items", [note["text"]]) for note in target["notes"] if note["code"] == ITEMS_LEFT_OUT]


def _form(section: Section) -> object:
    return [(item["label"], item["overall"]) for item in section["items"]]


def _scale(section: Section) -> object:
    """Return what could be marked: on the scale, and of an item with grades of its own on these, or its points."""
    scale = section["scale"]
    common = _grades(scale["grades"])
    items = [(item["label"], _grades(item.get("grades", scale["grades"]))) for item in section["items"]]
    points = [(item["label"], *item["score"].values()) for item in section["items"] if "score" in item]
    return common, points, [item for item in items if item[1] != common], scale["unknown"], scale["abstain"]


def _grades(grades: Sequence[GradeFacts]) -> list[tuple[str, int, bool]]:
    return [(grade["label"], grade["score"], grade["positive"]) for grade in grades]


def _formula(section: Section) -> object:
    """Return what makes a figure: which grades over which base, which measure, weights of groups by their names.

    Of items how many grades count as satisfied, and which part each is of all taken together.
    """
    formula = section["formula"]
    weights = sorted((weight["name"], weight["text"]) for weight in formula["weights"])
    tops = [
        (item["label"], item["top"]) for item in section["items"] if item.get("top", formula["top"]) != formula["top"]
    ]
    counted = formula["top"], tops, str(formula["denominator"]), str(formula["measure"])
    return counted, weights, _parts(section)


def _parts(section: Section) -> list[Fraction]:
    """Return each item's part of the whole; nothing where all marks are taken as one."""
    weights = [Fraction(item["weight"]) for item in section["items"] if "weight" in item]
    return [weight / sum(weights) for weight in weights]


def _rule(section: Section) -> object:
    """Return the sentence that gave the words; of results from before there were rules what their lines say."""
    formula = section["formula"]
    own = [(item["label"], item["attention"], item["remedial"], item["dissatisfied"]) for item in formula["item_lines"]]
    said = formula["rule"]["text"] if "rule" in formula else texts_of(section)[1]
    return said, own
