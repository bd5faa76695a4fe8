"""A slip of 16 words, drawn before signs were: read however it is typed, and a slip of the pen is always noticed."""

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from app.box.holder_secret import read_secret
from app.box.word_secret import WORDS
from app.core.errors import DomainError
from tests.box.word_slips import word_numbers_of, words_of

SECRET = bytes(range(16))


def unreadable(typed: str) -> DomainError:
    """Return why the words cannot be read."""
    with pytest.raises(DomainError) as caught:
        read_secret(typed)
    return caught.value


def fresh() -> list[str]:
    return words_of(secrets.token_bytes(16)).split()


@settings(max_examples=200)
@given(st.binary(min_size=16, max_size=16))
def test_every_secret_comes_back(secret: bytes) -> None:
    assert read_secret(words_of(secret)) == secret


def test_it_reads_a_slip_that_was_printed() -> None:
    """Written down once, so that no change of list or checksum goes unseen."""
    words = (
        "academic acrobat aluminum debris activity alarm busy learn election animal deal snapshot "
        "likely emperor either much"
    )
    assert read_secret(words) == SECRET


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
    assert read_secret(typed) == SECRET


def test_it_refuses_an_unknown_word_by_its_place() -> None:
    words = fresh()
    words[4] = "mistake"
    error = unreadable(" ".join(words))
    assert (error.code, error.params) == ("share_word_unknown", {"position": 5, "word": "mistake"})


@pytest.mark.parametrize("word", ["aca", "academicx", "acadx", "academic学", "x" * 500])
def test_it_refuses_what_is_not_the_beginning_of_a_word(word: str) -> None:
    error = unreadable(word)
    assert error.code == "share_word_unknown"
    assert len(str(error.params["word"])) <= 16


@pytest.mark.parametrize("typed", ["academic " * 15, "academic " * 17])
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
    for place in range(WORDS - 1):
        if words[place] != words[place + 1]:
            typed = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
            assert unreadable(" ".join(typed)).code == "share_checksum"


def test_numbers_say_the_same_as_words() -> None:
    numbers = word_numbers_of(words_of(SECRET))
    for typed in (" ".join(numbers), "".join(numbers), "\n".join(str(int(number)) for number in numbers)):
        assert read_secret(typed) == SECRET


@pytest.mark.parametrize("wrong", ["0000", "1025"])
def test_it_names_a_number_that_no_word_has(wrong: str) -> None:
    numbers = word_numbers_of(words_of(SECRET))
    told = unreadable(" ".join([*numbers[:4], wrong, *numbers[5:]]))
    assert (told.code, told.params) == ("share_number_unknown", {"position": 5, "number": wrong})
