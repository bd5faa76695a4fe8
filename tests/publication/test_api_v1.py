"""Programs of the first interface: results in the first shape go on byte for byte, of all rounds that it can say."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.core.db import Database
from app.publication.domain import Scope
from app.publication.models import ResultVersion
from app.tally.document import canonical_json, text_digest
from app.tally.flat import SINCE_RULES, flattened, lifted
from tests.publication import counted
from tests.publication.test_api import FIRST, Program, name_units, program
from tests.tally.cast import Json, section_of

FILES = Path(__file__).parent / "first_shape"
"""A result stored in the first shape, and what programs were answered of it."""
ROUND = "aroundofshape1"
CODE = "ABCDEFGHJKMN"


@pytest.fixture
def text() -> str:
    """A document as it was stored."""
    return (FILES / "stored.json").read_text()


def store(database: Database, text: str) -> None:
    """Store a round of two units that is released to everybody, with that text as its result."""
    paper = counted.make_paper(("县文化馆", "县图书馆"), round_id=ROUND)
    counted.store_counted(database, counted.make_votes(paper))
    with database.writing() as session:
        row = session.scalars(sa.select(ResultVersion)).one()
        row.document, row.digest, row.code = text, text_digest(canonical_json(json.loads(text))), CODE
    for scope in ("leaders", "unit", "public"):
        counted.release(database, ROUND, scope)
    name_units(database, ROUND, "u1")


def reader_of(client: TestClient, database: Database, scope: Scope) -> Program:
    return program(client, database, scope, *(["u1"] if scope is Scope.UNIT else []))


@pytest.mark.parametrize("scope", [Scope.LEADERS, Scope.UNIT, Scope.PUBLIC])
def test_what_was_stored_in_it_is_answered_byte_for_byte(
    client: TestClient, database: Database, text: str, scope: Scope
) -> None:
    store(database, text)
    reader = reader_of(client, database, scope)
    for name, path in (("result", f"/{ROUND}"), ("unit", f"/{ROUND}/units/u1")):
        assert reader.ask(path, FIRST).content == (FILES / f"{scope.value}_{name}.json").read_bytes()
    with database.reading() as session:
        assert session.scalars(sa.select(ResultVersion.document)).one() == text


def test_it_is_lifted_when_it_is_read(client: TestClient, database: Database, text: str) -> None:
    store(database, text)
    reader = program(client, database, Scope.LEADERS)
    found, first = reader.read(f"/{ROUND}"), reader.read(f"/{ROUND}", FIRST)
    assert (found["document"]["version"], first["document"]["version"]) == (2, 1)
    assert section_of(found["document"])["targets"] == first["document"]["units"]
    assert found["digest"] == first["digest"] == text_digest(canonical_json(json.loads(text)))
    leader = counted.log_in(client, database, "leader")
    for page in ("", "/units/u1", "/export.xlsx", "/report.docx", "/brief.pdf", "/charts/returns.svg"):
        assert leader.get(f"/results/{ROUND}{page}").status_code == 200


def test_what_is_counted_now_is_answered_in_both(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(counted.make_paper(("县文化馆",)), 0.3))
    reader = program(client, database, Scope.LEADERS)
    found, first = reader.read(f"/{round_id}"), reader.read(f"/{round_id}", FIRST)
    assert found["document"]["version"] == 2
    assert canonical_json(first["document"]) == canonical_json(flattened(found["document"]))
    assert not [name for name in SINCE_RULES if f'"{name}":' in canonical_json(first["document"])]


@pytest.mark.parametrize("scope", [Scope.LEADERS, Scope.UNIT, Scope.PUBLIC])
def test_it_refuses_rounds_of_several_sections(client: TestClient, database: Database, text: str, scope: Scope) -> None:
    document: Json = lifted(json.loads(text))
    other = {**section_of(document), "key": "other", "noun": "项目"}
    store(database, canonical_json({**document, "sections": [*document["sections"], other]}))
    reader = reader_of(client, database, scope)
    assert [line["round_id"] for line in reader.read(api=FIRST)["results"]] == [ROUND]
    for path in (f"/{ROUND}", f"/{ROUND}/units/u1"):
        answer = reader.ask(path, FIRST)
        assert (answer.status_code, answer.json()["error"]) == (409, "needs_v2")
    assert [section["key"] for section in reader.read(f"/{ROUND}")["document"]["sections"]] == ["main", "other"]
    assert reader.read(f"/{ROUND}/sections/other/targets/u1")["target"]["id"] == "u1"
