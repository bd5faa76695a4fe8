"""PDF from a template and data."""

import re
import threading
from pathlib import Path

import pytest

from app.charts.sheet import Sheet
from app.core.printable import FACES, FONTS
from app.office.typesetting import pdf
from tests import pdf_pages
from tests.gb18030 import LEVEL_2

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set text(font: "Noto Sans SC")
#d.words
"""
HOSTILE = [
    "#panic()",
    "*x*",
    "$x$",
    '"]#read("/etc/passwd")',
    "\\#",
    "= x",
    "[x]",
    "/* x */",
    "{{7*7}}",
    "<script>",
    "'--",
]


def test_it_typesets_with_the_bundled_font() -> None:
    document = pdf(TEMPLATE, {"words": "满意度测评 Hello"})
    assert pdf_pages.text(document).strip() == "满意度测评 Hello"
    assert re.findall(rb"/BaseFont/[A-Z]+\+(\w+)", document)
    assert set(re.findall(rb"/BaseFont/[A-Z]+\+(\w+)", document)) == {b"NotoSansSC"}


def test_the_same_data_give_the_same_bytes() -> None:
    assert pdf(TEMPLATE, {"words": "甲"}) == pdf(TEMPLATE, {"words": "甲"})


@pytest.mark.parametrize("words", HOSTILE)
def test_data_are_never_markup(words: str) -> None:
    assert pdf_pages.text(pdf(TEMPLATE, {"words": words})).strip().replace(" ", "") == words.replace(" ", "")


def test_it_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    pdf(TEMPLATE, {"words": "甲"})
    assert not list(tmp_path.iterdir())


def test_threads_do_not_mix_their_data() -> None:
    made: dict[int, str] = {}

    def typeset(number: int) -> None:
        made[number] = pdf_pages.text(pdf(TEMPLATE, {"words": f"第{number}份"})).replace(" ", "").strip()

    threads = [threading.Thread(target=typeset, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {number: f"第{number}份" for number in range(8)}


def test_the_fonts_are_there() -> None:
    assert {path.name for path in FONTS.glob("*.otf")} == set(FACES)


def test_signs_without_a_glyph_become_a_mark_and_unseen_ones_go() -> None:
    words = "🎉办事\u200d大\u202e厅\x00"
    assert pdf_pages.text(pdf(TEMPLATE, {"words": words})).strip().replace(" ", "") == "〓办事大厅"


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_all_of_level_2_is_typeset(weight: str) -> None:
    """Every sign has a glyph of its own, and the file says which sign each glyph is."""
    signs = [chr(code) for code in sorted(LEVEL_2) if not chr(code).isspace()]
    template = TEMPLATE.replace('"Noto Sans SC"', f'"Noto Sans SC", weight: "{weight}"')
    lines = ["".join(signs[at : at + 20]) for at in range(0, len(signs), 20)]
    document = pdf(template.replace("d.words", "d.words.join(linebreak())"), {"words": lines})
    shown = pdf_pages.glyphs(document)
    assert len(shown) == len(signs)
    assert 0 not in shown
    assert set(signs) - set(pdf_pages.text(document)) == set()


def test_all_of_level_2_stands_in_a_drawing_on_a_page() -> None:
    """The briefs set drawings with text in them."""
    signs = [chr(code) for code in sorted(LEVEL_2) if not chr(code).isspace()]
    sheet = Sheet(1_000, 9_000)
    for row in range(0, len(signs), 50):
        sheet.text(0, 10 + row // 50 * 15, "".join(signs[row : row + 50]), "#000000")
    template = '#let d = json(bytes(sys.inputs.data))\n#image(bytes(d.svg), format: "svg", height: 20cm)'
    shown = pdf_pages.glyphs(pdf(template, {"svg": sheet.svg("题", "述")}))
    assert len(shown) >= len(signs)
    assert 0 not in shown


def test_a_sign_that_no_font_has_would_be_seen_here() -> None:
    """Were the check not asked, the box would stand on the page."""
    document = pdf(TEMPLATE.replace("d.words", "str.from-unicode(0x20000)"), {})
    assert 0 in pdf_pages.glyphs(document)
