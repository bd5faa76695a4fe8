"""Tables keep their width, and no word of a page stands over another; broken words: ``test_english_files``."""

import io
import re
import subprocess

import docx
import pytest
from docx.oxml.ns import qn

from app.campaigns.kinds import KINDS, Kind
from app.reports.brief import brief
from app.reports.language import written_in
from app.reports.letters import feedback_letters
from app.reports.notice import notice
from tests.reports.printed import NOW
from tests.reports.test_english_files import beside_of, english_paper, in_bands, opened, results_of

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
