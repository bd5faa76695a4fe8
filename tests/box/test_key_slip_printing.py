"""Key slips can be read by people and by scanners."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.box.key_slip import KeySlip
from app.box.key_slip_printing import _fixed_part, key_slips_pdf
from app.box.shares import create_key, normalise_share
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from tests import pdf_pages

HOLDERS = ("张三", "李四", "欧阳王五")


def make_slips() -> list[KeySlip]:
    shares = create_key(2, 3, "round", token_bytes(32), token_bytes(16)).shares
    return [
        KeySlip("群众满意度测评 · 第一轮", holder, number, 3, 2, words)
        for number, (holder, words) in enumerate(zip(HOLDERS, shares, strict=True), start=1)
    ]


def test_it_prints_a_page_for_each_holder(tmp_path: Path) -> None:
    slips = make_slips()
    document = key_slips_pdf(slips)
    pictures = pdf_pages.pictures(document, tmp_path, 120)
    for number, (slip, picture) in enumerate(zip(slips, pictures, strict=True), start=1):
        expected = ("钥匙份额", slip.round_title, slip.holder, f"第{number}份", "3份", "2份")
        page = pdf_pages.text(document, "-layout", "-f", str(number), "-l", str(number))
        assert all(part.replace(" ", "") in re.sub(r"\s", "", page) for part in expected)
        assert re.findall(r"\d+ +([a-z]+)", page) == slip.words.split()
        assert pdf_pages.qr_texts([picture]) == [slip.words]
        assert not any(other in page for other in HOLDERS if other != slip.holder)


def test_the_words_can_be_read_back_from_the_page(tmp_path: Path) -> None:
    slip = make_slips()[0]
    document = key_slips_pdf([slip])
    assert normalise_share(pdf_pages.qr_texts(pdf_pages.pictures(document, tmp_path, 120))[0]) == slip.words


def test_the_typesetter_never_sees_the_words() -> None:
    slip = make_slips()[0]
    given = str(list(_fixed_part(slip).values()))
    assert not set(slip.words.split()) & set(re.findall("[a-z]+", given))


def test_what_users_wrote_stays_text() -> None:
    slip = replace(make_slips()[0], holder='#panic("x") *王*', round_title="$x$ #read(1)")
    page = pdf_pages.text(key_slips_pdf([slip]))
    assert re.sub(r"\s", "", slip.holder) in re.sub(r"\s", "", page)
    assert slip.round_title in page


def test_it_refuses_to_print_nothing() -> None:
    with pytest.raises(DomainError, match="shares_nothing_to_print"):
        key_slips_pdf([])
