"""Key shares: k open, k - 1 do not, and only those of one key belong together."""

import secrets
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.box.shares import MAX_SHARES, SplitKey, combine, create_key, matches
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


def test_it_works() -> None:
    key = make_key()
    assert len(key.shares) == 3
    for pair in combinations(key.shares, 2):
        assert matches(combine(pair, PART, "r1"), key.public_key)
    assert matches(combine(key.shares, PART, "r1"), key.public_key)


@settings(max_examples=25)
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
    assert refusal(share, share).code == "shares_duplicate"


def test_it_refuses_shares_of_two_keys() -> None:
    assert refusal(make_key().shares[0], make_key().shares[1]).code == "shares_mismatch"


def test_it_refuses_no_shares() -> None:
    assert refusal().code == "shares_insufficient"
