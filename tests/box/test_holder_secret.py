"""A holder's secret in signs: read however it is typed, and a slip of the pen is nearly always noticed."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.box.holder_secret import (
    SECRET_SIGNS,
    holder_key,
    numbers_of,
    public_half,
    read_secret,
    signs_of_secret,
)
from app.core.errors import DomainError
from app.core.signs import SIGNS, TRADITIONAL, place_of
from tests.found import some

SECRET = bytes(range(16))
WRITTEN = "的三欧三 考于据保 量损破战"


def unreadable(typed: str) -> DomainError:
    """Return why what was typed cannot be read."""
    with pytest.raises(DomainError) as caught:
        read_secret(typed)
    return caught.value


def test_it_works() -> None:
    assert signs_of_secret(SECRET) == WRITTEN
    assert read_secret(WRITTEN) == SECRET
    assert public_half(SECRET, "r1") == holder_key(SECRET, "r1").public_key().public_bytes_raw()
    assert public_half(SECRET, "r1") != public_half(SECRET, "r2")


@pytest.mark.parametrize(
    ("secret", "signs"),
    [
        ("00" * 16, "的的的的的的的的的的的在"),
        ("ff" * 16, "歇歇歇歇歇歇歇歇歇歇歇逻"),
        ("9e885d952ad362caeb4efe34a8e91bd2", "蒙台脱纪构硫浆霉感仅鱼汤"),
    ],
)
def test_it_writes_as_bip_39_does(secret: str, signs: str) -> None:
    assert signs_of_secret(bytes.fromhex(secret)).replace(" ", "") == signs


@settings(max_examples=200)
@given(st.binary(min_size=16, max_size=16))
def test_every_secret_comes_back(secret: bytes) -> None:
    signs = signs_of_secret(secret)
    assert len(signs.replace(" ", "")) == SECRET_SIGNS
    assert read_secret(signs) == read_secret("".join(numbers_of(signs))) == secret


@pytest.mark.parametrize("secret", [b"", SECRET[:15], SECRET + b"0"])
def test_it_refuses_other_sizes(secret: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        signs_of_secret(secret)


@pytest.mark.parametrize(
    "typed",
    [
        WRITTEN.replace(" ", ""),
        " ".join(WRITTEN),
        "\r\n".join(f"{at}、{sign}" for at, sign in enumerate(WRITTEN.replace(" ", ""), 1)),
        "　".join(WRITTEN) + "。\t",
        "的三歐三 考於據保 量損破戰",
        " ".join(f"{sign}{number}" for sign, number in zip(WRITTEN.replace(" ", ""), numbers_of(WRITTEN), strict=True)),
    ],
    ids=["run", "spaced", "numbered", "wide", "traditional", "with numbers"],
)
def test_signs_are_read_however_they_are_typed(typed: str) -> None:
    assert read_secret(typed) == SECRET


@pytest.mark.parametrize("gap", ["", " ", "\n", "，"])
def test_numbers_say_the_same(gap: str) -> None:
    numbers = numbers_of(WRITTEN)
    assert {len(number) for number in numbers} == {4}
    assert read_secret(gap.join(numbers)) == SECRET
    wide = gap.join(numbers).translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
    assert read_secret(wide) == SECRET
    if gap:
        assert read_secret(gap.join(str(int(number)) for number in numbers)) == SECRET


def test_a_sign_that_is_in_no_list_is_named_by_its_place() -> None:
    told = unreadable(WRITTEN.replace("据", "籀"))
    assert (told.code, told.params) == ("share_sign_unknown", {"position": 7, "sign": "籀"})
    rare = unreadable(WRITTEN.replace("据", "𬭎"))
    assert (rare.code, rare.params) == ("share_sign_unknown", {"position": 7, "sign": "𬭎"})


@pytest.mark.parametrize("wrong", ["0000", "2049"])
def test_a_number_that_no_sign_has_is_named_by_its_place(wrong: str) -> None:
    numbers = numbers_of(WRITTEN)
    told = unreadable(" ".join([*numbers[:4], wrong, *numbers[5:]]))
    assert (told.code, told.params) == ("share_number_unknown", {"position": 5, "number": wrong})


@pytest.mark.parametrize("typed", ["", " 1. 2. ", WRITTEN[:-1], WRITTEN + "的", "0001" * 11, "的" * 1990, "的" * 9999])
def test_it_refuses_another_number_of_signs(typed: str) -> None:
    assert unreadable(typed).code == "share_signs"


def test_a_wrong_sign_of_the_list_is_nearly_always_noticed() -> None:
    """Four bits of checksum: one wrong sign in sixteen passes, and is then no secret of this round."""
    signs = list(WRITTEN.replace(" ", ""))
    noticed = passed = 0
    for place, right in enumerate(signs):
        for wrong in SIGNS:
            if wrong != right:
                try:
                    assert read_secret("".join((*signs[:place], wrong, *signs[place + 1 :]))) != SECRET
                    passed += 1
                except DomainError as error:
                    assert error.code == "share_signs_checksum"  # noqa: PT017 - both ways are counted
                    noticed += 1
    assert 14 < noticed / passed < 16


def test_a_traditional_form_stands_for_one_sign_alone() -> None:
    pairs = list(zip(TRADITIONAL[::2], TRADITIONAL[1::2], strict=True))
    assert len({form for form, _ in pairs}) == len(pairs) > 900
    assert not {form for form, _ in pairs} & set(SIGNS)
    assert {sign for _, sign in pairs} <= set(SIGNS)
    assert all(unicodedata.normalize("NFKC", form) == form for form, _ in some(pairs))
    assert place_of("國") == place_of("国") == SIGNS.index("国")
    assert place_of("畫") is None, "it could be 画 or 划"
    assert place_of("a") is None


def test_every_sign_is_one_letter_that_reading_keeps() -> None:
    assert len(SIGNS) == len(set(SIGNS)) == 2048
    assert all(re.fullmatch(r"[一-鿿]", sign) and sign.isalpha() for sign in SIGNS)
    assert all(unicodedata.normalize("NFKC", sign) == sign for sign in SIGNS)
