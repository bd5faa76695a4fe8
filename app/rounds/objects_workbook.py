"""What a round asks about, as the workbook from which sections are imported."""

from app.campaigns.names import english_of
from app.campaigns.sections_template import Line, ObjectWords, line, sections_file
from app.campaigns.workbook_template import in_a_cell
from app.office.bench import Bench, Made
from app.office.language import written_in
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper


def objects(bench: Bench) -> Made:
    """Make the workbook of a frozen round's objects, in the workshop."""
    with bench.reading() as session:
        paper, _ = frozen_paper(session, bench.arguments["round"])
    with written_in(bench.language):
        return sections_file(lines_of(paper))


def lines_of(paper: Paper) -> list[Line]:
    """Return a row for every object of a paper, in its order.

    The list may go to another campaign, which knows by no English what was typed for this one: the objects' names stand
    in it in both languages, and all else as it is stored.
    """
    left_out = in_a_cell({group.name: "" for group in paper.groups})
    return [
        line(
            (section.noun, section.objects, section.form_title),
            ObjectWords(
                unit.name, english_of(paper.english, unit.name), unit.object_class, unit.duty, unit.responsible
            ),
            left_out([group.name for group in paper.groups if unit.id in group.left_out]),
        )
        for section in paper.sections
        for unit in section.units
    ]
