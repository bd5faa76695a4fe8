"""The workbook of sections: what is set up in a campaign, or what a round asks about, to be changed and uploaded."""

from collections.abc import Sequence
from typing import Final

import xlsxwriter

from app.campaigns.domain import Objects
from app.campaigns.list_table import joined
from app.campaigns.names import english_of
from app.campaigns.reads import CampaignView, SectionView, get_campaign
from app.campaigns.sections_listing import LISTING, SHEETS, SORTS
from app.campaigns.workbook_template import NO_DATE, SheetWriter
from app.office.bench import Bench, Made
from app.office.books import written
from app.office.language import _, language_of_file, written_in
from app.office.sheets.listings import in_both

_COLUMNS: Final = {key: heading for key, heading in LISTING.headings.items() if key not in LISTING.unsaved}

Line = dict[str, str | int]
"""What stands in a row, by the keys of its columns."""


def template(bench: Bench) -> Made:
    """Make the workbook of a campaign's sections, in the workshop."""
    with bench.reading() as session:
        campaign = get_campaign(session, bench.arguments["campaign"])
    with written_in(bench.language):
        return sections_file(lines_of_campaign(campaign))


def sections_file(lines: Sequence[Line]) -> Made:
    """Return the workbook of these rows with the name of its file."""
    return Made(sections_xlsx(lines), _("分表和测评对象.xlsx"))


def sections_xlsx(lines: Sequence[Line]) -> bytes:
    """Return the workbook of these rows; every text is a string cell, never a formula or a link (SEC-59)."""

    def fill(book: xlsxwriter.Workbook) -> None:
        book.set_properties({"created": NO_DATE})
        note = _(
            "每行一个测评对象，先后就是票上的先后。分表、对象种类、测评表写在每张分表的第一行，以下可以空着。"
            "不参评的类别写参评人员类别的名称，多个用“、”隔开。"
        )
        SheetWriter(book, in_both(SHEETS), _COLUMNS, note).fill(lines)

    return written(fill)


def line(section: tuple[str, Objects, str], words: Sequence[str] = ("", "", "", ""), leaves_out: str = "") -> Line:
    """Return a row: noun, sort and form of a section; name, class, position and responsible unit of an object.

    ``leaves_out``: the groups that do not rate it, as a cell. A list may go to another campaign, which knows what was
    typed here by no English: of names only those that ship are said in the language of the file.
    """
    noun, sort, form = section
    name, object_class, duty, responsible = words
    return {
        "section": noun,
        "objects": _(in_both(SORTS[sort])),
        "form": (english_of({}, form) if language_of_file() == "en" else "") or form,
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
            joined([group.name for group in campaign.groups if unit.id in group.left_out], groups, _("、")),
        )
        for unit in campaign.of_section(section.id)
    ]
    return rows or [line(named)]
