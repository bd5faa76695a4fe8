"""Key shares: k open, k - 1 do not, and a slip of the pen is always noticed."""

import secrets
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from app.box.shares import MAX_SHARES, SplitKey, combine, create_key, matches, normalise_share, share_fingerprint
from app.core.errors import DomainError

PART = bytes(range(32))
SECRET = bytes(range(16))


def make_key(k: int = 2, n: int = 3) -> SplitKey:
    """Return a key of round r1 with a random secret."""
    return create_key(k, n, "r1", PART, secrets.token_bytes(16))


def refusal(*shares: str) -> DomainError:
    """Return why the shares do not combine."""
    with pytest.raises(DomainError) as caught:
        combine(shares, PART, "r1")
    return caught.value


def unreadable(typed: str) -> DomainError:
    """Return why the share cannot be read."""
    with pytest.raises(DomainError) as caught:
        normalise_share(typed)
    return caught.value


def test_it_works() -> None:
    key = make_key()
    assert len(key.shares) == 3
    for pair in combinations(key.shares, 2):
        assert matches(combine(pair, PART, "r1"), key.public_key)
    assert matches(combine(key.shares, PART, "r1"), key.public_key)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, MAX_SHARES), st.data())
def test_any_k_of_n_open_in_any_order(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(2, n))
    key = make_key(k, n)
    chosen = data.draw(st.permutations(key.shares))
    assert matches(combine(chosen[:k], PART, "r1"), key.public_key)
    error = refusal(*chosen[: k - 1])
    assert (error.code, error.params) == ("shares_insufficient", {"needed": k, "have": k - 1})


def test_one_of_one_works() -> None:
    key = make_key(1, 1)
    assert matches(combine(key.shares, PART, "r1"), key.public_key)


@pytest.mark.parametrize(("k", "n"), [(1, 2), (0, 0), (0, 1), (3, 2), (2, 17), (-1, 3), (17, 17)])
def test_it_refuses_a_scheme_that_slip39_forbids(k: int, n: int) -> None:
    with pytest.raises(DomainError, match="shares_scheme"):
        create_key(k, n, "r1", PART, SECRET)


@pytest.mark.parametrize(("part", "secret"), [(b"", SECRET), (PART[:31], SECRET), (PART, b""), (PART, PART)])
def test_it_refuses_other_sizes(part: bytes, secret: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        create_key(2, 3, "r1", part, secret)


def test_shares_do_not_open_without_the_server_part_or_in_another_round() -> None:
    key = make_key()
    assert not matches(combine(key.shares, bytes(32), "r1"), key.public_key)
    assert not matches(combine(key.shares, PART, "r2"), key.public_key)


def test_the_same_secret_gives_the_same_key_and_other_shares() -> None:
    first, second = (create_key(2, 3, "r1", PART, SECRET) for _ in range(2))
    assert first.public_key == second.public_key
    assert not set(first.shares) & set(second.shares)


def test_it_refuses_a_share_given_twice() -> None:
    share = make_key().shares[0]
    assert refusal(share, share.upper()).code == "shares_duplicate"


def test_it_refuses_shares_of_two_keys() -> None:
    assert refusal(make_key().shares[0], make_key().shares[1]).code == "shares_mismatch"


def test_it_refuses_no_shares() -> None:
    assert refusal().code == "shares_insufficient"


@pytest.mark.parametrize("style", ["upper", "cut", "numbered", "lines", "wide", "commas"])
def test_a_share_is_read_however_it_is_typed(style: str) -> None:
    share = make_key().shares[0]
    words = share.split()
    typed = {
        "upper": f"  {share.upper()}\t",
        "cut": " ".join(word[:4] for word in words),
        "numbered": "\r\n".join(f"{at}. {word}" for at, word in enumerate(words, 1)),
        "lines": "\n\n".join(words).replace("a", "A"),
        "wide": "".join(chr(ord(sign) + 0xFEE0) if sign > " " else "\u3000" for sign in share),
        "commas": ",".join(f"{at}){word};" for at, word in enumerate(words, 1)),
    }[style]
    assert normalise_share(typed) == share


def test_it_refuses_an_unknown_word_by_its_place() -> None:
    words = make_key().shares[0].split()
    words[4] = "mistake"
    error = unreadable(" ".join(words))
    assert (error.code, error.params) == ("share_word_unknown", {"position": 5, "word": "mistake"})


@pytest.mark.parametrize("word", ["aca", "academicx", "acadx", "学院", "academic学", "x" * 500])
def test_it_refuses_what_is_not_the_beginning_of_a_word(word: str) -> None:
    error = unreadable(word)
    assert error.code == "share_word_unknown"
    assert len(str(error.params["word"])) <= 16


@pytest.mark.parametrize("typed", ["", " 1. 2. ", "academic " * 19, "academic " * 21, "academic " * 10_000])
def test_it_refuses_another_number_of_words(typed: str) -> None:
    assert unreadable(typed).code == "share_length"


def test_every_single_wrong_word_is_noticed() -> None:
    words = make_key().shares[0].split()
    for place, right in enumerate(words):
        for wrong in WORDLIST:
            if wrong != right:
                typed = " ".join((*words[:place], wrong, *words[place + 1 :]))
                assert unreadable(typed).code == "share_checksum"


def test_every_swap_of_neighbours_is_noticed() -> None:
    words = make_key().shares[0].split()
    for place in range(19):
        if words[place] != words[place + 1]:
            typed = [*words[:place], words[place + 1], words[place], *words[place + 2 :]]
            assert unreadable(" ".join(typed)).code == "share_checksum"


def test_a_fingerprint_tells_shares_apart() -> None:
    shares = make_key(2, 16).shares
    assert len({share_fingerprint(share) for share in shares}) == 16
    assert share_fingerprint(normalise_share(shares[0].upper())) == share_fingerprint(shares[0])
