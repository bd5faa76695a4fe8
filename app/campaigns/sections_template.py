"""The workbook of sections: what is set up in a campaign, or what a round asks about, to be changed and uploaded."""

from collections.abc import Sequence
from typing import Final

import xlsxwriter

from app.campaigns.domain import Objects
from app.campaigns.list_table import joined
from app.campaigns.reads import CampaignView, SectionView, get_campaign
from app.campaigns.sections_listing import LISTING, SHEET, SORTS
from app.campaigns.workbook_template import NO_DATE, SheetWriter
from app.office.bench import Bench, Made
from app.office.books import written

FILE: Final = "分表和测评对象.xlsx"
_NOTE: Final = (
    "每行一个测评对象，先后就是票上的先后。分表、对象种类、测评表写在每张分表的第一行，以下可以空着。"
    "不参评的类别写参评人员类别的名称，多个用“、”隔开。"
)
_TITLES: Final = {key: titles for key, titles in LISTING.titles.items() if key not in LISTING.unsaved}
_WRITTEN: Final = {sort: word for word, sort in reversed(list(SORTS.items()))}

Line = dict[str, str | int]
"""What stands in a row, by the keys of its columns."""


def template(bench: Bench) -> Made:
    """Make the workbook of a campaign's sections, in the workshop."""
    with bench.reading() as session:
        campaign = get_campaign(session, bench.arguments["campaign"])
    return Made(sections_xlsx(lines_of_campaign(campaign)), FILE)


def sections_xlsx(lines: Sequence[Line]) -> bytes:
    """Return the workbook of these rows; every text is a string cell, never a formula or a link (SEC-59)."""

    def fill(book: xlsxwriter.Workbook) -> None:
        book.set_properties({"created": NO_DATE})
        SheetWriter(book, SHEET, _TITLES, _NOTE).fill(lines)

    return written(fill)


def line(section: tuple[str, Objects, str], words: Sequence[str] = ("", "", "", ""), leaves_out: str = "") -> Line:
    """Return a row: noun, sort and form of a section; name, class, position and responsible unit of an object.

    ``leaves_out``: the groups that do not rate it, as a cell.
    """
    noun, sort, form = section
    name, object_class, duty, responsible = words
    return {
        "section": noun,
        "objects": _WRITTEN[sort],
        "form": form,
        "name": name,
        "class": object_class,
        "duty": duty,
        "responsible": responsible,
        "leaves_out": leaves_out,
    }


def lines_of_campaign(campaign: CampaignView) -> list[Line]:
    """Return a row for everything that is rated in a section; one without for a section that has nothing yet."""
    return [each for section in campaign.sections for each in _lines_of(campaign, section)]


def _lines_of(campaign: CampaignView, section: SectionView) -> list[Line]:
    titles = {form.key: form.title for form in campaign.forms}
    groups = [group.name for group in campaign.groups]
    named = section.noun, section.objects, titles.get(section.form_key, "")
    rows = [
        line(
            named,
            (unit.name, unit.object_class, unit.duty, unit.responsible),
            joined([group.name for group in campaign.groups if unit.id in group.left_out], groups),
        )
        for unit in campaign.of_section(section.id)
    ]
    return rows or [line(named)]
