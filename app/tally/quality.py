"""Notes on the quality of a result: neutral, about sums from k on, never about one sheet."""

from fractions import Fraction

from app.campaigns.domain import Scheme
from app.tally.assess import Outcome, Round
from app.tally.counting import UnitCount
from app.tally.disclosure import EXACT_FROM, View, is_near_uniform
from app.tally.shown import Note
from app.tally.wording import ALIKE_TEXT, UNIFORM_TEXT, uneven_text, unknown_text


def unit_notes(scheme: Scheme, overall: Outcome, count: UnitCount) -> list[Note]:
    """Note a high 不了解率, one grade throughout, or many sheets that are alike."""
    if overall.view is View.HIDDEN:
        return []
    total = overall.total
    notes: list[Note] = []
    if total.share_of_answers(total.unknown) > scheme.gates.unknown_warning:
        notes.append({"code": "unknown_high", "text": unknown_text(scheme)})
    if is_near_uniform(total):
        notes.append({"code": "uniform", "text": UNIFORM_TEXT})
    elif _many_alike(scheme, count):
        notes.append({"code": "identical_sheets", "text": ALIKE_TEXT})
    return notes


def _many_alike(scheme: Scheme, count: UnitCount) -> bool:
    enough = count.sheets >= EXACT_FROM and count.alike >= scheme.k
    return enough and Fraction(count.alike, count.sheets) >= scheme.gates.alike_warning


def uneven_groups(here: Round) -> list[Note]:
    """Note voter groups whose part of the returned ballots lies far from their part of those expected.

    Works from what the counting chain shows, so it tells nothing new of a group that is not shown.
    """
    total, limit = here.chain.total, here.paper.scheme.gates.uneven_warning
    if here.rules.unseen or not total.returned or not total.expected:
        return []
    far = []
    for group in here.paper.groups:
        chain = here.chain.group(group.id)
        lies = Fraction(chain.returned, total.returned) - Fraction(chain.expected, total.expected)
        if abs(lies) > limit:
            far.append(group.name)
    return [{"code": "groups_uneven", "text": uneven_text(far)}] if far else []
