"""Published results for the reports' tests, counted from invented stacks, and reading reports back with python-docx."""

import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import cycle, islice

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from app.publication.domain import Scope
from app.publication.editions import Published
from app.tally.chain import Chain, GroupChain
from app.tally.document import canonical_json, text_digest
from app.tally.result import result_document
from tests.publication.counted import WORDS, Votes, _stacks, make_votes
from tests.tally.cast import Json

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CODE = "ABCD-EFGH-JKMN"


def make_document(votes: Votes | None = None, remarks: Mapping[str, tuple[str, ...]] | None = None) -> Json:
    """Return the result document of a round; every unit has a dozen remarks unless others are given."""
    votes = votes or make_votes()
    stacks = {(str(row["unit_id"]), str(row["group_id"])): row["marks"] for row in _stacks(votes)}
    chain = Chain(
        tuple(
            GroupChain(group.id, group.expected, group.expected, votes.returned[group.id], votes.returned[group.id])
            for group in votes.paper.groups
        )
    )
    heard = {unit.id: tuple(islice(cycle(WORDS), votes.remarks)) for unit in votes.paper.units}
    document = result_document(votes.paper, stacks, chain, heard if remarks is None else remarks)  # type: ignore[arg-type]
    return json.loads(canonical_json(document))


def make_result(document: Json | None = None, scope: Scope = Scope.ORGANISERS, **changes: object) -> Published:
    """Return a published result with that document."""
    document = document or make_document()
    fields = {"round_id": document["round"]["id"], "digest": text_digest(canonical_json(document)), "published_at": NOW}
    return Published(**{**fields, "document": document, "scope": scope, "code": CODE, **changes})


def open_word(content: bytes) -> WordDocument:
    """Open a report."""
    return docx.Document(io.BytesIO(content))


def rows_under(word: WordDocument, caption: str) -> list[list[str]]:
    """Return the texts of the table that follows a caption, without its head."""
    elements = list(word.element.body.iterchildren())
    place = next(at for at, element in enumerate(elements) if _text(element) == caption)
    table = next(table for table in word.tables if table._tbl is elements[place + 1])
    return [_texts(row) for row in table._tbl.tr_lst][1:]


def _texts(row: object) -> list[str]:
    return [_text(cell) for cell in row.tc_lst]  # type: ignore[attr-defined]


def text_of(word: WordDocument) -> str:
    """Return every text of the body, one paragraph a line."""
    return "\n".join(_paragraphs(word))


def _paragraphs(word: WordDocument) -> Iterator[str]:
    for paragraph in word.element.body.iter(qn("w:p")):
        yield _text(paragraph)


def _text(element: BaseOxmlElement) -> str:
    return "".join(text.text or "" for text in element.iter(qn("w:t")))
