"""Slip codes: drawing, check sign, reading, hash."""

import hashlib
import hmac
import re
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.slips.codes import CODE_LENGTH, SIGNS, code_hash, format_code, new_code, parse_code

DRAWS = st.binary(min_size=8, max_size=8)
SAMPLE = [new_code(token_bytes) for _ in range(200)]


def drawn(number: int) -> str:
    return new_code(lambda count: (number << 4).to_bytes(count, "big"))


def refusal(typed: str) -> str:
    with pytest.raises(DomainError) as refused:
        parse_code(typed)
    assert not refused.value.params
    return refused.value.code


def test_it_draws_writes_and_reads_a_code() -> None:
    code = new_code(token_bytes)
    assert re.fullmatch(f"[{SIGNS}]{{{CODE_LENGTH}}}", code)
    assert re.fullmatch(r"\w{4}-\w{4}-\w{4}-\w", format_code(code))
    assert parse_code(code) == parse_code(format_code(code)) == code


def test_it_uses_sixty_bits_of_the_draw() -> None:
    assert drawn(0) == "0" * CODE_LENGTH
    assert drawn((1 << 60) - 1)[:12] == "Z" * 12
    assert drawn(0x123456789ABCDEF)[:12] == "".join(
        SIGNS[0x123456789ABCDEF >> shift & 31] for shift in range(55, -1, -5)
    )


def test_the_check_sign_finds_every_single_wrong_sign() -> None:
    for code in SAMPLE:
        for place in range(CODE_LENGTH):
            for sign in SIGNS.replace(code[place], ""):
                assert refusal(code[:place] + sign + code[place + 1 :]) == "code_check_sign"


def test_the_check_sign_finds_every_exchange_of_two_signs() -> None:
    for code in SAMPLE:
        for first in range(CODE_LENGTH):
            for second in range(first + 1, CODE_LENGTH):
                if code[first] != code[second]:
                    signs = list(code)
                    signs[first], signs[second] = signs[second], signs[first]
                    assert refusal("".join(signs)) == "code_check_sign"


def test_a_million_codes_are_all_different_and_every_sign_is_equally_frequent() -> None:
    codes = {new_code(token_bytes) for _ in range(1_000_000)}
    assert len(codes) == 1_000_000
    sample = list(codes)[:100_000]
    for place in range(CODE_LENGTH):
        seen = Counter(code[place] for code in sample)
        # Binomial(100,000, 1/32): mean 3,125, standard deviation 55; seven of them for 416 comparisons.
        assert all(abs(seen[sign] - 3_125) < 385 for sign in SIGNS)


@given(DRAWS, st.data())
def test_it_reads_what_keyboards_make_of_a_code(draw: bytes, data: st.DataObject) -> None:
    code = new_code(lambda _: draw)
    lookalikes = {"0": "0Oo０Ｏ", "1": "1IiLl１Ｉｌ"}
    typed = ""
    for sign in code:
        full_width = chr(ord(sign) + 0xFEE0)
        typed += data.draw(st.sampled_from(lookalikes.get(sign, sign + sign.lower() + full_width + full_width.lower())))
        typed += data.draw(st.sampled_from(["", "", "", " ", "-", "－", "—", "\u3000", "\u200b", "−", "\n"]))
    assert parse_code(typed) == code


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0" * 12,
        "0" * 14,
        "U" + "0" * 12,
        "0" * 12 + "é",
        "0" * 12 + "\x00",
        "ß" * 7,
        "零" * 13,
        "٠" * 13,
        "0" * 13 + "-" * 60,
    ],
)
def test_it_refuses_what_is_no_code(typed: str) -> None:
    assert refusal(typed) == "code_malformed"


@given(st.text(max_size=80))
def test_it_answers_any_text_with_a_code_or_a_refusal(typed: str) -> None:
    with suppress(DomainError):
        code = parse_code(typed)
        assert parse_code(code) == code


def test_the_hash_is_keyed() -> None:
    code = new_code(token_bytes)
    assert code_hash(b"p" * 32, code) == hmac.new(b"p" * 32, b"slip code\x00" + code.encode(), hashlib.sha256).digest()
    assert code_hash(b"p" * 32, code) != code_hash(b"q" * 32, code)


@pytest.mark.parametrize(
    "before", ["https://vote.example.gov.cn/v#", "HTTP://192.168.1.5:8000/V#", "http：//x/v＃", "#"]
)
def test_a_scanned_address_is_read_by_its_code(before: str) -> None:
    assert [parse_code(before + code.lower()) for code in SAMPLE[:3]] == SAMPLE[:3]
