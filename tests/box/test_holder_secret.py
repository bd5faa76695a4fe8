"""A holder's secret in words: read however it is typed, and a slip of the pen is always noticed."""

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from app.box.holder_secret import SECRET_WORDS, holder_key, numbers_of, public_half, read_words, words_of
from app.core.errors import DomainError

SECRET = bytes(range(16))


def unreadable(typed: str) -> DomainError:
    """Return why the words cannot be read."""
    with pytest.raises(DomainError) as caught:
        read_words(typed)
    return caught.value


def fresh() -> list[str]:
    return words_of(secrets.token_bytes(16)).split()


def test_it_works() -> None:
    words = words_of(SECRET)
    assert len(words.split()) == SECRET_WORDS
    assert read_words(words) == SECRET
    assert public_half(SECRET, "r1") == holder_key(SECRET, "r1").public_key().public_bytes_raw()
    assert public_half(SECRET, "r1") != public_half(SECRET, "r2")


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=16, max_size=16))
def test_every_secret_comes_back(secret: bytes) -> None:
    assert read_words(words_of(secret)) == secret


@pytest.mark.parametrize("secret", [b"", SECRET[:15], SECRET + b"0"])
def test_it_refuses_other_sizes(secret: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        words_of(secret)


@pytest.mark.parametrize("style", ["upper", "cut", "numbered", "lines", "wide", "commas"])
def test_words_are_read_however_they_are_typed(style: str) -> None:
    whole = words_of(SECRET)
    words = whole.split()
    typed = {
        "upper": f"  {whole.upper()}\t",
        "cut": " ".join(word[:4] for word in words),
        "numbered": "\r\n".join(f"{at}. {word}" for at, word in enumerate(words, 1)),
        "lines": "\n\n".join(words).replace("a", "A"),
        "wide": "".join(chr(ord(sign) + 0xFEE0) if sign > " " else "\u3000" for sign in whole),
        "commas": ",".join(f"{at}){word};" for at, word in enumerate(words, 1)),
    }[style]
    assert read_words(typed) == SECRET


def test_it_refuses_an_unknown_word_by_its_place() -> None:
    words = fresh()
    words[4] = "mistake"
    error = unreadable(" ".join(words))
    assert (error.code, error.params) == ("share_word_unknown", {"position": 5, "word": "mistake"})


@pytest.mark.parametrize("word", ["aca", "academicx", "acadx", "学院", "academic学", "x" * 500])
def test_it_refuses_what_is_not_the_beginning_of_a_word(word: str) -> None:
    error = unreadable(word)
    assert error.code == "share_word_unknown"
    assert len(str(error.params["word"])) <= 16


@pytest.mark.parametrize("typed", ["", " 1. 2. ", "academic " * 15, "academic " * 17, "academic " * 10_000])
def test_it_refuses_another_number_of_words(typed: str) -> None:
    assert unreadable(typed).code == "share_length"


def test_every_single_wrong_word_is_noticed() -> None:
    words = fresh()
    for place, right in enumerate(words):
        for wrong in WORDLIST:
            if wrong != right:
                typed = " ".join((*words[:place], wrong, *words[place + 1 :]))
                assert unreadable(typed).code == "share_checksum"


def test_every_swap_of_neighbours_is_noticed() -> None:
    words = fresh()
    for place in range(SECRET_WORDS - 1):
        if words[place] != words[place + 1]:
            typed = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
            assert unreadable(" ".join(typed)).code == "share_checksum"


def test_numbers_say_the_same_as_words() -> None:
    numbers = numbers_of(words_of(SECRET).split())
    assert len(numbers) == SECRET_WORDS
    assert {len(number) for number in numbers} == {4}
    for typed in (
        " ".join(numbers),
        "".join(numbers),
        "\n".join(str(int(number)) for number in numbers),
        "，".join(numbers),
    ):
        assert read_words(typed) == SECRET


@pytest.mark.parametrize("wrong", ["0000", "1025"])
def test_it_names_a_number_that_no_word_has(wrong: str) -> None:
    numbers = numbers_of(words_of(SECRET).split())
    told = unreadable(" ".join([*numbers[:4], wrong, *numbers[5:]]))
    assert (told.code, told.params["position"]) == ("share_word_unknown", 5)
