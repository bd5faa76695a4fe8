"""The workbook of sections: what is set up in a campaign, or what a round asks about, to be changed and uploaded."""

from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

from app.campaigns.both_names import BothNames
from app.campaigns.domain import Objects
from app.campaigns.names import english_of
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.section_names import names_of
from app.campaigns.sections_listing import LISTING, SHEETS, SORTS
from app.campaigns.workbook_template import NO_DATE, SheetWriter, columns_of, in_a_cell, name_cells
from app.office.bench import Bench, Made
from app.office.books import written
from app.office.language import _, language_of_file, written_in
from app.office.sheets.listings import in_both

Line = dict[str, str | int]
"""What stands in a row, by the keys of its columns."""


@dataclass(frozen=True, slots=True)
class ObjectWords:
    """What a row says of an object: its name in both languages, class, position, responsible unit."""

    name: str
    english: str
    object_class: str = ""
    duty: str = ""
    responsible: str = ""


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
        columns = {key: heading for key, heading in columns_of(LISTING).items() if key not in LISTING.unsaved}
        SheetWriter(book, in_both(SHEETS), columns, note).fill(lines)

    return written(fill)


def line(section: tuple[str, Objects, str], words: ObjectWords | None = None, leaves_out: str = "") -> Line:
    """Return a row: noun, sort and form of a section, an object of it, the groups that do not rate that, as a cell."""
    noun, sort, form = section
    told = words or ObjectWords("", "")
    return {
        "section": noun,
        "objects": _(in_both(SORTS[sort])),
        "form": (english_of({}, form) if language_of_file() == "en" else "") or form,
        **name_cells(told.name, told.english),
        "class": told.object_class,
        "duty": told.duty,
        "responsible": told.responsible,
        "leaves_out": leaves_out,
    }


def lines_of_campaign(campaign: CampaignView) -> list[Line]:
    """Return a row for everything that is rated in a section; one without for a section that has nothing yet.

    The campaign knows its names by their English again, so that a file in English says them so.
    """
    own, names = campaign.english, names_of(campaign)
    is_english = language_of_file() == "en"

    def told(both: BothNames, name: str) -> str:
        return both.written(name, english_of(own, name)) if is_english else name

    left_out = in_a_cell({group.name: english_of(own, group.name) for group in campaign.groups})
    titles, lines = {form.key: form.title for form in campaign.forms}, list[Line]()
    for section in campaign.sections:
        form = told(names.forms, titles.get(section.form_key, ""))
        head = told(names.nouns, section.noun), section.objects, form
        units = campaign.of_section(section.id)
        lines += [] if units else [line(head)]
        for unit in units:
            beside = (told(names.words, text) for text in (unit.duty, unit.responsible))
            words = ObjectWords(unit.name, english_of(own, unit.name), unit.object_class, *beside)
            lines.append(line(head, words, left_out([g.name for g in campaign.groups if unit.id in g.left_out])))
    return lines
