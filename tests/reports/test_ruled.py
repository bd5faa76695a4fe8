"""No English word is broken in a table: measured with the widths of a font that is as wide as Times New Roman."""

import io
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import docx
import matplotlib as mpl
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from fontTools.ttLib import TTFont

from app.campaigns.kinds import KINDS, Kind
from app.reports.beside import said_of_each
from app.reports.brief import brief
from app.reports.language import written_in
from app.reports.letters import feedback_letters
from app.reports.notice import notice
from app.reports.scrutiny import Particulars, scrutiny_report
from app.reports.word import survey_report
from app.rounds.english import spoken
from tests.reports.printed import NOW
from tests.reports.test_english_files import before_of, beside_of, english_paper, in_bands, opened, results_of

FONT = TTFont(Path(mpl.get_data_path()) / "fonts/ttf/STIXGeneral.ttf")
WORD = re.compile("[A-Za-zÀ-ÿ'’().,:;!?]*[A-Za-z]{3}[A-Za-zÀ-ÿ'’().,:;!?]*")
MARGINS = 80
DXA_PER_POINT = 20


def width_of(word: str, points: float) -> float:
    """Return how many twentieths of a point a word takes."""
    advance = float(sum(advance_of(sign) for sign in word))
    return advance / float(FONT["head"].unitsPerEm) * points * DXA_PER_POINT


@cache
def advance_of(sign: str) -> int:
    advance: int = FONT["hmtx"][FONT.getBestCmap()[ord(sign)]][0]
    return advance


def points_of(word: WordDocument) -> dict[str, float]:
    """Return the sizes of type of a document's styles."""
    sizes = {style.style_id: style.element.find(f".//{qn('w:sz')}") for style in word.styles}
    return {name: int(size.get(qn("w:val"))) / 2 for name, size in sizes.items() if size is not None}


def broken(content: bytes) -> Iterator[str]:
    """Yield the words of a document's tables that are wider than their cells."""
    word = docx.Document(io.BytesIO(content))
    sizes = points_of(word)
    for cell in word.element.body.iter(qn("w:tc")):
        width = int(cell.find(f".//{qn('w:tcW')}").get(qn("w:w"))) - MARGINS
        points = sizes[cell.find(f".//{qn('w:pStyle')}").get(qn("w:val"))]
        for text in (text.text or "" for text in cell.iter(qn("w:t"))):
            yield from (each for each in WORD.findall(text) if width_of(each, points) > width)


BOX = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)')
SLACK = 1.0


def overlaid(pdf: bytes) -> list[tuple[str, str]]:
    """Return the words of a PDF that stand over each other."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    found = []
    for page in done.stdout.decode().split("<page ")[1:]:
        boxes = [(*map(float, box[:4]), box[4]) for box in BOX.findall(page)]
        found += [(one[4], two[4]) for at, one in enumerate(boxes) for two in boxes[at + 1 :] if _over(one, two)]
    return found


def _over(one: tuple[float, ...], two: tuple[float, ...]) -> bool:
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    return across > SLACK and down > (one[3] - one[1]) / 2


KIND = pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])


@KIND
def test_no_word_of_a_report_is_broken(kind: Kind) -> None:
    paper = english_paper(kind)
    for result in results_of(kind):
        told = Particulars(composites=beside_of(result), previous=before_of(result))
        with written_in("en", paper.english):
            letters = opened(feedback_letters(result, None, NOW, said_of_each(told.composites)))
            survey = survey_report(result, None, spoken(paper, "en"), told, NOW)
            scrutiny = scrutiny_report(result, None, told, NOW)
        for made in (survey, scrutiny, *letters.values()):
            assert list(broken(made)) == []


@KIND
def test_no_word_of_a_brief_or_notice_stands_over_another(kind: Kind) -> None:
    paper = english_paper(kind)
    *_few, result = results_of(kind)
    with written_in("en", paper.english):
        made = [brief(result, beside_of(result)), notice(in_bands(result), "http://127.0.0.1", beside_of(result))]
    assert [overlaid(each) for each in made] == [[], []]


def test_a_table_keeps_its_width() -> None:
    paper = english_paper(KINDS["campaign"])
    *_few, result = results_of(KINDS["campaign"])
    for language in ("zh", "en"):
        with written_in(language, paper.english):
            made = next(iter(opened(feedback_letters(result, None, NOW)).values()))
        for table in docx.Document(io.BytesIO(made)).element.body.iter(qn("w:tbl")):
            widths = [int(column.get(qn("w:w"))) for column in table.iter(qn("w:gridCol"))]
            assert sum(widths) == pytest.approx(156 / 25.4 * 1440, abs=len(widths))
