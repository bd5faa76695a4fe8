"""Whatever draws, typesets or writes files refuses to begin while its thread holds a transaction (SEC-72)."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.accounts.passwords import Passwords
from app.charts.palette import PAPER
from app.charts.sheet import Sheet
from app.core.db import Database
from app.office.books import written
from app.office.markup import Pictures
from app.office.pdf_overlay import Ink, overlay
from app.office.typesetting import pdf
from app.office.word_layout import blank_document
from app.office.workbook import read_workbook
from app.office.workshop import Craft, alone
from app.opinions.workbooks import template_xlsx
from app.publication.stored import Text
from app.reports.fields import FIELDS, ReportKind
from app.reports.templates import fill_template
from app.rounds.papers import paper_text, parse_paper
from tests.factories import make_paper

PAPER_TEXT = paper_text(make_paper(2, 2))
parse_paper(PAPER_TEXT)  # what is kept is refused as well: whether it still is would be luck
KIND = next(iter(ReportKind))
BOOK = template_xlsx()
TYPESET = pdf("#set page(width: 100mm, height: 50mm)", {})


def fill() -> bytes:
    """Fill the template of a report that ships."""
    return fill_template(KIND, None, {field.name: "" for field in FIELDS[KIND]}, Pictures(), datetime.now(UTC))


WORKS: dict[str, Callable[[], object]] = {
    "svg": lambda: Sheet(10, 10, PAPER).svg("", ""),
    "png": lambda: Sheet(10, 10, PAPER).png("", "", 96),
    "workbook": lambda: written(lambda book: book.add_worksheet()),
    "template": template_xlsx,
    "reading": lambda: read_workbook(BOOK),
    "pdf": lambda: pdf("#set page(width: 100mm, height: 50mm)", {}),
    "pages": lambda: overlay(TYPESET, [Ink(100, 50)], ""),
    "word": blank_document,
    "report": fill,
    "child": lambda: alone(Craft("tests.office.makers:echo"), b""),
    "paper": lambda: parse_paper(PAPER_TEXT),
    "result": Text('{"version": 2}', "").parsed,
    "password": lambda: Passwords().hash("Right-Horse-7", known=True),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
def test_nothing_computes_while_a_transaction_is_held(database: Database, work: Callable[[], object]) -> None:
    with database.engine.connect(), pytest.raises(RuntimeError, match="while a transaction is held"):
        work()
    assert work()
