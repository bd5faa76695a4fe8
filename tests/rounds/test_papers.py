"""The text of a frozen paper: sections of objects and items; papers of the first format are read as they were."""

import json
from dataclasses import replace

import pytest

from app.campaigns.domain import Formula, Grade, Item, Objects, Scale, Scheme
from app.core.errors import DomainError
from app.rounds.domain import PaperSection, PaperUnit
from app.rounds.papers import paper_text, parse_paper
from tests.factories import make_paper


def test_it_works() -> None:
    paper = make_paper(4, 2, shuffle_units=True)
    text = paper_text(paper)
    assert parse_paper(text) == paper
    fields = json.loads(text)
    assert fields["format"] == 2
    (section,) = fields["sections"]
    assert [unit["id"] for unit in section["objects"]] == ["u0", "u1", "u2", "u3"]
    assert (len(section["items"]), section["form_title"], section["kind"]) == (2, paper.section.form_title, "unit")
    assert not {"units", "items", "form_title", "parts"} & fields.keys()


def test_papers_of_older_formats_are_read_as_they_were_frozen() -> None:
    paper = make_paper(4, 2)
    fields = json.loads(paper_text(paper))
    (section,) = fields.pop("sections")
    del fields["format"]
    older = {**fields, "form_title": section["form_title"]}
    objects, items = section["objects"], section["items"]
    assert parse_paper(json.dumps({**older, "units": objects, "items": items})) == paper
    assert parse_paper(json.dumps({**older, "format": 2, "sections": [{"objects": objects, "items": items}]})) == paper


def test_several_sections_are_read_as_they_were_frozen() -> None:
    paper = make_paper(2, 3)
    yes_no = Scale("yes_no", (Grade("同意", 100, positive=True), Grade("不同意", 0, positive=False)))
    scheme = Scheme(yes_no, formula=Formula(1), k=99)
    second = PaperSection(
        "工作报告", (Item("x", "总体"),), (PaperUnit("d", "报告"),), "report", "文件", Objects.DOCUMENT, scheme
    )
    paper = replace(paper, parts=(*paper.parts, second))
    assert parse_paper(paper_text(paper)) == paper
    first, last = paper.sections
    assert (first.scheme, last.scheme.scale, last.scheme.k) == (paper.scheme, yes_no, paper.scheme.k)
    assert (last.first, last.start, last.end, paper.cells) == (2, 6, 7, 7)
    assert [paper.section_at(place).key for place in range(3)] == ["main", "main", "report"]
    assert paper.rated_by("staff") == (1, 2)
    with pytest.raises(DomainError, match="sections_several"):
        _ = paper.section
