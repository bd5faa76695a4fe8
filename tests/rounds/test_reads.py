"""The text of a frozen paper: sections of objects and items; papers of the first format are read as they were."""

import json

import pytest
from pydantic import TypeAdapter

from app.rounds.domain import Paper
from app.rounds.reads import paper_text, parse_paper
from tests.factories import make_paper


def test_it_works() -> None:
    paper = make_paper(4, 2, shuffle_units=True)
    text = paper_text(paper)
    assert parse_paper(text) == paper
    fields = json.loads(text)
    assert fields["format"] == 2
    (section,) = fields["sections"]
    assert [unit["id"] for unit in section["objects"]] == ["u0", "u1", "u2", "u3"]
    assert len(section["items"]) == 2
    assert not {"units", "items"} & fields.keys()


def test_a_paper_of_the_first_format_is_read_as_it_was_frozen() -> None:
    paper = make_paper()
    assert parse_paper(TypeAdapter(Paper).dump_json(paper).decode()) == paper


def test_it_refuses_more_sections_than_it_knows() -> None:
    fields = json.loads(paper_text(make_paper()))
    with pytest.raises(ValueError, match="too many"):
        parse_paper(json.dumps({**fields, "sections": fields["sections"] * 2}))
