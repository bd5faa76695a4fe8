"""What a round asks about, as the workbook from which sections are imported."""

from app.campaigns.list_table import joined
from app.campaigns.sections_template import Line, line, sections_file
from app.office.bench import Bench, Made
from app.office.language import _, written_in
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper


def objects(bench: Bench) -> Made:
    """Make the workbook of a frozen round's objects, in the workshop."""
    with bench.reading() as session:
        paper, _ = frozen_paper(session, bench.arguments["round"])
    with written_in(bench.language):
        return sections_file(lines_of(paper))


def lines_of(paper: Paper) -> list[Line]:
    """Return a row for every object of a paper, in its order."""
    groups = [group.name for group in paper.groups]
    return [
        line(
            (section.noun, section.objects, section.form_title),
            (unit.name, unit.object_class, unit.duty, unit.responsible),
            joined([group.name for group in paper.groups if unit.id in group.left_out], groups, _("、")),
        )
        for section in paper.sections
        for unit in section.units
    ]
