"""A paper in English: its names, where they have English ones, are frozen in it beside the Chinese (no I/O)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.campaigns.domain import Grade, Item, Scale, Scheme
from app.campaigns.names import english_of
from app.campaigns.result_names import result_names
from app.rounds.domain import Paper, PaperSection, PaperUnit


def with_english(paper: Paper, own: Mapping[str, str]) -> Paper:
    """Return the paper with the English of its names and of what it is judged by, of its campaign or as it ships."""
    judged = (name for scheme in (paper.scheme, *_own_schemes(paper)) for name in result_names(scheme))
    names = dict.fromkeys((*paper.names, *judged))
    return replace(paper, english={name: found for name in names if (found := english_of(own, name))})


def _own_schemes(paper: Paper) -> Iterator[Scheme]:
    return (part.own for part in paper.parts if part.own is not None)


def spoken(paper: Paper, language: str) -> Paper:
    """Return the paper as a reader of the language is shown it; what is not in English stays as it is printed."""
    if language != "en" or not paper.english:
        return paper

    def said(name: str) -> str:
        return paper.english.get(name, name)

    return replace(
        paper,
        campaign=said(paper.campaign),
        organisation=said(paper.organisation),
        title=said(paper.title),
        parts=tuple(_part(part, paper.english) for part in paper.parts),
        groups=tuple(replace(group, name=said(group.name)) for group in paper.groups),
        scheme=_scheme(paper.scheme, paper.english),
    )


def _part(part: PaperSection, english: Mapping[str, str]) -> PaperSection:
    return replace(
        part,
        form_title=english.get(part.form_title, part.form_title),
        noun=english.get(part.noun, part.noun),
        items=tuple(_item(item, english) for item in part.items),
        units=tuple(_unit(unit, english) for unit in part.units),
        own=None if part.own is None else _scheme(part.own, english),
    )


def _scheme(scheme: Scheme, english: Mapping[str, str]) -> Scheme:
    return replace(scheme, scale=_scale(scheme.scale, english))


def _unit(unit: PaperUnit, english: Mapping[str, str]) -> PaperUnit:
    name, duty, responsible = (english.get(word, word) for word in (unit.name, unit.duty, unit.responsible))
    return replace(unit, name=name, duty=duty, responsible=responsible)


def _item(item: Item, english: Mapping[str, str]) -> Item:
    label, heading, *labels = (english.get(name, name) for name in (item.label, item.heading, *item.labels))
    return replace(item, label=label, labels=tuple(labels), grades=_grades(item.grades, english), heading=heading)


def _grades(grades: tuple[Grade, ...], english: Mapping[str, str]) -> tuple[Grade, ...]:
    return tuple(Grade(english.get(grade.label, grade.label), grade.score, grade.positive) for grade in grades)


def _scale(scale: Scale, english: Mapping[str, str]) -> Scale:
    grades = _grades(scale.grades, english)
    unknown, abstain = (label and english.get(label, label) for label in (scale.unknown, scale.abstain))
    return Scale(scale.key, grades, unknown, abstain)
