"""A paper as its page shows it: sections, units and what is asked of each (no I/O)."""

from dataclasses import dataclass

from app.booth import domain
from app.booth.domain import Sheet
from app.campaigns.domain import Item
from app.campaigns.score import Score
from app.rounds.domain import Section
from app.rounds.marks import steps_of


@dataclass(frozen=True, slots=True)
class PointsView:
    """Where points are asked: the field that they are typed into, and what stands in it."""

    field: str
    tenths_field: str
    score: Score
    value: str


@dataclass(frozen=True, slots=True)
class CellView:
    """An item of a unit on the page; ``heading`` is what it stands under, empty for most."""

    field: str
    heading: str
    label: str
    options: tuple[domain.Option, ...]
    columns: int
    mark: int
    missing: bool
    points: PointsView | None = None


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit on the page; ``duty`` and ``responsible`` are empty for most."""

    place: int
    name: str
    duty: str
    responsible: str
    cells: tuple[CellView, ...]
    remark_field: str
    remark: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section on the page; ``counted`` says in a sentence how many units, ``unknown`` is the mark 不了解."""

    noun: str
    form_title: str
    counted: str
    unknown: int | None
    units: tuple[UnitView, ...]


def section_view(sheet: Sheet, section: Section) -> SectionView:
    """Return a section as a voter is shown it."""
    counted, unknown = domain.COUNTED[section.objects], section.scheme.scale.unknown_mark
    return SectionView(section.noun, section.form_title, counted, unknown, _unit_views(sheet, section))


def _unit_views(sheet: Sheet, section: Section) -> tuple[UnitView, ...]:
    choices = [domain.options(section.scheme.scale, item, self_cell=section.self_cell) for item in section.items]
    columns = [_columns(*each) for each in zip(section.items, choices, strict=True)]
    return tuple(
        UnitView(
            section.first + place,
            section.units[place].name,
            section.units[place].duty,
            section.units[place].responsible,
            tuple(
                CellView(
                    domain.mark_field(section.first + place, section.place_of(at)),
                    item.heading,
                    item.label,
                    choices[at],
                    columns[at],
                    sheet.answers.marks[section.mark_of(place, at)],
                    (section.first + place, at) in sheet.missing,
                    _points_view(sheet, section, place, at),
                )
                for at, item in enumerate(section.items)
            ),
            domain.remark_field(section.first + place),
            sheet.answers.remarks.get(section.first + place, ""),
        )
        for place in section.rated_by(sheet.group_id)
    )


def _columns(item: Item, choices: tuple[domain.Option, ...]) -> int:
    """Return how many cells stand side by side; beside points there is room for more, as a row of no matrix has."""
    return len(choices) + 2 if item.score else domain.columns(choices)


def _points_view(sheet: Sheet, section: Section, unit: int, at: int) -> PointsView | None:
    score, first = section.items[at].score, section.place_of(at)
    if score is None:
        return None
    place, mark = section.first + unit, section.mark_of(unit, at)
    steps = steps_of(score, sheet.answers.marks[mark : mark + score.width])
    value = sheet.answers.typed.get((place, at), "") if steps is None else score.text(steps)
    tenths = domain.mark_field(place, first + 1) if score.decimals else ""
    return PointsView(domain.points_field(place, first), tenths, score, value)
