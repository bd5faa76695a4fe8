"""The root of the box stands in the footer of whatever is made of a result, short enough to be read aloud."""

import io
import subprocess
import zipfile

import openpyxl
import pytest
import sqlalchemy as sa

from app.core.db import Database
from app.core.signs import signs_of
from app.publication.editions import Published
from app.publication.models import ResultSignature
from app.reports.brief import brief
from app.reports.fields import ReportKind
from app.reports.letters import feedback_letters
from app.reports.notice import notice
from app.reports.scrutiny import Particulars, scrutiny_report
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.models import BoxRoot
from tests.publication import counted
from tests.publication.test_signing import ROOT, store_published
from tests.reports import hostile_words as hostile
from tests.reports.printed import CODE, NOW, make_result, open_word, text_of

SIGNS = signs_of(ROOT)


@pytest.fixture(scope="module")
def result() -> Published:
    return make_result(root=ROOT.hex())


def footer_of(word: bytes) -> str:
    return str(open_word(word).sections[0].footer.paragraphs[0].text)


def pdf_text(content: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def survey(result: Published, template: bytes | None = None) -> bytes:
    return survey_report(result, template, counted.make_paper(), Particulars(), NOW)


def test_it_works_in_word(result: Published) -> None:
    assert f"核验码：{CODE}　　票箱指纹：{SIGNS}　　" in footer_of(survey(result))
    scrutiny = scrutiny_report(result, None, Particulars(), NOW)
    assert SIGNS in footer_of(scrutiny)
    assert "清点人、持钥匙人" in text_of(open_word(scrutiny))
    assert f"“{SIGNS}”" in text_of(open_word(scrutiny))
    assert ROOT.hex() in text_of(open_word(scrutiny)).replace(" ", "")
    letters = zipfile.ZipFile(io.BytesIO(feedback_letters(result, None, NOW)))
    assert {SIGNS in footer_of(letters.read(name)) for name in letters.namelist()} == {True}


def test_a_template_from_before_has_it_behind_the_code(result: Published) -> None:
    old = hostile.changed("word/footer1.xml", lambda xml: xml.replace("　　票箱指纹：{{ 票箱指纹 }}", ""))
    assert f"核验码：{CODE}（票箱指纹：{SIGNS}）" in footer_of(survey(result, old))
    bare = hostile.without("票箱指纹", ReportKind.LETTER)
    letters = zipfile.ZipFile(io.BytesIO(feedback_letters(result, bare, NOW)))
    assert {f"（票箱指纹：{SIGNS}）" in footer_of(letters.read(name)) for name in letters.namelist()} == {True}


def test_it_works_in_the_workbook_and_on_both_pdfs(database: Database) -> None:
    round_id = store_published(database, "leaders", "public")
    with database.reading() as session:
        result, bands = counted.result_for(session, round_id), counted.bands_for(session, round_id)
    book = openpyxl.load_workbook(io.BytesIO(result_workbook(result)))
    assert {SIGNS in (sheet.oddFooter.left.text or "") for sheet in book.worksheets} == {True}
    assert any(SIGNS in str(row[1]) and ROOT.hex() in str(row[1]) for row in book["汇总"].iter_rows(values_only=True))
    for page in (brief(result), notice(bands, "http://a.example")):
        assert f"票箱指纹 {SIGNS}" in pdf_text(page)


def test_a_box_from_before_has_none(database: Database) -> None:
    round_id = store_published(database)
    with database.writing() as session:
        session.execute(sa.delete(BoxRoot))
        session.execute(sa.delete(ResultSignature))
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    assert "票箱指纹：无" in footer_of(survey(result))
    assert "票箱指纹" not in text_of(open_word(scrutiny_report(result, None, Particulars(), NOW)))
    assert "票箱指纹" not in pdf_text(brief(result))
