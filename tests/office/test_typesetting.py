"""PDF from a template and data."""

import re
import threading
from pathlib import Path

import pytest

from app.office.typesetting import FONTS, pdf, printable
from tests import pdf_pages

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
    assert {path.name for path in FONTS.glob("*.ttf")} >= {"NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"}


def test_signs_without_a_glyph_become_a_mark_and_unseen_ones_go() -> None:
    words = "🎉办事\u200d大\u202e厅\x00"
    assert pdf_pages.text(pdf(TEMPLATE, {"words": words})).strip().replace(" ", "") == "〓办事大厅"
    assert printable({"a": ["县\x0b", 1, ("乙\n", None)]}) == {"a": ["县", 1, ["乙\n", None]]}
