"""Drawing on finished pages."""

import pytest

from app.office.pdf_overlay import Ink, overlay
from app.office.qr import qr_grid
from app.office.typesetting import pdf
from tests import pdf_pages

BASE = pdf("#set page(width: 100mm, height: 50mm, margin: 0mm)\nFIXED", {})


def make_ink(signs: str) -> Ink:
    ink = Ink(100, 50)
    ink.typeset(0, 0, 50)
    ink.text(signs, 10, 20, 12, advance=4)
    ink.qr(qr_grid("x"), 60, 10, 20)
    return ink


def test_it_draws_on_copies_of_a_page() -> None:
    document = overlay(BASE, [make_ink("FIRST"), make_ink("SECOND")], "标题")
    pages = [pdf_pages.text(document, "-f", n, "-l", n).split() for n in ("1", "2")]
    assert pages == [["FIXED", "FIRST"], ["FIXED", "SECOND"]]
    assert pdf_pages.reader(document).metadata == {"/Title": "标题"}


def test_signs_stand_where_they_were_put() -> None:
    document = overlay(BASE, [make_ink("AB")], "")
    assert 'xMin="28.3' in pdf_pages.text(document, "-bbox").replace("\n", " ")


def test_spacing_does_not_reach_the_typeset_part() -> None:
    twice = make_ink("AB")
    twice.typeset(0, 0, 60)
    assert pdf_pages.text(overlay(BASE, [twice], "")).split().count("FIXED") == 2


def test_brackets_and_backslashes_are_text() -> None:
    document = overlay(BASE, [make_ink(r"a(b)\c")], "")
    assert r"a(b)\c" in pdf_pages.text(document)


def test_it_refuses_signs_the_font_part_does_not_cover() -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Ink(100, 50).text("满意", 0, 0, 10)
