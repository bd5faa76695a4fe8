"""Notes on the quality of a result: neutral, about sums from k on, never about one sheet."""

from fractions import Fraction
from typing import Final

from app.campaigns.disclosure import Extent
from app.campaigns.domain import Scheme
from app.campaigns.weighing import are_weighed
from app.rounds.domain import Paper, Section
from app.tally.assess import Part, Unit, counts
from app.tally.chain import Chain
from app.tally.disclosure import EXACT_FROM, View
from app.tally.figures import UnitCount
from app.tally.hiding import Rules, Sight
from app.tally.shown import Note
from app.tally.wording import ALIKE_TEXT, UNIFORM_TEXT, left_out_text, uneven_text, unknown_text

ITEMS_LEFT_OUT: Final = "items_left_out"
_NEAR_UNIFORM: Final = Fraction(98, 100)


def unit_notes(scheme: Scheme, unit: Unit, sight: Sight) -> list[Note]:
    """Note a high 不了解率, one grade throughout, or many sheets that are alike.

    Of an announced round no more than follows from what its extent tells anyway.
    """
    total = unit.overall.total
    told = not scheme.disclosure.announced or scheme.disclosure.extent is Extent.COUNTS
    if sight.view is View.HIDDEN or not told:
        return []
    notes: list[Note] = []
    if total.share_of_answers(total.unknown) > scheme.gates.unknown_warning:
        notes.append({"code": "unknown_high", "text": unknown_text(scheme)})
    if scheme.disclosure.announced:
        return notes
    if _is_near_uniform(unit.overall):
        notes.append({"code": "uniform", "text": UNIFORM_TEXT})
    elif _many_alike(scheme, unit.count):
        notes.append({"code": "identical_sheets", "text": ALIKE_TEXT})
    return notes


def left_out(section: Section, unit: Unit) -> list[Note]:
    """Name the items of too few answers that are no part of all items taken together."""
    if are_weighed(section.items) or any(item.overall for item in section.items):
        return []
    counted = [counts(section.scheme, part) for part in unit.items]
    names = [item.label for item, part_of in zip(section.items, counted, strict=True) if not part_of]
    return [items_left_out(names)] if any(counted) and names else []


def items_left_out(names: list[str]) -> Note:
    """Return the note on items that are no part of the sum of all."""
    return {"code": ITEMS_LEFT_OUT, "text": left_out_text(names), "items": names}


def _is_near_uniform(part: Part) -> bool:
    """Whether 98 % gave one grade, or all but one did; the same of all tables that must read alike."""
    return part.peak >= part.total.valid - 1 or part.peak >= _NEAR_UNIFORM * part.total.valid


def _many_alike(scheme: Scheme, count: UnitCount) -> bool:
    enough = count.sheets >= EXACT_FROM and count.alike >= scheme.floor
    return enough and Fraction(count.alike, count.sheets) >= scheme.gates.alike_warning


def uneven_groups(paper: Paper, chain: Chain, rules: Rules) -> list[Note]:
    """Note voter groups whose part of the returned ballots lies far from their part of those expected.

    Works from what the counting chain shows, so it tells nothing new of a group that is not shown.
    """
    total, limit = chain.total, paper.scheme.gates.uneven_warning
    if rules.unseen or not total.returned or not total.expected:
        return []
    far = []
    for group in paper.groups:
        own = chain.group(group.id)
        lies = Fraction(own.returned, total.returned) - Fraction(own.expected, total.expected)
        if abs(lies) > limit:
            far.append(group.name)
    return [{"code": "groups_uneven", "text": uneven_text(far)}] if far else []
